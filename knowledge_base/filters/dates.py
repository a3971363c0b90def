"""Reads when something starts or closes out of a wish, relative to the day it was made."""

from __future__ import annotations

import re
from datetime import date, timedelta

from knowledge_base.filters.periods import PERIOD, period_of, year_later
from knowledge_base.filters.tree import Compare, Op
from knowledge_base.text.terms import Period

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
_FILLER = re.compile(r" ?(?:is|are|of|falls?(?= on| in| between)|dates?|any ?time)\b")
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


def read_dates(text: str, at: int, day: date, last_field: str | None) -> tuple[Compare, int] | None:
    """The condition on dates that begins at a place of a plain wish, and where it ends.

    `last_field` is the field of the date condition before it: in "start in May or June" the
    second month has no subject of its own. A day that is past is never meant, unless the whole
    range is: "before March" is from `day` on.
    """
    open_ = _OPEN.match(text, at)
    if open_ and not PERIOD.match(text, open_.end() + 1):
        return Compare("apply_by", Op.GE, day), open_.end()
    subject = _SUBJECT.match(text, at)
    field = subject.lastgroup if subject else last_field or "starts"
    here = subject.end() if subject else at
    while subject and (filler := _FILLER.match(text, here)):
        here = filler.end()
    here += subject is not None and text[here : here + 1] == " "
    found = _between(text, here, day) or _related(text, here, day)
    found = found or _bare(
        text, here, day, verb=subject is not None or _goes_on(text, at, last_field)
    )
    if found is None or field is None:
        return None
    low, high, end = found
    noun = _NOUN.match(text, end)
    if noun:
        field, end = "starts", noun.end()
    return _condition(field, low, high, day), end


def _goes_on(text: str, at: int, last_field: str | None) -> bool:
    """Whether a period goes on from the one before it: "in January or March"."""
    return last_field is not None and text[:at].endswith((" or ", " and "))


def _condition(field: str, low: date | None, high: date | None, day: date) -> Compare:
    if high is None or high >= day:
        low = day if low is None or low < day else low
    if low is None:
        return Compare(field, Op.LE, high or day)
    if high is None:
        return Compare(field, Op.GE, low)
    return Compare(field, Op.BETWEEN, low, high)


_Found = tuple[date | None, date | None, int]


def _between(text: str, at: int, day: date) -> _Found | None:
    opening = _BETWEEN.match(text, at)
    left = PERIOD.match(text, opening.end()) if opening else None
    joint = _AND.match(text, left.end()) if left else None
    right = PERIOD.match(text, joint.end()) if joint else None
    if left is None or right is None:
        return None
    first, last = period_of(left, day, "in"), period_of(right, day, "in")
    if first is None or last is None:
        return None
    if last.last < first.first:
        first = period_of(left, day - timedelta(days=366), "in") or first
    if last.last < first.first:
        last = Period(year_later(last.first), year_later(last.last))
    return first.first, last.last, right.end()


def _related(text: str, at: int, day: date) -> _Found | None:
    relation = _RELATION.match(text, at)
    if relation is None:
        return None
    name = next(name for name, _ in _RELATIONS if relation[f"{name}_"])
    edge = _EDGE.match(text, relation.end())
    match = PERIOD.match(text, edge.end() if edge else relation.end())
    period = period_of(match, day, name) if match else None
    if match is None or period is None:
        return None
    if edge and edge["end"]:
        name = "by" if name == "before" else name
        period = Period(period.last, period.last)
    elif edge:
        period = Period(period.first, period.first)
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
    match = PERIOD.match(text, at)
    if match and match["today"] and not verb:
        return None
    if match is None or (
        not verb and match["month3"] in {"may", "march", "mar", "sun"} and not match["year3"]
    ):
        noun = _NOUN.match(text, match.end()) if match else None
        if noun is None or match is None:
            return None
    period = period_of(match, day, "in")
    return (period.first, period.last, match.end()) if period else None
