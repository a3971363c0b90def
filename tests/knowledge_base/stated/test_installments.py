"""Plans of payment are read from the ways in which institutions put them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from knowledge_base.model import Passage
from knowledge_base.stated.installments import Plan, plan_in
from knowledge_base.typed.bill import Bill, Part


def page(text: str) -> Passage:
    return Passage("f#1", "f", "Paying in parts", (), text, 0, len(text))


def plan_of(text: str) -> Plan | None:
    passage = page(text)
    return plan_in(passage, [passage])


def bill(**amounts: int) -> Bill:
    parts = tuple(Part(f"{name} fee", Decimal(amount)) for name, amount in amounts.items())
    return Bill("", parts, None, "EUR")


@pytest.mark.parametrize(
    ("text", "share", "count"),
    [
        ("You pay 40% of the fee when you enrol and the rest in three equal\nmonthly amounts.",
         "0.4", 3),
        ("It is 25 per cent down, the remainder in 4 equal payments.", "0.25", 4),
        ("Fees can be paid in three equal parts: at once, in week 2 and in week 5.", None, 3),
        ("You may spread the cost over six equal monthly instalments.", None, 6),
    ],
)  # fmt: skip
def test_a_plan_is_read_from_one_sentence(text: str, share: str | None, count: int) -> None:
    """So much at once and the rest in parts, or all of it."""
    plan = plan_of(text)
    assert plan is not None
    assert plan.share == (share and Decimal(share))
    assert plan.count(Decimal(10)) == plan.count(None) == count


@pytest.mark.parametrize(
    "text",
    [
        "You pay 40% of the fee when you enrol.",
        "The prize is split into three parts.",
        "You pay a deposit and the rest in equal monthly parts.",
    ],
)
def test_half_a_plan_is_none(text: str) -> None:
    """How much at once, or how many parts, is not told."""
    assert plan_of(text) is None


def test_who_a_plan_is_for_and_what_it_costs() -> None:
    """The least that is owed, the shortest program, the set-up and what each part costs."""
    plan = plan_of(
        "Courses of €500 or more that last at least\neight weeks can be paid in three equal parts. "
        "There is a set-up charge of €20. Each part is subject to an €8 handling charge."
    )
    assert plan is not None
    assert (plan.least, plan.weeks) == (Decimal(500), Decimal(8))
    assert (plan.fee, plan.for_each) == (Decimal(20), Decimal(8))
    assert plan.count(Decimal(7)) is plan.count(None) is None


def test_what_is_split_is_told_or_nothing_is() -> None:
    """A share of the fee leaves open whether the exam is split, unless it is paid in full."""
    whole = "You pay 40% of the course fee when you enrol, the rest in three equal parts."
    told = f"{whole} Exam fees are paid in full."
    balance = "You pay 40% at once and the rest of the balance in three equal parts."
    one, two = bill(course=500), bill(course=500, exam=60)
    for text, of, names in (
        (whole, one, ["course fee"]),
        (whole, two, None),
        (told, two, ["course fee"]),
        (balance, two, ["course fee", "exam fee"]),
    ):
        plan = plan_of(text)
        split = plan and plan.splits(of)
        assert (split and [part.name for part in split]) == names
