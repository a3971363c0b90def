"""Reads which typed facts of programs a question asks for, or that it asks for something else.

A question is taken only when every word of it is understood: one word more ("the refund", "out of
state", "get paid") can change what is right, and then the published pages are quoted instead.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from knowledge_base.filters.periods import PERIOD, period_of
from knowledge_base.model import Span
from knowledge_base.text.quantities import find_quantities
from knowledge_base.text.terms import Period
from knowledge_base.typed.words import BETTER, COMPARING, COST, CREDIT, FILLER, PAYING, TIME, listed

_SHORTEST = 4
"""Letters from which the beginning of a word stands for it."""
_LONGEST = 300
"""Characters; a longer message tells a story that has words of its own weight."""


class Task(StrEnum):
    """What is to be done with the facts."""

    COMPARE = "compare"
    COST = "cost"
    PER_CREDIT = "per credit"
    PACE = "pace"
    HOURS = "hours"
    LAST_DAY = "last day"
    DAYS_LEFT = "days left"


class Aspect(StrEnum):
    """What programs are compared in; the values are what `KnowledgeBase.compare` takes."""

    COST = "cost"
    CREDIT = "credit"
    LENGTH = "length"
    EFFORT = "effort"
    DELIVERY = "delivery"
    START = "start"
    DEADLINE = "deadline"
    PREREQUISITES = "prerequisites"
    STACKING = "stacking"
    RECOGNITION = "recognition"
    AID = "aid"
    SKILLS = "skills"
    CAREERS = "careers"


class Better(StrEnum):
    """The comparative by which one program is put before another."""

    CHEAPER = "cheaper"
    DEARER = "more expensive"
    SHORTER = "shorter"
    LONGER = "longer"
    SOONER = "sooner"


ASPECT_OF = {
    Better.CHEAPER: Aspect.COST,
    Better.DEARER: Aspect.COST,
    Better.SHORTER: Aspect.LENGTH,
    Better.LONGER: Aspect.LENGTH,
    Better.SOONER: Aspect.START,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks of the programs that it names."""

    task: Task
    aspects: tuple[Aspect, ...] = ()
    """In which a comparison is asked for; empty: in all."""
    better: Better | None = None
    hours: Span | None = None
    """Hours per week that the student has."""
    begin: Period | None = None
    """When the student would start."""
    to_start: bool = False
    """Whether days are counted to the start, not to the deadline."""


_ASPECTS = {
    Aspect.COST: "cost costs price prices pricing priced tuition money cheap fees total expensive",
    Aspect.CREDIT: "credit credits",
    Aspect.LENGTH: "long length duration weeks time",
    Aspect.EFFORT: "hours effort workload hrs",
    Aspect.DELIVERY: "online delivery format hybrid person campus",
    Aspect.START: "start starts starting begin begins dates",
    Aspect.DEADLINE: "deadline deadlines apply dates",
    Aspect.PREREQUISITES: "prerequisite prerequisites prereq prereqs requirement requirements",
    Aspect.STACKING: "stack stacks stacking degree degrees count counts toward towards",
    Aspect.RECOGNITION: "recognition recognized accreditation accredited transcript",
    Aspect.AID: "aid scholarship scholarships funding",
    Aspect.SKILLS: "skill skills",
    Aspect.CAREERS: "job jobs career careers occupation occupations",
}
_ASPECT_WORDS = listed(" ".join(_ASPECTS.values()))
_BETTER = {
    better: re.compile(rf"\b(?:{pattern})\b")
    for better, pattern in (
        (Better.DEARER, "(?:more|most) expensive|costs? (?:me )?(?:more|the most)|prici(?:er|est)"),
        (Better.CHEAPER, "cheap(?:er|est)|less expensive|costs? (?:me )?(?:less|the least)"),
        (Better.SHORTER, "short(?:er|est)|fast(?:er|est)|quick(?:er|est)|takes? less time"),
        (Better.LONGER, "long(?:er|est)|takes? more time"),
        (Better.SOONER, "soon(?:er|est)|earli(?:er|est)|(?:starts?|begins?) first"),
    )
}
PLAIN = FILLER | COST | PAYING | CREDIT | TIME | COMPARING | _ASPECT_WORDS
"""Words that ask, and so name no program by themselves."""

