"""Names in the language that is spoken what catalogs and rules name in a term of the field.

What is no such term (a title, a subject, a sentence of a page) stays as its source has it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from decimal import Decimal

from knowledge_base.model import Span
from languages.speech import ENGLISH, counted, say, speaking, spoken

_QUALIFIED = re.compile(r"(?P<name>.+?) \((?P<of>[^()]+)\)")
"""A term that holds for some only, such as `tuition (in-state)`."""


def term(word: str) -> str:
    """A term such as `online`, `materials fee` or `total cost (in-state)`; other words unchanged.

    English terms are unchanged too, so that they stay as their source writes them.
    """
    if spoken() == ENGLISH:
        return word
    known = _terms(spoken())
    if (named := known.get(word.casefold())) is not None:
        return named
    qualified = _QUALIFIED.fullmatch(word)
    return f"{term(qualified['name'])} ({term(qualified['of'])})" if qualified else word


def measured(span: Span) -> str:
    """`8 weeks`, `5–7 hours per week`: the numbers as they are, the unit in words."""
    if spoken() == ENGLISH:
        return str(span)
    one = span.low == span.high == 1
    number = str(Span(span.low, span.high, "")).strip()
    return _units(number, 1 if one else 2).get(span.unit, str(span))


def amount_in(value: str, unit: str) -> str:
    """The value of a `UsedFact` with its unit, as `measured` says it."""
    if spoken() == ENGLISH:
        return f"{value} {unit}"
    return _units(value, 1 if value == "1" else 2).get(unit, f"{value} {term(unit)}")


def credits_of(number: Decimal, kind: str = "") -> str:
    """`6 credits`, `1 credit`, `3 continuing education credits`."""
    figure, count = f"{number.normalize():f}", 1 if number == 1 else 2
    if kind:
        return counted(
            "{number} {kind} credit",
            "{number} {kind} credits",
            count,
            number=figure,
            kind=term(kind),
        )
    return counted("{number} credit", "{number} credits", count, number=figure)


def _units(number: str, count: int) -> Mapping[str, str]:
    """An amount in each unit that catalogs use; `count` tells which form goes with it."""
    return {
        "minutes": counted("{number} minute", "{number} minutes", count, number=number),
        "hours": counted("{number} hour", "{number} hours", count, number=number),
        "days": counted("{number} day", "{number} days", count, number=number),
        "weeks": counted("{number} week", "{number} weeks", count, number=number),
        "months": counted("{number} month", "{number} months", count, number=number),
        "years": counted("{number} year", "{number} years", count, number=number),
        "terms": counted("{number} term", "{number} terms", count, number=number),
        "semesters": counted("{number} semester", "{number} semesters", count, number=number),
        "credits": counted("{number} credit", "{number} credits", count, number=number),
        "hours per week": counted(
            "{number} hour per week", "{number} hours per week", count, number=number
        ),
        "clock hours": counted("{number} clock hour", "{number} clock hours", count, number=number),
        "contact hours": counted(
            "{number} contact hour", "{number} contact hours", count, number=number
        ),
    }


@functools.cache
def _terms(language: str) -> Mapping[str, str]:
    """Per term in lower case: what a language calls it."""
    with speaking(language):
        return {**_of_catalogs(), **_of_costs(), **_of_facts(), **_of_credit()}


def _of_catalogs() -> dict[str, str]:
    """Delivery, levels, whom a price is for, kinds of credential, units of time."""
    return {
        "online": say("online"),
        "in person": say("in person"),
        "hybrid": say("hybrid"),
        "introductory": say("introductory"),
        "intermediate": say("intermediate"),
        "advanced": say("advanced"),
        "undergraduate": say("undergraduate"),
        "graduate": say("graduate"),
        "high school": say("high school"),
        "in-state": say("in-state"),
        "out-of-state": say("out-of-state"),
        "international": say("international"),
        "certificate": say("certificate"),
        "digital badge": say("digital badge"),
        "badge": say("badge"),
        "course": say("course"),
        "degree": say("degree"),
        "diploma": say("diploma"),
        "license": say("license"),
        "certification": say("certification"),
        "micro-credential": say("micro-credential"),
        "associate": say("associate"),
        "bachelor": say("bachelor"),
        "master": say("master"),
        "doctorate": say("doctorate"),
        "associate degree": say("associate degree"),
        "bachelor degree": say("bachelor degree"),
        "master degree": say("master degree"),
        "day": say("day"),
        "days": say("days"),
        "week": say("week"),
        "weeks": say("weeks"),
        "month": say("month"),
        "months": say("months"),
        "year": say("year"),
        "years": say("years"),
        "none": say("none"),
        "no prerequisites": say("no prerequisites"),
        "continuing education": say("continuing education"),
        "academic": say("academic"),
        "subject": say("subject"),
        "skill": say("skill"),
    }


def _of_costs() -> dict[str, str]:
    """What is paid for."""
    return {
        "tuition": say("tuition"),
        "materials fee": say("materials fee"),
        "application fee": say("application fee"),
        "enrollment fee": say("enrollment fee"),
        "registration fee": say("registration fee"),
        "technology fee": say("technology fee"),
        "exam fee": say("exam fee"),
        "fees": say("fees"),
        "books": say("books"),
        "room and board": say("room and board"),
        "price": say("price"),
        "total cost": say("total cost"),
        "cost per credit": say("cost per credit"),
    }


def _of_facts() -> dict[str, str]:
    """The names of `UsedFact`s."""
    return {
        "credits": say("credits"),
        "length": say("length"),
        "effort": say("effort"),
        "workload": say("workload"),
        "delivery": say("delivery"),
        "start": say("start"),
        "starts": say("starts"),
        "ends": say("ends"),
        "next start": say("next start"),
        "deadline": say("deadline"),
        "apply by": say("apply by"),
        "last day": say("last day"),
        "last day without breaks": say("last day without breaks"),
        "days to the deadline": say("days to the deadline"),
        "days to the start": say("days to the start"),
        "hours in all": say("hours in all"),
        "weeks at the student's hours": say("weeks at your hours"),
        "prerequisites": say("prerequisites"),
        "stacks into": say("stacks into"),
        "recognition": say("recognition"),
        "ways to pay": say("ways to pay"),
        "skills": say("skills"),
        "work": say("work"),
        "level": say("level"),
        "location": say("location"),
        "institution": say("institution"),
        "credential": say("credential"),
        "occupation": say("occupation"),
        "stack": say("counts toward"),
        "aid": say("aid"),
        "topic": say("topic"),
        "cost of the plan": say("cost of the plan"),
        "weeks of the plan": say("weeks of the plan"),
        "busiest week": say("busiest week"),
        "credits with the plan": say("credits with the plan"),
        "credits within the limits": say("credits within the limits"),
    }


def _of_credit() -> dict[str, str]:
    """Groups, scales, units, tiers and outcomes of rules."""
    return {
        "exam": say("exam"),
        "military": say("military"),
        "prior learning": say("prior learning"),
        "transfer": say("transfer"),
        "number": say("number"),
        "letter": say("letter"),
        "semester": say("semester"),
        "quarter": say("quarter"),
        "articulated": say("agreed in a published rule"),
        "recommended": say("recommended"),
        "needs_review": say("needs review"),
        "not_transferable": say("not transferable"),
        "no_rule": say("no published rule"),
        "yes": say("yes"),
        "no": say("no"),
        "unknown": say("not known yet"),
    }
