"""Reads ISO 8601 durations as spans in one unit, because a student asks for weeks or hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from knowledge_base.catalog.figures import LARGEST
from knowledge_base.model import Span

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_ISO = re.compile(
    rf"P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
UNITS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
_IN_SMALLER = {("years", "months"): 12, ("weeks", "days"): 7, ("hours", "minutes"): 60}
"""Pairs of units that convert without rounding; a month has no fixed number of days."""
ALLOWED = "an ISO 8601 duration in units that convert, such as P8W, P9M or PT45H"


def parts_of(text: str) -> dict[str, Decimal] | None:
    """The amount of each unit in an ISO 8601 duration; None when the text is none."""
    match = _ISO.fullmatch(text.strip().upper())
    if match is None:
        return None
    amounts = zip(UNITS, match.groups(), strict=True)
    return {unit: Decimal(amount.replace(",", ".")) for unit, amount in amounts if amount}


def amount_in_one_unit(parts: Mapping[str, Decimal]) -> tuple[Decimal, str] | None:
    """The duration in one unit, or None when it has none that is exact, as 1 year and 3 weeks."""
    said = {unit: amount for unit, amount in parts.items() if amount}
    if len(said) == 1:
        ((unit, amount),) = said.items()
        return amount, unit
    for (large, small), factor in _IN_SMALLER.items():
        if set(said) == {large, small}:
            return said[large] * factor + said[small], small
    return None


def span_between(low: Mapping[str, Decimal], high: Mapping[str, Decimal]) -> Span | None:
    """The span from one duration to another, or None when they share no exact unit."""
    first, last = amount_in_one_unit(low), amount_in_one_unit(high)
    if first is None or last is None or first[1] != last[1]:
        return None
    if first[0] > last[0] or last[0] > LARGEST:
        return None
    return Span(first[0], last[0], first[1])
