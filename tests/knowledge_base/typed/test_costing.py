"""A price is the sum of what holds on a day, with alternatives kept apart and gaps named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.model import Cost, Program, Validity
from knowledge_base.typed.costing import prices

DAY = date(2026, 11, 22)


def program(*costs: Cost) -> Program:
    return Program("P", "Program", costs=costs)


def cost(purpose: str, amount: int, **more: object) -> Cost:
    return Cost(purpose, Decimal(amount), **more)  # type: ignore[arg-type]


PURPOSES = st.sampled_from(["tuition", "materials fee", "exam fee", ""])
COSTS = st.lists(st.builds(cost, PURPOSES, st.integers(0, 5000)), max_size=8)


@given(COSTS)
def test_the_total_is_the_sum_of_its_parts(costs: list[Cost]) -> None:
    """From the cheapest choice of one amount for each purpose to the dearest, tried one by one."""
    found = prices(program(*costs), DAY)
    if not costs:
        assert found == ()
        return
    (price,) = found
    by_purpose: dict[str, list[Decimal]] = {}
    for each in costs:
        by_purpose.setdefault(each.purpose, []).append(each.amount)
    sums = [sum(choice) for choice in product(*by_purpose.values())]
    assert (price.low, price.high) == (min(sums), max(sums))
    assert price.low == sum(part.low for part in price.parts)
    assert {part.purpose for part in price.parts} == set(by_purpose)
    assert price.exact == (min(sums) == max(sums))


def test_an_expired_amount_does_not_count() -> None:
    """Only what holds on the day is added; when nothing does, there is no price."""
    old = cost("tuition", 500, validity=Validity(None, date(2026, 6, 30)))
    new = cost("tuition", 600, validity=Validity(date(2026, 7, 1), None))
    (price,) = prices(program(old, new, cost("materials fee", 20)), DAY)
    assert price.total == "$620"
    assert prices(program(old), DAY) == ()


def test_residents_pay_their_own_price() -> None:
    """Amounts for some students only make a price each; what holds for all is in both."""
    costs = (
        cost("tuition", 500, residency="in-state"),
        cost("tuition", 900, residency="out-of-state"),
        cost("materials fee", 50),
    )
    found = prices(program(*costs), DAY)
    assert [(p.residency, p.total) for p in found] == [
        ("in-state", "$550"),
        ("out-of-state", "$950"),
    ]


def test_a_whole_is_not_added_to_its_parts() -> None:
    """An aggregate cost is the total; its parts are told when they make it up."""
    parts = (cost("tuition", 500), cost("books", 70))
    for whole, purposes in ((570, ["tuition", "books"]), (600, ["aggregate cost"])):
        (price,) = prices(program(*parts, cost("aggregate cost", whole)), DAY, {"exam fee"})
        assert (price.low, price.missing) == (whole, ())
        assert [part.purpose for part in price.parts] == purposes


def test_alternatives_are_told_with_their_conditions() -> None:
    """Members and others pay different amounts, and both are said."""
    member = cost("tuition", 400, condition="member")
    (price,) = prices(program(member, cost("tuition", 500, condition="non-member")), DAY)
    assert [str(part) for part in price.parts] == ["$400 (member) or $500 (non-member) tuition"]
    assert price.total == "$400–$500"


def test_currencies_are_not_added() -> None:
    """An amount in another currency is another price."""
    found = prices(program(cost("tuition", 500), cost("tuition", 450, currency="EUR")), DAY)
    assert [price.total for price in found] == ["$500", "€450"]


def test_a_usual_fee_that_is_not_stated_is_missing() -> None:
    """The price is then not exact, though all its parts are."""
    (price,) = prices(program(cost("tuition", 500)), DAY, {"tuition", "materials fee"})
    assert (price.missing, price.exact) == (("materials fee",), False)
