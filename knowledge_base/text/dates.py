"""Finds dates, and the periods that people name in words, in running text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from knowledge_base.text.found import Found
from knowledge_base.text.terms import MONTHS, TERMS, Period, months, term

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATE = re.compile(
    r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b"
    rf"|\b(?P<month>{_MONTH})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})\b"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month2>{_MONTH})\.?,?\s(?P<year2>\d{{4}})\b"
    r"|(?<![\d/])(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<year3>\d{4})(?![\d/])",
    re.I,
)
_ACADEMIC_YEAR_STARTS = 7
"""July: the month in which academic years' pages of fees begin to hold."""
_WHICH = r"(?:(?P<which>last|this|next|previous|past|coming|current)\s)"
_SEASON = "|".join(TERMS)
_PERIOD = re.compile(
    rf"\b(?P<academic>20\d\d)\s?[-–/]\s?(?P<until>(?:20)?\d\d)\b(?!-)"
    rf"|\b(?P<season>{_SEASON})(?:\s(?:term|semester))?(?:\s(?:of\s)?)(?P<season_year>20\d\d)\b"
    rf"|\b(?P<month>{_MONTH})\.?,?\s(?:of\s)?(?P<month_year>20\d\d)\b"
    rf"|\b{_WHICH}(?:(?P<academic_word>academic|school)\s)?(?P<what>year|{_SEASON}|{_MONTH})\b"
    r"|(?<![\d$€£,.-])(?P<year>20\d\d)(?![\d%-]|,\d)\b"
    rf"|\b(?P<bare>{_MONTH})\b(?!\s\d)",
    re.I,
)


def find_dates(text: str) -> list[Found[date]]:
    """Every whole date in order: `2027-01-31`, `January 31, 2027`, `31 January 2027`, `1/31/2027`.

    A date in figures whose day and month could be the other way round is left out, and so is one
    that no calendar has.
    """
    found = []
    for match in _DATE.finditer(text):
        day = _date(match)
        if day is not None:
            found.append(Found(day, match.start(), match.end()))
    return found


def find_periods(text: str, today: date) -> list[Found[Period]]:
    """Every period in order, seen from `today`, but for whole dates.

    `2025-26`, `fall 2025`, `March 2027`, `last fall`, `next year`, `in 2025`; a month without a
    year is the one that comes next, this month included.
    """
    taken = [(each.start, each.end) for each in find_dates(text)]
    found = []
    for match in _PERIOD.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        period = _period(match, today)
        if period is not None:
            found.append(Found(period, match.start(), match.end()))
    return found


def _date(match: re.Match[str]) -> date | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"])
        if match["a"]:
            return _in_figures(int(match["a"]), int(match["b"]), int(match["year3"]))
        month = MONTHS[(match["month"] or match["month2"]).casefold()]
        return date(int(match["year"] or match["year2"]), month, int(match["day"] or match["day2"]))
    except ValueError:
        return None


def _in_figures(first: int, second: int, year: int) -> date | None:
    if first == second or second > 12:
        return date(year, first, second)
    return date(year, second, first) if first > 12 else None


def _period(match: re.Match[str], today: date) -> Period | None:
    if match["academic"]:
        first = int(match["academic"])
        return _academic_year(first) if int(match["until"]) % 100 == (first + 1) % 100 else None
    if match["season"]:
        return term(match["season"].casefold(), int(match["season_year"]))
    if match["which"]:
        return _relative(match, today)
    if match["year"]:
        return months(int(match["year"]), 1, 12)
    name = match["month"] or match["bare"]
    month = MONTHS[name.casefold()]
    if name == "may":
        return None
    year = int(match["month_year"] or today.year + (month < today.month))
    return months(year, month, month)


def _academic_year(first: int) -> Period:
    return months(first, _ACADEMIC_YEAR_STARTS, _ACADEMIC_YEAR_STARTS - 1)


def _relative(match: re.Match[str], today: date) -> Period | None:
    which, what = match["which"].casefold(), match["what"].casefold()

    def of_year(year: int) -> Period:
        if match["academic_word"]:
            return _academic_year(year)
        if what == "year":
            return months(year, 1, 12)
        if what in TERMS:
            return term(what, year)
        return months(year, MONTHS[what], MONTHS[what])

    return _nearest(which, of_year, today)


def _nearest(which: str, of_year: Callable[[int], Period], today: date) -> Period:
    """The latest period that is over, the one under way or to come, or the one after today."""
    years = [of_year(today.year + step) for step in (-2, -1, 0, 1, 2)]
    if which in {"last", "previous", "past"}:
        return [period for period in years if period.last < today][-1]
    if which in {"next", "coming"}:
        return next(period for period in years if period.first > today)
    return next(period for period in years if period.last >= today)
