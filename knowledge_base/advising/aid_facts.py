"""Reads from a student's words the facts that rules of aid ask for, and never guesses one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from knowledge_base.aid_rule import CURRENCIES, AskedFact, Value
from knowledge_base.text.dates import find_dates, find_periods
from knowledge_base.text.quantities import NUMBER_WORDS
from knowledge_base.text.terms import MONTHS

_N = rf"(?:\d+(?:\.\d+)?|(?:{'|'.join(NUMBER_WORDS)})\b)"
_FIGURE = r"(?:\d{1,3}(?:[.,]\d{3})+|\d+)(?:\.\d{1,2})?(?:\s?k\b|\s?(?:thousand|grand)\b)?"
_MONEY = {
    "dollars": rf"(?:(?:us)?\$)?\s?{_FIGURE}(?:\s?(?:dollars|bucks|usd)\b)?",
    "euros": rf"€?\s?{_FIGURE}(?:\s?(?:€|(?:euros?|eur)\b))?",
    "pounds": rf"£?\s?{_FIGURE}(?:\s?(?:pounds?|quid|gbp)\b)?",
}
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?!\d))")
_TIME = rf"{_N}\s?(?:years?|yrs?|months?|mos?|weeks?|wks?)\b"
_AMOUNT = {**_MONEY, "months": _TIME}
"""How an amount is written, by the unit of its fact; otherwise it is a plain number."""
_ABOUT = r"(?:(?:about|around|roughly|approximately|like|only|just|for|maybe)\s+)*"
_RATE = re.compile(
    r"\s*(?:(?:an?|per|each|every|/)\s*)(?:hour|hr|h|day|week|wk|month|mo)\b"
    r"|\s*(?:hourly|daily|weekly|monthly)\b"
)
"""Money for less than a year says nothing of a whole year's."""
_BOUND = re.compile(r"\b(?:over|above|under|below|more than|less than|at least|at most|up to)\s*$")
_NOT = re.compile(
    r"\b(?:not|no|never|without|neither|nor|isnt|arent|aint|dont|doesnt|didnt|wont|cant|cannot|"
    r"havent|hasnt|non)\b(?:\s+(?!and\b|but\b|so\b)\w+){0,3}\s*$"
)
"""A refusal up to three words before; it does not reach over a comma or an `and`."""
_YES = re.compile(
    r"^(?:y|ya|ye|yes+|yea|yeah|yep|yup|sure|correct|right|true|of course|absolutely|definitely|"
    r"i (?:do|am|have|did|will|can|would|think so|guess so)(?! not\b|nt\b)|affirmative|it is)\b"
)
_NO = re.compile(
    r"^(?:n|no+|nope|nah|na|never|none|not\b(?! sure)|"
    r"i (?:do not|dont|am not|have not|havent|did not|didnt|will not|wont|cannot|cant|wouldnt)|"
    r"im not|negative|false)\b(?! idea)"
)
_ZERO = re.compile(r"(?:none|nothing|zero|never|no (?:income|money|hours|times|months))\b")
_DECLINED = re.compile(
    r"\b(?:dont|do not|didnt) (?:really )?(?:know|remember|want to (?:say|tell|answer|share))\b"
    r"|\b(?:not sure|unsure|no idea|no clue|idk|dunno|cant say|cannot say|hard to say)\b"
    r"|\b(?:rather|prefer) not\b|\b(?:too|thats|its) (?:private|personal)\b"
    r"|\bskip\b|^(?:pass|next)(?: question| one)?\b|\bnone of your\b"
)
_WHOLE_LIFE = re.compile(r"\b(?:all my life|(?:my )?whole life|always|born (?:and raised )?here)\b")
_LONGEST = 1200
"""Months, which are 100 years: a stay that no rule can find too short."""
_ALONE = re.compile(r"^(?:its )?(?:just|only) me\b|\b(?:by myself|live alone|alone)\b")
_COUNTED_UP = re.compile(
    r"\b(?:me|i|my|kids?|child(?:ren)?|wife|husband|partner|parents?|mother|father|mom|dad)\b"
)
"""People who are named one by one: whether the number counts them all is not said."""
_LEAD = re.compile(r"^(?:(?:um+|uh+|well|oh|so|ok|okay|hm+|actually|sorry|and)\b[\s,]*)+")
_DAY_OF_MONTH = re.compile(
    rf"\b(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?\s"
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
)


def facts_in(text: str, asked: Sequence[AskedFact]) -> dict[str, Value]:
    """Facts that a text tells in the words that their rules' file lists, wherever they stand.

    What is said both ways, or as a bound ("under 60000"), is left unknown.
    """
    words = plain(text)
    found: dict[str, Value] = {}
    for fact in asked:
        values = set(_flags(fact, words) if fact.kind == "flag" else _numbers(fact, words))
        if len(values) == 1:
            found[fact.name] = values.pop()
    return found


def answer_to(fact: AskedFact, text: str, today: date) -> Value | None:
    """What a text answers when it was asked for this fact; None when it does not tell."""
    words = _LEAD.sub("", plain(text))
    if fact.kind == "flag":
        return True if _YES.search(words) else False if _NO.search(words) else None
    if fact.kind == "date":
        day = _date(text, today)
        return day.isoformat() if day else None
    return _number(fact, words, today)


