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
_SCHOOL = "academic|school|college"
"""Words before a year that make it one of classes."""
_AGO = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}
_WHICH = r"(?:(?P<which>last|this|next|previous|past|coming|current)\s)"
_SEASON = "|".join(TERMS)
_PERIOD = re.compile(
    rf"\b(?P<academic>20\d\d)\s?[-–/]\s?(?P<until>(?:20)?\d\d)\b(?!-)"
    rf"|(?<![\w-])(?P<short>2\d)[-–/](?P<short_until>2\d)(?=\s(?:{_SCHOOL}))"
    rf"|\b(?P<season>{_SEASON})(?:\s(?:term|semester))?(?:\s(?:of\s)?)"
    r"(?:(?P<season_year>20\d\d)\b|['’]?(?P<season_short>2\d)\b(?!\s?(?:%|[-–]|w|cr|h|st)))"
    rf"|\b(?P<month>{_MONTH})\.?,?\s(?:of\s)?(?P<month_year>20\d\d)\b"
    rf"|\b{_WHICH}(?:(?P<academic_word>{_SCHOOL})\s)?(?P<what>year|yr|{_SEASON}|{_MONTH})\b"
    r"|\b(?P<ago>an?|one|two|three|[1-9])\s(?:years?|yrs?)\sago\b"
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

    `2025-26`, `fall 2025`, `March 2027`, `last fall`, `next school year`, `in 2025`, `a year ago`;
    a month without a year is the one that comes next, this month included.
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
    if first := match["academic"] or match["short"]:
        return _school_year(int(first) % 100, int(match["until"] or match["short_until"]) % 100)
    if match["season"]:
        year = match["season_year"] or f"20{match['season_short']}"
        return term(match["season"].casefold(), int(year))
    if match["ago"]:
        return _years_ago(match["ago"].casefold(), today)
    if match["which"]:
        return _relative(match, today)
    return months(int(match["year"]), 1, 12) if match["year"] else _month_of(match, today)


def _month_of(match: re.Match[str], today: date) -> Period | None:
    """A month; *may* without a year is hardly ever one."""
    name = (match["month"] or match["bare"]).casefold()
    if name == "may" and not match["month_year"]:
        return None
    year = int(match["month_year"] or today.year + (MONTHS[name] < today.month))
    return months(year, MONTHS[name], MONTHS[name])


def _school_year(first: int, until: int) -> Period | None:
    """From the last two figures of both years; None when one does not follow the other."""
    return _academic_year(2000 + first) if until == (first + 1) % 100 else None


def _academic_year(first: int) -> Period:
    return months(first, _ACADEMIC_YEAR_STARTS, _ACADEMIC_YEAR_STARTS - 1)


def _years_ago(count: str, today: date) -> Period:
    """The days of about then: that day itself."""
    year = today.year - (_AGO.get(count) or int(count))
    day = today.replace(year=year, day=min(today.day, 28) if today.month == 2 else today.day)
    return Period(day, day)


def _relative(match: re.Match[str], today: date) -> Period | None:
    which, what = match["which"].casefold(), match["what"].casefold()

    def of_year(year: int) -> Period:
        if match["academic_word"]:
            return _academic_year(year)
        if what in {"year", "yr"}:
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
