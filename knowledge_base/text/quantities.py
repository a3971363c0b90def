"""Finds durations, hours, credits, percentages and scores in running text, with their bounds."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from knowledge_base.text.found import Found

NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
).split()
"""Each at the place of its number."""
_UNITS = {
    "hours per week": r"(?:clock |study |class )?hours?\s?(?:(?:per|a|each|every|/)\s?week|weekly)"
    r"|h(?:rs?)?/w(?:k|eek)",
    "clock hours": r"(?:clock|contact)[ -]hours?",
    "business days": r"(?:business|working)[ -]days?",
    "credits": r"(?:(?:academic |college |transfer |elective |semester |continuing education )?"
    r"credits?(?:[ -]hours?)?(?![ -]bearing))|ECTS",
    "minutes": r"minutes?",
    "hours": r"hours?",
    "days": r"(?:calendar )?days?",
    "weeks": r"weeks?",
    "months": r"months?",
    "years": r"years?",
    "percent": r"%|percent\b|per cent\b",
    "points": r"points?",
    "courses": r"courses?",
    "people": r"(?:people|persons?|students?|employees)",
    "pages": r"pages?",
    "words": r"words?",
    "times": r"times\b",
}
"""Per canonical unit: how it is written. The first that matches is taken."""
DURATIONS = frozenset({"minutes", "days", "business days", "weeks", "months", "years"})
"""Units of a length of time; hours are work as well, so that they are asked for by themselves."""
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|\b(?:{'|'.join(NUMBER_WORDS)})\b)"
_UNIT = "|".join(
    f"(?P<u{n}>{pattern}{'' if unit == 'percent' else r'(?![a-z])'})"
    for n, (unit, pattern) in enumerate(_UNITS.items())
)
_QUANTITY = re.compile(
    rf"(?<![\w.,$€£/-])(?P<low>{_NUMBER})(?:\s?(?:%|percent)?\s?(?:-|–|to|or)\s?(?P<high>{_NUMBER}))?"
    rf"(?:\s|-|\s(?:or more|or fewer|or less|further|full)\s)?(?:{_UNIT})",
    re.I,
)
_SCORE = re.compile(
    r"\b(?:score|scores|average|GPA|grade point average)\s(?:of|is)\s"
    r"(?:at least |a minimum of |no less than )?(?P<low>\d+(?:\.\d+)?)(?![\w%])(?!\scredits?)",
    re.I,
)
_LOWER = re.compile(
    r"(?:at least|no (?:less|fewer) than|not (?:less|fewer) than|a?\s?minimum(?: of)?|from)"
    r"(?: a| an| the)?\s*$",
    re.I,
)
_UPPER = re.compile(
    r"(?:at most|up to|no (?:more|longer) than|not (?:more|longer) than|a?\s?maximum(?: of)?"
    r"|within|not older than|at or below|never more than)(?: a| an| the)?\s*$",
    re.I,
)
_OVER = re.compile(r"(?:more than|over|above|older than|longer than)\s*$", re.I)
_UNDER = re.compile(r"(?:less than|fewer than|under|below|shorter than|cheaper than)\s*$", re.I)
_OR_MORE = re.compile(
    r"\s?(?:or (?:more|higher|better|above|older|longer|over)|and (?:up|above)|minimum)\b", re.I
)
_OR_LESS = re.compile(r"\s?(?:or (?:less|fewer|lower|below|shorter|under|younger)|maximum)\b", re.I)
_NEAR = 24
"""Characters before a value in which its bound is looked for; the longest bound has 20."""


class Bound(StrEnum):
    """How a stated value limits the true one."""

    EXACT = "exact"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    OVER = "over"
    UNDER = "under"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a closed range of numbers with its canonical unit, such as `weeks`."""

    low: Decimal
    high: Decimal
    unit: str


def find_quantities(text: str, units: Set[str] | None = None) -> list[Found[Quantity]]:
    """Every number with a unit in order, of some units or of all.

    `8 weeks`, `two weeks`, `5 to 7 hours per week`, `6-credit`, `67%`, `a score of 50`. Units:
    those of time (`DURATIONS`, `hours`, `hours per week`, `clock hours`), `credits`, `percent`,
    `points`, `score`, and what is counted (`courses`, `people`, `pages`, `words`, `times`).
    """
    found = [_quantity(match) for match in _QUANTITY.finditer(text)]
    for match in _SCORE.finditer(text):
        low = Decimal(match["low"])
        found.append(Found(Quantity(low, low, "score"), match.start("low"), match.end("low")))
    found.sort(key=lambda each: each.start)
    return [each for each in found if units is None or each.value.unit in units]


def bound_of(text: str, start: int, end: int) -> Bound:
    """How the words around `text[start:end]` limit the value that stands there."""
    before, inside, after = text[max(0, start - _NEAR) : start], text[start:end], text[end:]
    more = _OR_MORE.match(after) or _OR_MORE.search(inside)
    less = _OR_LESS.match(after) or _OR_LESS.search(inside)
    tests = (
        (_LOWER.search(before) or more, Bound.AT_LEAST),
        (_UPPER.search(before) or less, Bound.AT_MOST),
        (_OVER.search(before), Bound.OVER),
        (_UNDER.search(before), Bound.UNDER),
    )
    return next((bound for holds, bound in tests if holds), Bound.EXACT)


def _quantity(match: re.Match[str]) -> Found[Quantity]:
    unit = next(u for n, u in enumerate(_UNITS) if match[f"u{n}"] is not None)
    low, high = number(match["low"]), number(match["high"] or match["low"])
    return Found(Quantity(min(low, high), max(low, high), unit), match.start(), match.end())


def number(text: str) -> Decimal:
    """The value of figures, or of a word of `NUMBER_WORDS`."""
    word = text.casefold()
    return (
        Decimal(NUMBER_WORDS.index(word))
        if word in NUMBER_WORDS
        else Decimal(text.replace(",", ""))
    )
