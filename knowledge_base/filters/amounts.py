"""Reads money, durations, weekly hours and credits with their bounds out of a wish."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from knowledge_base.filters.tree import Compare, Op

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "us$": "USD"}
_CODES = "usd|eur|gbp|chf|cad|aud|jpy|inr|sgd"
_MONEY_WORDS = {"dollar": "USD", "buck": "USD", "euro": "EUR", "pound": "GBP", "franc": "CHF"}
_UNITS = {"wk": "week", "mo": "month", "yr": "year", "mth": "month"}
_UNIT = (
    rf"(?P<money>{_CODES}|dollars?|bucks?|euros?|pounds?|francs?)\b"
    r"|(?P<hours>(?:hours?|hrs?|h)(?: of (?:work|study))?"
    r"(?: ?(?:per|a|each|every|in a|/) ?(?:week|wk)| weekly))\b"
    r"|(?:(?P<workload>(?:total |clock |contact )?(?:hours?|hrs?)"
    r"(?: (?:in total|total|altogether|in all|long|of instruction|of training)\b"
    r"|(?= (?:course|class|program|programme|training|workshop)s?\b))"
    r"|(?:total|clock|contact) (?:hours?|hrs?)))\b"
    r"|(?P<time>days?|weeks?|wks?|months?|mths?|years?|yrs?)\b"
    r"|(?:of )?(?P<kind>academic |college |university |continuing ed(?:ucation)? )?"
    r"(?P<credits>credits?(?: hours?)?|ceus?)\b"
    r"(?:(?<=\b\d credit)|(?<=\b\d\d credit)|(?! programs?\b| bearing))"
)
_AMOUNT = re.compile(
    rf"(?P<sign>us\$|[$€£]|(?:{_CODES}) )?(?P<number>\d+(?:\.\d+)?(?![\d/-])"
    r"|an?(?= (?:day|week|month|year)\b))"
    r"(?:(?P<more> ?\+| or (?:more|longer|above))|(?P<less> or (?:less|fewer|under|below)))?"
    rf"(?: ?(?:{_UNIT}))?"
)
_COMPARATORS = (
    (
        "LE",
        r"(?:no|not) (?:more|longer|higher|greater) than|"
        r"(?:not|never|nothing|none) (?:over|above|exceeding)|nothing (?:more|longer) than",
    ),
    ("GE", r"(?:no|not) (?:less|fewer|shorter|lower) than|not (?:under|below)"),
    ("LT", r"under|below|(?:less|fewer|cheaper|lower|shorter|smaller|quicker|faster) than|<(?!=)"),
    (
        "LE",
        r"at (?:the )?most|up to|max(?:imum)?(?: of)?|(?:a |my )?budget(?: is)?(?: of)?|within"
        r"|(?:can |could |will |want to )?(?:spend|afford|pay)(?: up to)?|<=|(?:a )?limit(?: of)?"
        r"|(?:can|could|able to)(?: only| just)?"
        r" (?:do|manage|handle|spare|give|put in|commit to|study|work|learn)(?: up to| only)?"
        r"|(?:i have|i've got|got)(?: only| just)?|only",
    ),
    ("GT", r"over|above|(?:more|longer|greater|higher) than|exceed(?:s|ing)?|>(?!=)"),
    ("GE", r"at (?:the )?least|min(?:imum)?(?: of)?|>=|starting (?:at|from)"),
    ("EQ", r"exactly|precisely|equal to|just|="),
)
_COMPARATOR = re.compile(
    "(?:"
    + "|".join(f"(?P<{op}{n}>{p})" for n, (op, p) in enumerate(_COMPARATORS))
    + r")(?![a-z]) ?"
)
_FIELD = re.compile(
    r"(?:(?P<tuition>tuition(?: fees?)?)|(?P<total>(?:whose |the |a |in )?(?:total )?"
    r"(?:costs?|costing|prices?|priced|total|fees?))"
    r"|(?P<finish>(?:be )?(?:finish(?:ed)?|complet(?:e|ed)|done)(?: it| them)?(?: in)?(?= ))"
    r"|(?P<duration>(?:that |which )?(?:takes?|taking|lasts?|lasting|duration|length))"
    r"|(?P<credits>(?:worth|carr(?:y|ies|ying)|award(?:s|ing)?|earn(?:s|ing)?)))\b ?"
)
_FILLER = re.compile(
    r"(?:is|are|of|at(?! (?:the )?(?:most|least)\b)|for|me|that|it|only"
    r"|an?(?! (?:day|week|month|year)\b)|in|to|price|about|around|roughly|maybe|like|cost|tuition"
    r")\b "
)
_RANGE = re.compile(r"(?:between|from|in the range of) ")
_JOINT = re.compile(r" ?(?:and|to|-|or) ?")
_SUFFIXES = (
    (
        "LE",
        r"or (?:less|fewer|under|below|cheaper|shorter|lower)|max(?:imum)?|at (?:the )?most|tops",
    ),
    (
        "GE",
        r"or (?:more|longer|above|higher|over|up)|and (?:up|above|over|more)|at least|min(?:imum)?",
    ),
)
_SUFFIX = re.compile(" (?:" + "|".join(f"(?P<{op}>{p})" for op, p in _SUFFIXES) + r")\b")
_AFTER = re.compile(
    r" (?:in total cost|in total|total cost|of tuition|in tuition|tuition|total|long|in length"
    r"|altogether)\b"
)
_LEAST_MONEY = 100
"""A bare number with a bound, such as `under 500`, is taken for money from here on."""


@dataclass(frozen=True, slots=True)
class _Amount:
    number: Decimal
    field: str
    unit: str
    op: Op | None
    end: int


def read_amount(text: str, at: int, before: Compare | None = None) -> tuple[Compare, int] | None:
    """The condition on a number that begins at a place of a plain wish, and where it ends.

    In "over 8 weeks but under 16" the second number has the field and unit of the one `before`.
    """
    named, here = _named(text, at)
    between = _RANGE.match(text, here)
    bounded = None if between else _COMPARATOR.match(text, here)
    op = _op(bounded) if bounded else (Op.LE if named == "finish" else None)
    here = (between or bounded).end() if between or bounded else here  # type: ignore[union-attr]
    while (bounded or between) and (filler := _FILLER.match(text, here)):
        here = filler.end()
    inner = _FIELD.match(text, here) if bounded and named is None else None
    if inner and inner.lastgroup in {"tuition", "total"}:
        named, here = inner.lastgroup, inner.end()
    first = _amount(text, here, bool(bounded or named))
    if first is None:
        return None
    second = _second(text, first, between is not None)
    if between is not None and second is None:
        op, second = Op.GE, None
    last = second or first
    suffix = (
        _SUFFIX.match(text, last.end) if op in {None, Op.LE, Op.GE} and second is None else None
    )
    bounds = (op, second, first.op, suffix)
    told = last.field or first.field
    field = _field(named, told, first.number, any(bound is not None for bound in bounds))
    unit = last.unit or first.unit
    if field is None and op and before and isinstance(before.value, Decimal):
        field, unit = before.field, before.unit
    if field is None:
        return None
    end = suffix.end() if suffix else last.end
    if after := _AFTER.match(text, end):
        field = "tuition" if "tuition" in after[0] and field == "total" else field
        end = after.end()
    if second is not None:
        low, high = sorted((first.number, second.number))
        if op in {Op.LT, Op.LE} and between is None:
            return Compare(field, op, high, unit=unit), end
        return Compare(field, Op.BETWEEN, low, high, unit), end
    chosen = op or first.op or (Op[suffix.lastgroup] if suffix and suffix.lastgroup else Op.EQ)
    return Compare(field, chosen, first.number, unit=unit), end


def _named(text: str, at: int) -> tuple[str | None, int]:
    match = _FIELD.match(text, at)
    if match is None:
        return None, at
    here = match.end()
    while filler := _FILLER.match(text, here):
        here = filler.end()
    return match.lastgroup, here


def _op(match: re.Match[str]) -> Op:
    return Op[str(match.lastgroup).rstrip("0123456789")]


def _second(text: str, first: _Amount, wanted: bool) -> _Amount | None:
    """The upper end of a range: after `between`, or after `to` with the same kind of unit.

    So is the second number of "4 or 5 hours", of which only the last has the unit.
    """
    joint = _JOINT.match(text, first.end)
    if joint is None:
        return None
    joins = {"to", "-"} if first.field else {"to", "-", "or"}
    if not wanted and joint[0].strip() not in joins:
        return None
    second = _amount(text, joint.end())
    if second is None or (first.field and second.field and first.field != second.field):
        return None
    return second


def _amount(text: str, at: int, bounded: bool = True) -> _Amount | None:
    match = _AMOUNT.match(text, at)
    if match is None:
        return None
    field, unit = "", ""
    if match["sign"] or match["money"]:
        name = (match["sign"] or match["money"]).strip()
        field = "total"
        unit = _SIGNS.get(name) or _MONEY_WORDS.get(name.removesuffix("s")) or name.upper()
    elif match["hours"]:
        field = "hours"
    elif match["workload"]:
        field = "workload"
    elif match["time"]:
        word = match["time"].removesuffix("s")
        field, unit = "duration", f"{_UNITS.get(word, word)}s"
    elif match["credits"]:
        kind = (match["kind"] or "").strip()
        academic = {"college": "academic", "university": "academic"}
        kind = "continuing education" if kind.startswith("continuing") else academic.get(kind, kind)
        field, unit = "credits", "continuing education" if "ceu" in match["credits"] else kind
    number = match["number"]
    if number[0] == "a" and not bounded:
        return None
    op = Op.GE if match["more"] else Op.LE if match["less"] else None
    return _Amount(Decimal(1 if number[0] == "a" else number), field, unit, op, match.end())


def _field(named: str | None, told: str, number: Decimal, bounded: bool) -> str | None:
    """Which fact is meant; None where a number stands that means nothing here."""
    if told == "total":
        return "tuition" if named == "tuition" else "total"
    if told:
        return told
    if named in {"tuition", "total"}:
        return named
    return "total" if bounded and number >= _LEAST_MONEY else None