def declines(text: str) -> bool:
    """Whether somebody does not know, or would rather not say."""
    return bool(_DECLINED.search(plain(text)))


def plain(text: str) -> str:
    """A text in lower case, one blank between words, without apostrophes or dotted initials."""
    lower = re.sub(r"['’]", "", text.casefold())
    lower = re.sub(r"(?<![\w.])(?:[a-z]\.){2,}", lambda m: m.group().replace(".", ""), lower)
    return " ".join(lower.split())


def _flags(fact: AskedFact, words: str) -> Iterator[bool]:
    for cue in fact.said:
        for match in re.finditer(_cue(cue), words):
            yield not _NOT.search(words[: match.start()])
    for cue in fact.denied:
        for match in re.finditer(_cue(cue), words):
            if not _NOT.search(words[: match.start()]):
                yield False


def _numbers(fact: AskedFact, words: str) -> Iterator[Value]:
    for cue in fact.said:
        for match in re.finditer(_cue(cue, fact.unit), words):
            start, end = match.span("n")
            if not (_BOUND.search(words[:start]) or _is_rate(fact.unit, words[end:])):
                yield _value(match["n"], fact.unit)


def _cue(cue: str, unit: str = "") -> str:
    """The pattern of a cue, in which `#` stands for an amount in the unit."""
    amount = rf"\s*{_ABOUT}(?P<n>{_AMOUNT.get(unit, _N)})(?![\w%]|[.,]\d)\s*"
    parts = [r"\s+".join(map(re.escape, plain(part).split())) for part in cue.split("#")]
    end = "" if cue.endswith("#") else r"(?!\w)"
    return rf"(?<![\w$€£.,]){amount.join(parts)}{end}"


def _number(fact: AskedFact, words: str, today: date) -> Value | None:
    if fact.unit == "months" and (_WHOLE_LIFE.search(words) or words.startswith("since ")):
        return _LONGEST if _WHOLE_LIFE.search(words) else _months_since(words, today)
    if fact.unit == "people" and (_ALONE.search(words) or _COUNTED_UP.search(words)):
        return 1 if _ALONE.search(words) else None
    if fact.unit == "times" and (word := re.match(r"(once|twice|never)\b", words)):
        return {"once": 1, "twice": 2, "never": 0}[word[1]]
    amounts = [
        match
        for match in re.finditer(rf"(?<![\w$€£.,])(?:{_AMOUNT.get(fact.unit, _N)})(?![\w%])", words)
        if not (_BOUND.search(words[: match.start()]) or _is_rate(fact.unit, words[match.end() :]))
    ]
    values = {_value(match.group(), fact.unit) for match in amounts}
    if not values and fact.unit == "months":
        values = {
            _value(m.group(), "") for m in re.finditer(rf"(?<![\w$€£.,]){_N}(?![\w%])", words)
        }
    if len(values) == 2 and fact.unit == "months" and "year" in words and "month" in words:
        return sum(float(value) for value in values)
    if not values and _ZERO.match(words) and fact.unit not in {"people", "years"}:
        return 0
    return values.pop() if len(values) == 1 else None


def _is_rate(unit: str, after: str) -> bool:
    return unit in CURRENCIES and bool(_RATE.match(after))


def _value(amount: str, unit: str) -> int | float:
    figure = re.search(r"\d[\d.,]*", amount)
    if figure:
        written = _THOUSANDS.sub("", figure.group()) if unit in CURRENCIES else figure.group()
        number = Decimal(written.replace(",", ""))
    else:
        number = Decimal(NUMBER_WORDS.index(amount.split(maxsplit=1)[0]))
    if unit in CURRENCIES and re.search(r"\d\s?(?:k|thousand|grand)\b", amount):
        number *= 1000
    if unit == "months" and re.search(r"y(?:ea)?rs?\b", amount):
        number *= 12
    if unit == "months" and re.search(r"w(?:ee)?ks?\b", amount):
        number = number * 12 / 52
    return int(number) if number == int(number) else float(number)


def _months_since(words: str, today: date) -> int | None:
    """Whole months since the last day of a period: never more than have passed."""
    days = [found.value for found in find_dates(words)]
    ends = days or [found.value.last for found in find_periods(words, today)]
    if len(ends) != 1 or ends[0] >= today:
        return None
    months = (today.year - ends[0].year) * 12 + today.month - ends[0].month
    return months - (today.day < ends[0].day)


def _date(text: str, today: date) -> date | None:
    """The one date that a text names; without a year it is the next of its kind."""
    days = {found.value for found in find_dates(text)}
    for match in _DAY_OF_MONTH.finditer(text.casefold()) if not days else ():
        for year in (today.year, today.year + 1):
            try:
                day = date(year, MONTHS[match["month"]], int(match["day"]))
            except ValueError:
                continue
            if day >= today:
                days.add(day)
                break
    return days.pop() if len(days) == 1 else None
