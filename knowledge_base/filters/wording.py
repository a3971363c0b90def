"""Words conditions and orders in the language that is spoken, piece by piece.

In English the parser reads the words as what they stand for.
"""

from __future__ import annotations

from datetime import date

from knowledge_base.source_language import as_published
from knowledge_base.terms import term
from languages.speech import say, say_day


def amount(operator: str, value: str, to: str) -> str:
    """Bounds of a number, such as `under $500` or `between 4 and 8`; `operator` is of `Op`."""
    return {
        "<": say("under {number}", number=value),
        "<=": say("at most {number}", number=value),
        ">": say("over {number}", number=value),
        ">=": say("at least {number}", number=value),
        "=": say("exactly {number}", number=value),
        "between": say("between {low} and {high}", low=value, high=to),
    }[operator]


def time(operator: str, value: date, to: date | None) -> str:
    """Bounds of a day, such as `on or after 5 January 2027`; `operator` is of `Op`."""
    day = say_day(value)
    return {
        "<": say("before {day}", day=day),
        "<=": say("on or before {day}", day=day),
        ">": say("after {day}", day=day),
        ">=": say("on or after {day}", day=day),
        "=": say("on {day}", day=day),
        "between": say("between {first} and {last}", first=day, last=say_day(to or value)),
    }[operator]


def dated(field: str, when: str) -> str:
    """A condition on when a run starts or can be applied for."""
    if field == "apply_by":
        return say("application deadline {when}", when=when)
    return say("starts {when}", when=when)


def numbered(field: str, bounds: str, unit: str) -> str:
    """A condition on a number; `unit` is that of time, or the kind of credits."""
    if field == "credits" and unit:
        return say("{amount} {kind} credits", amount=bounds, kind=unit)
    return {
        "credits": say("{amount} credits", amount=bounds),
        "hours": say("{amount} hours per week", amount=bounds),
        "workload": say("{amount} hours in total", amount=bounds),
        "duration": say("takes {amount} {unit}", amount=bounds, unit=unit),
        "tuition": say("tuition {amount}", amount=bounds),
        "total": say("total cost {amount}", amount=bounds),
    }[field]


def flag(field: str, *, holds: bool) -> str:
    """A condition that holds or does not."""
    if field == "credit_bearing":
        return say("for credit") if holds else say("non-credit")
    return say("no prerequisites") if holds else say("with prerequisites")


def phrase(field: str, words: str) -> str:
    """A condition on words of a field of `Has`: terms of the field, or marked as the content's."""
    named, words = as_published(words), term(words)
    return {
        "topic": say("about {topic}", topic=named),
        "summary": say("about {topic}", topic=named),
        "occupation": say("to work as {job}", job=named),
        "stack": say("counts toward {award}", award=named),
        "aid": say("with {aid}", aid=named),
        "delivery": words,
        "level": say("{level} level", level=words),
        "location": say("located at {place}", place=named),
        "institution": say("offered by {institution}", institution=named),
        "credential": say("credential type {credential}", credential=words),
        "badge": say("with a {badge}", badge=words),
        "accreditation": say("accredited by {name}", name=named),
        "prerequisite": say("requires {condition}", condition=named),
        "residency": say("{residency} price", residency=words),
    }[field]


def award(kind: str) -> str:
    """What a program counts toward, by its kind."""
    named = {
        "associate": say("an associate degree"),
        "bachelor": say("a bachelor degree"),
        "master": say("a master degree"),
        "doctorate": say("a doctorate degree"),
        "degree": say("a degree"),
        "certificate": say("a certificate"),
    }[kind]
    return say("counts toward {award}", award=named)


def superlative(field: str, *, descending: bool) -> str:
    """What comes first in an order by a field."""
    return {
        ("total", False): say("cheapest"),
        ("total", True): say("most expensive"),
        ("duration", False): say("shortest"),
        ("duration", True): say("longest"),
        ("hours", False): say("fewest hours"),
        ("hours", True): say("most hours"),
        ("credits", False): say("fewest credits"),
        ("credits", True): say("most credits"),
        ("starts", False): say("soonest"),
        ("starts", True): say("latest"),
    }[field, descending]
