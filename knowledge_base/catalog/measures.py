"""Reads lengths, weekly work and credits with the units that catalogs write beside the number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from knowledge_base.catalog.figures import number
from knowledge_base.catalog.json_text import BadValue, clean
from knowledge_base.model import Span

CREDITS_ALLOWED = "a number such as 5, 7.5 or `5 ECTS`"
_RANGE = re.compile(
    r"(\d(?:[\d.,]*\d)?)\s*(?:(?:-|–|—|to)\s*(\d(?:[\d.,]*\d)?))?\s*(?![\d.,+])(.*)", re.I
)
_UNITS = {
    "minutes": r"min(?:ute)?s?",
    "hours": r"h(?:ou)?rs?|h",
    "days": r"days?",
    "weeks": r"w(?:ee)?ks?",
    "months": r"m(?:on)?ths?|mos?",
    "years": r"y(?:ea)?rs?",
}
"""Per unit as it is said: how catalogs write it, with or without a full stop."""
_UNIT = "|".join(f"(?P<{unit}>{written})" for unit, written in _UNITS.items())
_WRITTEN = re.compile(rf"(?:{_UNIT})\.?", re.I)
_EACH = re.compile(r"(.+?)\s*(?:/|\bper\b|\ban?\b|\beach\b|\bevery\b)\s*(.+)", re.I)
_CREDIT = re.compile(r"(\d(?:[\d.,]*\d)?)\s*([a-z].*)", re.I)
_CREDIT_KINDS = {
    "": r"cr(?:edit)?s?(?:[ -](?:hours?|points?))?\.?",
    "ECTS": r"ECTS(?:[ -](?:credits?|points?))?",
    "CATS": r"CATS(?:[ -](?:credits?|points?))?",
    "continuing education": r"CEUs?|continuing education (?:units?|credits?)",
    "semester hour": r"semester (?:credit )?(?:hours?|credits?)",
    "quarter hour": r"quarter (?:credit )?(?:hours?|credits?)",
}
"""Per kind of credit, empty where the words do not tell it: how it is written beside a number."""


def span(name: str, text: str, unit: str, units: Mapping[str, str], decimal: str = "") -> Span:
    """The number or range in the cell of column `name`, in its own unit, or else in `unit`.

    `units` says what the source's own short forms stand for. Raises BadValue.
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        raise BadValue(name, text, "a number or a range such as 5-7")
    low = number(name, match[1], decimal)
    high = number(name, match[2] or match[1], decimal)
    own = units.get(match[3]) or _unit(match[3])
    if not (own or unit):
        raise BadValue(name, text, "a number with a unit, such as 6 weeks")
    if low is None or high is None or low > high:
        raise BadValue(name, text, "a range from the smaller number to the larger")
    return Span(low, high, own or unit)


def credits_in(name: str, value: Any, decimal: str = "") -> tuple[Decimal | None, str]:
    """The number of credits, and of which kind where the cell says it. Raises BadValue."""
    text = clean(str(value)) if value is not None else ""
    match = None if isinstance(value, int | float | Decimal) else _CREDIT.fullmatch(text)
    if match is None:
        return number(name, value, decimal), ""
    for kind, written in _CREDIT_KINDS.items():
        if re.fullmatch(written, match[2], re.I):
            return number(name, match[1], decimal), kind
    raise BadValue(name, text, CREDITS_ALLOWED)


def _unit(text: str) -> str:
    """A unit in full: `hrs/wk` is `hours per week`; what is no known unit stays as it is."""
    if match := _EACH.fullmatch(text):
        each = _called(match[2]).removesuffix("s")
        return f"{_called(match[1])} per {each}"
    return _called(text)


def _called(text: str) -> str:
    match = _WRITTEN.fullmatch(text)
    return str(match.lastgroup) if match else " ".join(text.split()).casefold()
