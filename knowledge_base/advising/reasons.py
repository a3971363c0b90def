"""Tells by which of its facts a program meets a condition, so that a student can judge the fit."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge_base.filters.text import padded, stem, words
from knowledge_base.filters.tree import And, Compare, Has, Node, Not, Op, Or
from knowledge_base.model import Program, UsedFact
from knowledge_base.program_page import day as in_words
from knowledge_base.terms import term
from knowledge_base.typed.cells import Cell, cell
from knowledge_base.typed.draft import Catalog
from knowledge_base.typed.question import Aspect
from languages.lists import joined
from languages.speech import say_day


@dataclass(frozen=True, slots=True)
class Reason:
    """A condition in the words that can be asked again, and what of a program meets it."""

    condition: str
    told: str = ""
    """Empty where the condition says all there is to say."""
    facts: tuple[UsedFact, ...] = ()
    stated: tuple[str, ...] = ()
    """Words of the program's page that say so."""

    def __str__(self) -> str:
        return f"{self.condition} ({self.told})" if self.told else self.condition


def reason(program: Program, node: Node, catalog: Catalog) -> Reason:
    """Why a program that meets a condition does."""
    if isinstance(node, Or | And):
        parts = [reason(program, part, catalog) for part in node.parts]
        shown = [part for part in parts if part.told]
        return _whole(node, shown[:1] if isinstance(node, Or) else shown)
    if isinstance(node, Not):
        return Reason(node.label)
    if isinstance(node, Compare) and node.field in {"starts", "apply_by"}:
        return _run(program, node)
    if isinstance(node, Has) and node.field in _VALUES:
        return _valued(node, _VALUES[node.field](program, catalog))
    aspect = _ASPECTS.get(node.field)
    return _of(node, cell(aspect, program, catalog)) if aspect else Reason(node.label)


_ASPECTS = {
    "total": Aspect.COST,
    "tuition": Aspect.COST,
    "duration": Aspect.LENGTH,
    "hours": Aspect.EFFORT,
    "workload": Aspect.EFFORT,
    "credits": Aspect.CREDIT,
    "credit_bearing": Aspect.CREDIT,
    "no_prerequisites": Aspect.PREREQUISITES,
    "prerequisite": Aspect.PREREQUISITES,
    "award": Aspect.STACKING,
    "accreditation": Aspect.RECOGNITION,
}
_Value = tuple[str, str]
"""What kind of fact it is, and its value."""


def _topics(program: Program, _catalog: Catalog) -> Iterable[_Value]:
    yield "subject", program.subject
    yield "title", program.title
    yield from (("skill", value) for value in program.skills)


def _stack(program: Program, catalog: Catalog) -> Iterable[_Value]:
    return (("", catalog.titles.get(into, into)) for into in program.stacks_into)


_VALUES: dict[str, Callable[[Program, Catalog], Iterable[_Value]]] = {
    "topic": _topics,
    "occupation": lambda program, _: (("", value) for value in program.occupations),
    "stack": _stack,
    "aid": lambda program, _: (("", value) for value in program.aid),
    "location": lambda program, _: (("", run.location) for run in program.offerings),
    "institution": lambda program, _: [("", program.institution)],
    "level": lambda program, _: [("", program.level)],
    "credential": lambda program, _: [("", program.credential_type)],
}


def _valued(node: Has, values: Iterable[_Value]) -> Reason:
    found = [value for value in values if value[1]]
    meant = [value for value in found if "*" in node.terms or _stands(node, value[1])]
    if not meant:
        return Reason(node.label)
    kind, value = meant[0]
    shown = term(value)
    told = f"{term(kind)}: {shown}" if kind and kind != "title" else shown
    if kind == "title" or shown.casefold() in node.label.casefold():
        told = ""
    fact = UsedFact(kind or node.field, value)
    return Reason(node.label, told, (fact,), (value,))


def _stands(node: Has, value: str) -> bool:
    """Whether one of the terms stands in a value, whole."""
    form: Callable[[str], str] = stem if node.loose else str
    inside = padded([form(word) for word in words(value)])
    return any(padded([form(word) for word in term.split()]) in inside for term in node.terms)


def _of(node: Node, known: Cell) -> Reason:
    told = known.text if known.rank is None else known.text.partition(" (")[0]
    return Reason(node.label, "" if told in node.label else told, known.facts, known.stated)


def _run(program: Program, node: Compare) -> Reason:
    """The first run that meets a condition on dates."""
    days = sorted(
        value
        for run in program.offerings
        if (value := run.starts if node.field == "starts" else run.apply_by) and _holds(node, value)
    )
    if not days:
        return Reason(node.label)
    name = "next start" if node.field == "starts" else "apply by"
    fact = UsedFact(name, days[0].isoformat())
    return Reason(node.label, say_day(days[0]), (fact,), (in_words(days[0]),))


def _holds(node: Compare, value: date) -> bool:
    low, high = node.value, node.to
    if not isinstance(low, date):
        return False
    if node.op is Op.BETWEEN:
        return isinstance(high, date) and low <= value <= high
    return _HOLDS[node.op](value, low)


_HOLDS: dict[Op, Callable[[date, date], bool]] = {
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
    Op.EQ: operator.eq,
}


def _whole(node: Node, parts: Sequence[Reason]) -> Reason:
    return Reason(
        node.label,
        joined([part.told for part in parts]) if parts else "",
        tuple(fact for part in parts for fact in part.facts),
        tuple(words for part in parts for words in part.stated),
    )
