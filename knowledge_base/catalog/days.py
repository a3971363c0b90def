"""Reads the dates that catalogs write, and tells a date from words that stand in its place."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from knowledge_base.catalog.json_text import clean
from knowledge_base.text.dates import find_dates

DAY_ALLOWED = "a date such as 2027-01-31 or 31 January 2027"
FIGURES_ALLOWED = f"{DAY_ALLOWED}; 3/4/2027 needs `day_first` in the mapping"
_TIME = re.compile(r"(?<=\d)(?:T|,?\s+(?:at\s+)?)\d{1,2}:\d\d.*", re.I)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.I)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")


def day(value: Any, *, day_first: bool | None = None) -> date | None:
    """The date that a cell can only mean, or None; a time after it is ignored.

    `day_first` is the order of day and month in figures where the source always writes the same;
    without it, figures that could be two dates are none.
    """
    if isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    text = _WEEKDAY.sub("", _TIME.sub("", clean(str(value))), count=1)
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(int(match[1]), int(match[3]), int(match[4]))
    if match := _YEAR_LAST.fullmatch(text):
        return _in_figures(int(match[1]), int(match[3]), int(match[4]), day_first)
    if len(text) == 8 and text.isdecimal():
        return _date(int(text[:4]), int(text[4:6]), int(text[6:]))
    spaced = re.sub(r"(?<=\w)[-/](?=\w)", " ", text)  # 18-Jan-2027
    found = find_dates(spaced)
    whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(spaced))
    return found[0].value if whole else None


def in_words(value: Any) -> str:
    """What stands in a date's place in words, such as `Autumn 2027`; empty where it is figures."""
    text = clean(str(value))
    return text if any(map(str.isalpha, text)) else ""


def _in_figures(first: int, second: int, year: int, day_first: bool | None) -> date | None:
    if day_first is None and first != second and max(first, second) <= 12:
        return None
    if day_first is None:
        day_first = first > 12
    return _date(year, second, first) if day_first else _date(year, first, second)


def _date(year: int, month: int, day_of_month: int) -> date | None:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None
