"""Words what a reader tells of a value of a program that itself came in."""

from __future__ import annotations

from knowledge_base.model import Skipped


def omitted(where: str, field: str, value: str, allowed: str) -> Skipped:
    """A value that could not be read, so that its fact is unknown."""
    return Skipped(where, "is left out of the program", field, value, allowed, kept=True)


def worded(where: str, field: str, value: str, allowed: str) -> Skipped:
    """A value in the place of a date that is none, and is told as it stands."""
    return Skipped(where, "is no exact date; it is kept in words", field, value, allowed, kept=True)