_HAS_COST = re.compile(
    r"\b(?:costs?|costing|price[ds]?|pricing|total|expensive|fees?|how much"
    r"|what\b.*\bpay)\b"
)
_PER_CREDIT = re.compile(r"\b(?:per|each|a|one) credit\b")
_CLOCK_HOURS = re.compile(r"\bhow many (?:clock|contact) hours\b")
"""A term of the field: who uses it asks for the number, whatever else is told."""
_TOTAL_HOURS = re.compile(
    rf"{_CLOCK_HOURS.pattern}|\bhow many (?:clock |contact )?hours\b.*\ball\b"
    r"|^(?=.*\bhours\b).*\b(?:total|altogether|all together|in all|all in all|whole)\b"
)
_ENDS = re.compile(r"\b(?:finish\w*|done|ends?|completed?|completing|graduate|last day|over)\b")
_BEGINS = re.compile(r"\b(?:start\w*|begin|begins|began|beginning)\b")
_APPLYING = re.compile(r"\b(?:apply\w*|applications?|deadlines?)\b")
_LEFT = re.compile(
    r"\b(?:days|weeks|how long|how much time)\b.*\b(?:left|until|till|remaining|to apply"
    r"|before (?:the |it |i |applications? |registration )?(?:deadlines?|closes?|apply\w*|starts?"
    r"|begins?|classe?s?))\b"
)
_PACED = re.compile(r"\b(?:long|weeks?|months?|time|finish|done|take|complete)\b")
_COMPARED = re.compile(
    r"\b(?:compar\w+|diff|differences?|differ|differs|different|vs|versus|better|side by side)\b"
)
_NEEDS = re.compile(r"\bneed(?:ed|s)?\b.*\b(?:first|before)\b|\bto get in(?:to)?\b")
_STRANGE = 3
"""Words that need not be understood where several programs are named: a story has more."""
_OF_OTHER_MATTERS = re.compile(
    r"\b(?:refund\w*|drop\w*|withdr\w*|switch\w*|transfer\w*|discount\w*|same (?:time|day|term)"
    r"|at once|together|both (?:in|and)|after|instead)\b"
)
_JOINED = re.compile(r"\b(?:can|could|may|should|do) i (?:take|do|start|combine|add|skip|need)\b")
"""What is asked of taking programs together is no comparison."""
_WITH_FEES = re.compile(
    r"\b(?:including|incl|with|plus)(?: all)?(?: the| its)? (?:materials? )?fees?\b"
)
_TIMED = re.compile(r"\b(?:in|on|from) (?:early |late |mid )?|\b(?=(?:this|next) )")
"""Behind what a time is named; *may* by itself is no month."""
_SIGNS = (_HAS_COST, _TOTAL_HOURS, _ENDS, _LEFT, _PACED, _COMPARED, *_BETTER.values())


def may_ask(question: str) -> bool:
    """Whether it is worth looking for the programs that a question names."""
    text = _written(question)
    return len(text) <= _LONGEST and any(sign.search(text) for sign in _SIGNS)


def read(question: str, today: date, charged: Collection[str] = ()) -> Asked | None:
    """What is asked for; None when it is nothing of the kind, or a word is not understood.

    `question` has blanks where programs are named; `charged` are the words by which the catalog
    names what it charges for, which belong to a cost.
    """
    text, hours = _hours(_written(question))
    text, begin = _period(text, today)
    asked = _task(text, hours, begin)
    words = set(re.findall(r"[a-z0-9'$]+", text))
    clock_hours = asked and asked.task is Task.HOURS and _CLOCK_HOURS.search(text)
    if asked and asked.task is Task.COST:
        words -= {word for word in words if _names_one(word, charged)}
    return asked if asked and (clock_hours or words <= _understood(asked)) else None


def _names_one(word: str, charged: Collection[str]) -> bool:
    """Whether a word is of what is charged, or begins one: *exam* of *examination*."""
    begins = len(word) >= _SHORTEST and any(of.startswith(word) for of in charged)
    return word in charged or begins


