"""Reads the days, months, terms and years that people name, relative to a day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from knowledge_base.text.terms import MONTHS, TERMS, Period, months, term

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_SEASON = "|".join(TERMS)
_HOLIDAYS = {"christmas": (12, 25), "xmas": (12, 25), "new year": (1, 1), "halloween": (10, 31)}
"""Month and day of holidays that are the same in every year and country."""
_TERM_WORD = r"(?: (?:term|semester|session|quarter))?"

PERIOD = re.compile(
    r"(?:the )?(?:"
    r"(?P<iso>\d{4}-\d\d-\d\d)"
    rf"|(?P<month>{_MONTH})\b\.? (?P<day>\d{{1,2}})\b(?!\d)(?: ?,? (?P<year>20\d\d)\b)?"
    rf"|(?P<day2>\d{{1,2}}) (?:of )?(?P<month2>{_MONTH})\b(?: ?,? (?P<year2>20\d\d)\b)?"
    r"|(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>20\d\d)\b"
    rf"|(?:(?P<which>this|next|coming) )?(?P<month3>{_MONTH})\b(?: (?:of )?(?P<year3>20\d\d)\b)?"
    rf"|(?:(?P<which2>this|next|coming|upcoming) )?(?P<season>{_SEASON})\b{_TERM_WORD}"
    r"(?: (?:of )?(?P<year4>20\d\d)\b)?"
    rf"|(?:(?:this|next|coming) )?(?P<holiday>{'|'.join(_HOLIDAYS)})\b(?: day)?"
    r"(?: (?:of )?(?P<year6>20\d\d)\b)?"
    r"|(?P<which3>this|next|coming) (?P<unit>week|month|year)\b"
    r"|(?:next|coming|following) (?P<count>\d+) (?P<unit2>days?|weeks?|months?)\b"
    r"|(?P<year5>20\d\d)\b"
    r"|(?P<today>today|tomorrow)\b"
    r")"
)
_YEARS = ("year", "year2", "year3", "year4", "year6")


def period_of(match: re.Match[str], day: date, relation: str) -> Period | None:
    """The days that a period names; None when no calendar has them."""
    try:
        return _read(match, day, relation)
    except (ValueError, OverflowError):
        return None


def _read(match: re.Match[str], day: date, relation: str) -> Period | None:
    part = match.groupdict()
    year = next((part[name] for name in _YEARS if part[name]), None)
    if part["iso"]:
        return _one_day(date.fromisoformat(part["iso"]))
    if part["y"]:
        return _one_day(date(int(part["y"]), int(part["m"]), int(part["d"])))
    if make := _yearly(part):
        return _in_year(make, year, day, relation)
    return _relative(part, day)


def _yearly(part: dict[str, str | None]) -> Callable[[int], Period] | None:
    """What a day, month or term is in a given year."""
    month = MONTHS.get(part["month"] or part["month2"] or part["month3"] or "")
    number = part["day"] or part["day2"]
    if part["holiday"]:
        return lambda year: _one_day(date(year, *_HOLIDAYS[str(part["holiday"])]))
    if month and number:
        return lambda year: _one_day(date(year, month, int(number)))
    if month:
        return lambda year: months(year, month, month)
    if part["season"]:
        return partial(term, part["season"])
    return None


def _relative(part: dict[str, str | None], day: date) -> Period:
    if part["year5"]:
        return months(int(part["year5"]), 1, 12)
    if part["today"]:
        return _one_day(day + timedelta(days=part["today"] == "tomorrow"))
    if part["count"] and part["unit2"]:
        return Period(day, _later(day, int(part["count"]), part["unit2"].removesuffix("s")))
    return _named(part["unit"] or "", part["which3"] != "this", day)


def _in_year(
    make: Callable[[int], Period], year: str | None, day: date, relation: str
) -> Period | None:
    """The period in the year that is named, or the next one that is still to come."""
    if year:
        return make(int(year))
    for candidate in range(day.year - 1, day.year + 5):
        with_date = _made(make, candidate)
        if with_date and (with_date.first if relation == "before" else with_date.last) >= day:
            if relation == "before" and with_date.first == day:
                continue
            return with_date
    return None


def _made(make: Callable[[int], Period], year: int) -> Period | None:
    try:
        return make(year)
    except ValueError:  # 29 February
        return None


def _named(unit: str, following: bool, day: date) -> Period:
    if unit == "week":
        monday = day - timedelta(days=day.weekday() - 7 * following)
        return Period(monday, monday + timedelta(days=6))
    if unit == "year":
        return months(day.year + following, 1, 12)
    month = day.month + following
    return months(day.year + (month > 12), (month - 1) % 12 + 1, (month - 1) % 12 + 1)


def _later(day: date, count: int, unit: str) -> date:
    if unit != "month":
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.month - 1 + count
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _one_day(day: date) -> Period:
    return Period(day, day)


def year_later(day: date) -> date:
    """The same day of the next year; 29 February becomes the 28th."""
    return day.replace(year=day.year + 1, day=min(day.day, 28) if day.month == 2 else day.day)
