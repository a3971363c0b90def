"""Tells whether two stated values can both be right."""

from __future__ import annotations

from decimal import Decimal

from knowledge_base.facts.fact import Fact
from knowledge_base.model import Span
from knowledge_base.text.quantities import Bound


def agree(one: Fact, other: Fact) -> bool:
    """Whether two values can both be right."""
    a, b = one.value, other.value
    if isinstance(a, Span) and isinstance(b, Span):
        if one.bound is other.bound is not Bound.EXACT:
            return a == b
        low, high = _limits(a, one.bound)
        low_b, high_b = _limits(b, other.bound)
        return low <= high_b and low_b <= high
    return a == b


def equal(one: Fact, other: Fact) -> bool:
    """Whether two values are the same, or exact ranges of which one lies in the other."""
    exact = one.bound is Bound.EXACT is other.bound
    return one.value == other.value or (exact and agree(one, other))


def _limits(value: Span, bound: Bound) -> tuple[Decimal, Decimal]:
    low = Decimal("-Infinity") if bound in {Bound.AT_MOST, Bound.UNDER} else value.low
    high = Decimal("Infinity") if bound in {Bound.AT_LEAST, Bound.OVER} else value.high
    return low, high