def read_comparison(question: str, today: date, *, clearly: bool) -> Asked | None:
    """In what a question compares the several programs that it names; None when it does not.

    `question` has blanks where programs are named. Between two names few words change what is
    asked, so that not all of them must be understood. `clearly` tells that none is named by a
    single word, which may be of something else; only then is it enough to ask for a fact of each.
    """
    text, _ = _period(_written(question), today)
    unknown = set(re.findall(r"[a-z0-9'$]+", text)) - FILLER - COMPARING - BETTER - _ASPECT_WORDS
    if len(unknown) > _STRANGE or _OF_OTHER_MATTERS.search(text):
        return None
    better = next((better for better, sign in _BETTER.items() if sign.search(text)), None)
    aspects = _aspects(text, better)
    compares = (
        better or _COMPARED.search(text) or (clearly and aspects and not _JOINED.search(text))
    )
    return Asked(Task.COMPARE, aspects, better) if compares else None


def _written(question: str) -> str:
    """As the readers of quantities and dates take it, and without the fees that belong to a
    cost in any case."""
    text = re.sub(r"\bhrs?\b", "hours", question.casefold().replace("’", "'"))
    return " ".join(_WITH_FEES.sub(" ", text).split())


def _task(text: str, hours: Span | None, begin: Period | None) -> Asked | None:
    """The first kind of question that the words are of."""
    better = next((better for better, sign in _BETTER.items() if sign.search(text)), None)
    if hours:
        return Asked(Task.PACE, hours=hours) if _PACED.search(text) and not begin else None
    if _ENDS.search(text):
        return _last_day(text, begin)
    if begin:
        return None
    if better or _COMPARED.search(text):
        return Asked(Task.COMPARE, _aspects(text, better), better)
    return _days_left(text) if _LEFT.search(text) else _amount(text)


def _last_day(text: str, begin: Period | None) -> Asked | None:
    asks = begin or _BEGINS.search(text) or "when" in text.split()
    return Asked(Task.LAST_DAY, begin=begin) if asks and not _APPLYING.search(text) else None


def _days_left(text: str) -> Asked | None:
    to_start = bool(_BEGINS.search(text))
    if to_start and _APPLYING.search(text):
        return None
    return Asked(Task.DAYS_LEFT, to_start=to_start)


def _amount(text: str) -> Asked | None:
    if _TOTAL_HOURS.search(text):
        return Asked(Task.HOURS)
    if not _HAS_COST.search(text):
        return None
    return Asked(Task.PER_CREDIT if _PER_CREDIT.search(text) else Task.COST)


def _understood(asked: Asked) -> frozenset[str]:
    """The words that a question of a kind may have."""
    if asked.task is Task.COMPARE:
        return FILLER | COMPARING | BETTER | _ASPECT_WORDS
    if asked.task is Task.COST:
        return FILLER | COST
    return FILLER | COST | CREDIT if asked.task is Task.PER_CREDIT else FILLER | TIME


def _aspects(text: str, better: Better | None) -> tuple[Aspect, ...]:
    words = set(re.findall(r"[a-z]+", text))
    named = {aspect for aspect, of in _ASPECTS.items() if words & set(of.split())}
    if better:
        named.add(ASPECT_OF[better])
    if _NEEDS.search(text):
        named.add(Aspect.PREREQUISITES)
    if "how much" in text:
        named.add(Aspect.COST)
    return tuple(aspect for aspect in Aspect if aspect in named)


def _hours(text: str) -> tuple[str, Span | None]:
    """The text without the hours per week that it states, and these."""
    found = find_quantities(text, {"hours per week"})
    if len(found) != 1 or found[0].value.low <= 0:
        return text, None
    value = found[0].value
    blank = text[: found[0].start] + " " + text[found[0].end :]
    return blank, Span(value.low, value.high, value.unit)


def _period(text: str, today: date) -> tuple[str, Period | None]:
    """The text without the day, month, term or year that it names, and this.

    Without a year it is the next one that is not over.
    """
    for before in _TIMED.finditer(text):
        match = PERIOD.match(text, before.end())
        period = period_of(match, today, "in") if match else None
        if match and period:
            return f"{text[: match.start()]} {text[match.end() :]}", period
    return text, None
