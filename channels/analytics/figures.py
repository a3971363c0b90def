"""What is counted of conversations and turns, and the shares that the counts make."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

BOUNDS = (
    100, 200, 300, 400, 500, 650, 800, 1_000, 1_250, 1_500, 2_000, 2_500, 3_000, 4_000, 5_000,
    6_500, 8_000, 10_000, 15_000, 20_000, 30_000, 60_000, 300_000,
)  # fmt: skip
"""Milliseconds: a time is known by the bound that it does not exceed, a fifth to a third above the
one before, so that days can be added up and a percentile is at most that much too high."""


@dataclass(frozen=True, slots=True)
class Times:
    """How many response times lie up to each of `BOUNDS`, and above the last."""

    counts: tuple[int, ...] = (0,) * (len(BOUNDS) + 1)

    @classmethod
    def of(cls, milliseconds: Iterable[float]) -> Self:
        """The times counted."""
        counts = [0] * (len(BOUNDS) + 1)
        for each in milliseconds:
            counts[bisect_left(BOUNDS, each)] += 1
        return cls(tuple(counts))

    def __add__(self, other: Times) -> Times:
        return Times(tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)))

    def percentile(self, share: float) -> int | None:
        """Milliseconds that ``share`` of the times do not exceed; None of none."""
        wanted = share * sum(self.counts)
        if not wanted:
            return None
        seen = 0
        for count, bound in zip(self.counts, (*BOUNDS, BOUNDS[-1]), strict=True):
            seen += count
            if seen >= wanted:
                return bound
        return BOUNDS[-1]


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of a stretch of time; any two add up."""

    conversations: int = 0
    """Begun in it."""
    confirmed: int = 0
    """Of these: an answer was rated helpful, none later otherwise, and no person was wanted."""
    handed_over: int = 0
    """Of these: a person was asked for, offered after distress, or took over."""
    unhelpful: int = 0
    """Of these: no person was wanted, and the last rating of an answer was "not helpful"."""
    turns: int = 0
    """Asked in it and answered, by the assistant or not."""
    answered: int = 0
    """Of these: with a source."""
    unanswered: int = 0
    """Of these: the assistant said that nothing published answers, or failed."""
    rated: int = 0
    """Answers of these turns that were rated."""
    helpful: int = 0
    """Of these: as helpful."""
    reviewed: int = 0
    """Of these turns: judged by staff."""
    verified: int = 0
    """Of these: as right."""
    times: Times = Times()
    """From a message's arrival to its recorded reply, of turns that the assistant answered."""

    def __add__(self, other: Figures) -> Figures:
        added = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return Figures(**added)


def share(part: int, whole: int) -> float | None:
    """A share from 0 to 1; None of nothing, which is not 0."""
    return part / whole if whole else None
