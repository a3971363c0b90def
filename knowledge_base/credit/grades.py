"""Compares scores and grades on a stated scale, so that "C minus" is never taken for a C."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum

LETTERS = ("F", "D-", "D", "D+", "C-", "C", "C+", "B-", "B", "B+", "A-", "A", "A+")
"""Letter grades from low to high, as United States transcripts print them."""
POINTS = dict(
    zip(
        ("F", "D-", "D", "D+", "C-", "C", "C+", "B-", "B", "B+", "A-", "A", "A+"),
        map(Decimal, "0 0.7 1.0 1.3 1.7 2.0 2.3 2.7 3.0 3.3 3.7 4.0 4.0".split()),
        strict=True,
    )
)
"""Grade points on the common 4.0 scale; a rule that writes "C (2.0)" uses it."""
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
"""Levels of the Common European Framework of Reference for Languages, from low to high."""


class Scale(StrEnum):
    """What a score is measured on."""

    NUMBER = "number"
    LETTER = "letter"
    CEFR = "cefr"


def at_least(score: str, minimum: str, scale: Scale) -> bool | None:
    """Whether a score reaches a minimum on its scale; None when it cannot be compared.

    A letter's minimum also takes grade points on the 4.0 scale, such as `2.3`.
    """
    have, need = _place(score, scale), _place(minimum, scale)
    if have is None or need is None:
        return None
    return have >= need


def same(score: str, other: str) -> bool:
    """Whether two scores are the same mark, however they are written."""
    return _plain(score) == _plain(other)


def is_score(score: str, scale: Scale) -> bool:
    """Whether a text is a mark of the scale."""
    return _place(score, scale) is not None


def _place(score: str, scale: Scale) -> Decimal | None:
    mark = _plain(score)
    if scale is Scale.CEFR:
        return Decimal(LEVELS.index(mark)) if mark in LEVELS else None
    if scale is Scale.LETTER and mark in POINTS:
        return POINTS[mark]
    try:
        number = Decimal(mark)
    except InvalidOperation:
        return None
    if not number.is_finite() or (scale is Scale.LETTER and not 0 <= number <= POINTS["A+"]):
        return None
    return number


def _plain(score: str) -> str:
    mark = " ".join(score.replace("−", "-").replace("–", "-").upper().split())
    mark = re.sub(r"\s*\b(?:MINUS)\b", "-", mark)
    return re.sub(r"\s*\b(?:PLUS)\b", "+", mark).replace(" ", "")
