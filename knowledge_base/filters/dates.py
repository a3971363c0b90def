"""Reads when something starts or closes out of a wish, relative to the day it was made."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge_base.filters.tree import Compare, Op

_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS["sept"] = 9
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_TERMS = {
    "spring": (1, 4),
    "summer": (5, 7),
    "fall": (8, 12),
    "autumn": (8, 12),
    "winter": (12, 2),
}
"""First and last month in which a term of that name begins: spring terms of colleges in the
northern hemisphere begin from January on and fall terms in August, as on the sample's calendar.
Winter is the season. The dates are shown back, so that somebody who means others can say so."""
_SEASON = "|".join(_TERMS)
_TERM_WORD = r"(?: (?:term|semester|session|quarter))?"

_PERIOD = re.compile(
    r"(?:the )?(?:"
    r"(?P<iso>\d{4}-\d\d-\d\d)"
    rf"|(?P<month>{_MONTH})\b\.? (?P<day>\d{{1,2}})\b(?!\d)(?: ?,? (?P<year>20\d\d)\b)?"
    rf"|(?P<day2>\d{{1,2}}) (?:of )?(?P<month2>{_MONTH})\b(?: ?,? (?P<year2>20\d\d)\b)?"
    r"|(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>20\d\d)\b"
    rf"|(?:(?P<which>this|next|coming) )?(?P<month3>{_MONTH})\b(?: (?:of )?(?P<year3>20\d\d)\b)?"
    rf"|(?:(?P<which2>this|next|coming|upcoming) )?(?P<season>{_SEASON})\b{_TERM_WORD}"
    r"(?: (?:of )?(?P<year4>20\d\d)\b)?"
    r"|(?P<which3>this|next|coming) (?P<unit>week|month|year)\b"
    r"|(?:next|coming|following) (?P<count>\d+) (?P<unit2>days?|weeks?|months?)\b"
    r"|(?P<year5>20\d\d)\b"
    r"|(?P<today>today|tomorrow)\b"
    r")"
)
_RELATIONS = (
    ("before", r"before|prior to|earlier than|ahead of"),
    ("from", r"on or after|from|since|no earlier than|not before|as early as"),
    ("after", r"after|later than"),
    ("by", r"on or before|by|no later than|not later than|until|till|at the latest"),
    ("in", r"during|within|in|on|at|for|around"),
)
_RELATION = re.compile(
    r"(?:some ?time )?(?:" + "|".join(f"(?P<{n}_>{p})" for n, p in _RELATIONS) + r")\b "
)
_EDGE = re.compile(r"(?:the )?(?:(?P<end>end)|start|beginning) of ")
_BETWEEN = re.compile(r"(?:between|from) ")
_AND = re.compile(r" ?(?:and|to|through|until|till|-) ")
_SUBJECT = re.compile(
    r"(?P<starts>(?:that |which )?(?:(?:will|can|to|i can) )?"
    r"(?:start(?:s|ing|ed)?|begin(?:s|ning)?|commenc(?:e|es|ing)|run(?:s|ning)?|kick(?:s|ing)? off)"
    r"(?: dates?)?)\b"
    r"|(?P<apply_by>(?:(?:that |which )?(?:i |we |you )?(?:can |could |must |to )?(?:still )?"
    r"apply(?: for| to)?(?: it| them)?\b(?! (?:to|toward|for) (?:a|the|my) )"
    r"|(?:with )?(?:an? |the )?(?:application |admission )?deadlines?"
    r"|applications?(?: that)?(?: are)? (?:due|close[sd]?|closing)|(?:closing|due)(?: date)?))\b"
)
_FILLER = re.compile(r" ?(?:is|are|of|falls?|dates?|any ?time)\b")
_NOUN = re.compile(r" (?:start(?: dates?)?|starts|intake|cohort|begin|enrol?lment)\b")
_OPEN = re.compile(
    r"(?:that |which |where |whose |with )?"
    r"(?:(?:an? |the )?(?:application )?deadlines?(?: (?:is|are)(?: still)?| still)? "
    r"(?:open|not (?:yet )?(?:passed|over|closed)|ahead)"
    r"|(?:i |we |you )?(?:can|could) (?:still |now )apply(?: to| for)?(?: now| today)?"
    r"|(?:are |is )?(?:still )?(?:open for|accepting|taking) applications"
    r"|applications?(?: is| are)? (?:still )?open"
    r"|(?:are |is )?still (?:open|accepting applications))\b"
)


@dataclass(frozen=True, slots=True)
class _Period:
    first: date
    last: date


def read_dates(text: str, at: int, day: date, last_field: str | None) -> tuple[Compare, int] | None:
    """The condition on dates that begins at a place of a plain wish, and where it ends.

    `last_field` is the field of the date condition before it: in "start in May or June" the
    second month has no subject of its own. A day that is past is never meant, unless the whole
    range is: "before March" is from `day` on.
    """
    open_ = _OPEN.match(text, at)
    if open_ and not _PERIOD.match(text, open_.end() + 1):
        return Compare("apply_by", Op.GE, day), open_.end()
    subject = _SUBJECT.match(text, at)
    field = subject.lastgroup if subject else last_field or "starts"
    here = subject.end() if subject else at
    while subject and (filler := _FILLER.match(text, here)):
        here = filler.end()
    here += subject is not None and text[here : here + 1] == " "
    found = _between(text, here, day) or _related(text, here, day)
    found = found or _bare(text, here, day, verb=subject is not None)
    if found is None or field is None:
        return None
    low, high, end = found
    noun = _NOUN.match(text, end)
    if noun:
        field, end = "starts", noun.end()
    return _condition(field, low, high, day), end


def _condition(field: str, low: date | None, high: date | None, day: date) -> Compare:
    if high is None or high >= day:
        low = day if low is None or low < day else low
    if low is None:
        return Compare(field, Op.LE, high or day)
    if high is None:
        return Compare(field, Op.GE, low)
    return Compare(field, Op.BETWEEN, low, high)


_YEARS = ("year", "year2", "year3", "year4")
_Found = tuple[date | None, date | None, int]


def _between(text: str, at: int, day: date) -> _Found | None:
    opening = _BETWEEN.match(text, at)
    left = _PERIOD.match(text, opening.end()) if opening else None
    joint = _AND.match(text, left.end()) if left else None
    right = _PERIOD.match(text, joint.end()) if joint else None
    if left is None or right is None:
        return None
    first, last = _period(left, day, "in"), _period(right, day, "in")
    if first is None or last is None:
        return None
    if last.last < first.first:
        first = _period(left, day - timedelta(days=366), "in") or first
    if last.last < first.first:
        last = _Period(_year_later(last.first), _year_later(last.last))
    return first.first, last.last, right.end()


def _related(text: str, at: int, day: date) -> _Found | None:
    relation = _RELATION.match(text, at)
    if relation is None:
        return None
    name = next(name for name, _ in _RELATIONS if relation[f"{name}_"])
    edge = _EDGE.match(text, relation.end())
    match = _PERIOD.match(text, edge.end() if edge else relation.end())
    period = _period(match, day, name) if match else None
    if match is None or period is None:
        return None
    if edge and edge["end"]:
        name = "by" if name == "before" else name
        period = _Period(period.last, period.last)
    elif edge:
        period = _Period(period.first, period.first)
    ranges: dict[str, tuple[date | None, date | None]] = {
        "before": (None, period.first - timedelta(days=1)),
        "by": (None, period.last),
        "after": (period.last + timedelta(days=1), None),
        "from": (period.first, None),
        "in": (period.first, period.last),
    }
    return *ranges[name], match.end()


def _bare(text: str, at: int, day: date, *, verb: bool) -> _Found | None:
    """A period without a preposition; a bare "may" or "march" may be a verb and is left alone."""
    match = _PERIOD.match(text, at)
    if match and match["today"] and not verb:
        return None
    if match is None or (match["month3"] in {"may", "march", "mar", "sun"} and not match["year3"]):
        noun = _NOUN.match(text, match.end()) if match else None
        if noun is None or match is None:
            return None
    period = _period(match, day, "in")
    return (period.first, period.last, match.end()) if period else None


def _period(match: re.Match[str], day: date, relation: str) -> _Period | None:
    """The days that a period names; None when no calendar has them."""
    try:
        return _read(match, day, relation)
    except (ValueError, OverflowError):
        return None


def _read(match: re.Match[str], day: date, relation: str) -> _Period | None:
    part = match.groupdict()
    year = next((part[name] for name in _YEARS if part[name]), None)
    if part["iso"]:
        return _one_day(date.fromisoformat(part["iso"]))
    if part["y"]:
        return _one_day(date(int(part["y"]), int(part["m"]), int(part["d"])))
    if make := _yearly(part):
        return _in_year(make, year, day, relation)
    return _relative(part, day)


def _yearly(part: dict[str, str | None]) -> Callable[[int], _Period] | None:
    """What a day, month or term is in a given year."""
    month = _MONTHS.get(part["month"] or part["month2"] or part["month3"] or "")
    number = part["day"] or part["day2"]
    if month and number:
        return lambda year: _one_day(date(year, month, int(number)))
    if month:
        return lambda year: _months(year, month, month)
    if part["season"]:
        first, last = _TERMS[part["season"]]
        return lambda year: _months(year, first, last)
    return None


def _relative(part: dict[str, str | None], day: date) -> _Period:
    if part["year5"]:
        return _months(int(part["year5"]), 1, 12)
    if part["today"]:
        return _one_day(day + timedelta(days=part["today"] == "tomorrow"))
    if part["count"] and part["unit2"]:
        return _Period(day, _later(day, int(part["count"]), part["unit2"].removesuffix("s")))
    return _named(part["unit"] or "", part["which3"] != "this", day)


def _in_year(
    make: Callable[[int], _Period], year: str | None, day: date, relation: str
) -> _Period | None:
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


def _made(make: Callable[[int], _Period], year: int) -> _Period | None:
    try:
        return make(year)
    except ValueError:  # 29 February
        return None


def _named(unit: str, following: bool, day: date) -> _Period:
    if unit == "week":
        monday = day - timedelta(days=day.weekday() - 7 * following)
        return _Period(monday, monday + timedelta(days=6))
    if unit == "year":
        return _months(day.year + following, 1, 12)
    month = day.month + following
    return _months(day.year + (month > 12), (month - 1) % 12 + 1, (month - 1) % 12 + 1)


def _later(day: date, count: int, unit: str) -> date:
    if unit != "month":
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = day.month - 1 + count
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _months(year: int, first: int, last: int) -> _Period:
    end_year = year + (last < first)
    return _Period(
        date(year, first, 1), date(end_year, last, calendar.monthrange(end_year, last)[1])
    )


def _one_day(day: date) -> _Period:
    return _Period(day, day)


def _year_later(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28) if day.month == 2 else day.day)
