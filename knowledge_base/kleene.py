"""Three-valued logic of Kleene, in which "unknown" is never mistaken for "no"."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """Yes, no, or not known yet."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def truth(value: bool | None) -> Truth:
    """The truth of a plain value; None is unknown."""
    if value is None:
        return Truth.UNKNOWN
    return Truth.YES if value else Truth.NO


def all_of(parts: Iterable[Truth]) -> Truth:
    """No when any part is, else unknown when any part is; yes of nothing."""
    found = set(parts)
    if Truth.NO in found:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.YES


def any_of(parts: Iterable[Truth]) -> Truth:
    """Yes when any part is, else unknown when any part is; no of nothing."""
    found = set(parts)
    if Truth.YES in found:
        return Truth.YES
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.NO


def negation(part: Truth) -> Truth:
    """The opposite; what is unknown stays so."""
    return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(part, Truth.UNKNOWN)
