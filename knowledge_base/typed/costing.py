"""Adds up what the catalog states that a program costs, and names what it leaves open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge_base.model import Cost, Program, UsedFact, plain
from knowledge_base.program_page import money
from knowledge_base.terms import term
from languages.speech import say

_WHOLE = frozenset({"aggregate cost", "total cost", "total"})
"""Purposes of an amount that holds all others; `aggregate cost` is CTDL's `AggregateCost`."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is paid for one purpose; several amounts are alternatives, from `low` to `high`."""

    purpose: str
    low: Decimal
    high: Decimal
    currency: str
    alternatives: tuple[tuple[Decimal, str], ...] = ()
    """Each amount with the condition that it holds under."""

    def __str__(self) -> str:
        return self.told()

    def told(self, bold: str = "") -> str:
        """`$60 materials fee`, with marks of emphasis around the amount if they are given."""
        amounts = f"{bold}{self.amounts}{bold}"
        if not self.purpose:
            return amounts
        return say("{amounts} {purpose}", amounts=amounts, purpose=term(self.purpose))

    @property
    def amounts(self) -> str:
        """`$60`, `$900–$1,000`, or `$400 (member) or $500 (non-member)`."""
        if not self.chosen:
            return amount(self.low, self.high, self.currency)
        return say(" or ").join(
            f"{money(a, self.currency)} ({when})" for a, when in self.alternatives
        )

    @property
    def chosen(self) -> bool:
        """Whether conditions tell which of several amounts is paid."""
        return self.low != self.high and all(when for _, when in self.alternatives)


@dataclass(frozen=True, slots=True)
class Price:
    """What a program costs whoever lives where `residency` says; empty: everybody."""

    parts: tuple[Part, ...]
    missing: tuple[str, ...] = ()
    """Purposes that the institution's other programs state an amount for, and this one does not."""
    residency: str = ""

    @property
    def low(self) -> Decimal:
        """The sum of all parts at their lowest."""
        return sum((part.low for part in self.parts), Decimal(0))

    @property
    def high(self) -> Decimal:
        """The sum of all parts at their highest; what is missing comes on top."""
        return sum((part.high for part in self.parts), Decimal(0))

    @property
    def currency(self) -> str:
        """ISO 4217 code of every part."""
        return self.parts[0].currency

    @property
    def total(self) -> str:
        """`$1,200`, `$900–$1,000`."""
        return amount(self.low, self.high, self.currency)

    @property
    def exact(self) -> bool:
        """Whether the sum is one number, with nothing left open."""
        return self.low == self.high and not self.missing

    @property
    def paid(self) -> tuple[Part, ...]:
        """The parts that are more than nothing."""
        return tuple(part for part in self.parts if part.high)

    @property
    def waived(self) -> tuple[str, ...]:
        """Purposes that are stated to cost nothing."""
        return tuple(part.purpose for part in self.parts if not part.high and part.purpose)


def prices(program: Program, day: date, usual: Collection[str] = ()) -> tuple[Price, ...]:
    """What the program costs on a day: one price for each currency and residency.

    Amounts for one purpose are alternatives; purposes are added, but for one that is the whole.
    `usual` are the purposes for which
    most programs of the institution state an amount. Empty when no amount holds on that day.
    """
    current = [cost for cost in program.costs if cost.validity.holds_on(day)]
    missing = tuple(sorted(set(usual) - {cost.purpose for cost in program.costs}))
    found = []
    for currency in dict.fromkeys(cost.currency for cost in current):
        costs = [cost for cost in current if cost.currency == currency]
        for residency in dict.fromkeys(c.residency for c in costs if c.residency) or [""]:
            mine = [cost for cost in costs if cost.residency in {"", residency}]
            found.append(_priced(mine, missing, residency))
    return tuple(found)


def _parts(costs: Sequence[Cost]) -> Iterator[Part]:
    for purpose in dict.fromkeys(cost.purpose for cost in costs):
        same = [cost for cost in costs if cost.purpose == purpose]
        amounts = [cost.amount for cost in same]
        told = dict.fromkeys((cost.amount, cost.condition) for cost in same)
        yield Part(purpose, min(amounts), max(amounts), same[0].currency, tuple(told))


def _priced(costs: Sequence[Cost], missing: tuple[str, ...], residency: str) -> Price:
    """What is stated part by part, or as a whole where the parts do not make it up."""
    parts = tuple(_parts([cost for cost in costs if cost.purpose not in _WHOLE]))
    whole = tuple(_parts([cost for cost in costs if cost.purpose in _WHOLE]))
    if not whole:
        return Price(parts, missing, residency)
    summed = sum(part.low for part in parts), sum(part.high for part in parts)
    same = parts and summed == (whole[0].low, whole[0].high)
    return Price(parts if same else whole[:1], (), residency)


def amount(low: Decimal, high: Decimal, currency: str) -> str:
    """`$1,200`, or `$900–$1,000` when the ends differ."""
    ends = dict.fromkeys((money(low, currency), money(high, currency)))
    return "–".join(ends)


def conditions(costs: Sequence[Price]) -> list[str]:
    """What the amounts hold for, purpose by purpose, and that there may be more to pay."""
    told = dict.fromkeys(
        say("{purpose}: {condition}", purpose=term(part.purpose or "price"), condition=condition)
        for price in costs
        for part in price.parts
        if not part.chosen
        for _, condition in part.alternatives
        if condition
    )
    said = f"{'; '.join(told)}. " if told else ""
    listed = say("The catalog lists these amounts; other fees may apply.")
    return [f"*{said[:1].upper()}{said[1:]}{listed}*"]


def cost_facts(price: Price) -> tuple[UsedFact, ...]:
    """Each part, and the whole where nothing of it is missing."""
    where = f" ({price.residency})" if price.residency else ""
    parts = [(part.purpose or "price", part.low, part.high) for part in price.parts]
    whole = [] if price.missing else [("total cost", price.low, price.high)]
    return tuple(
        UsedFact(name + where, plain(low, high), price.currency)
        for name, low, high in [*parts, *whole]
    )


def cost_words(price: Price) -> tuple[str, ...]:
    """The amounts as a program's page writes them."""
    ends = [(end, part.currency) for part in price.paid for end in (part.low, part.high)]
    waived = [f"no {purpose}" for purpose in price.waived]
    return tuple(dict.fromkeys([*(money(*end) for end in ends), *waived]))
