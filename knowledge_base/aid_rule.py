"""The nouns of aid: dated rules, their conditions as trees, and the facts that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from knowledge_base.credit.equivalency import Source

Value = bool | int | float | str
"""A fact about a student or a program. Dates are ISO 8601 texts, which sort as they follow."""


class Operator(StrEnum):
    """How a condition looks at its fact, or joins its parts."""

    ALL = "all"
    ANY = "any"
    NOT = "not"
    IS = "is"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    AT_MOST_BY = "at_most_by"
    """At most what a table gives for another fact, such as household size."""
    HOLDS = "holds"
    """The fact is a list of names and holds this one."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A leaf that looks at one fact, or a join of parts. ``quote`` is its own words, if any."""

    test: Operator
    fact: str = ""
    values: tuple[Value, ...] = ()
    parts: tuple[Condition, ...] = ()
    by: str = ""
    table: tuple[tuple[int, float], ...] = ()
    further: float = 0
    """What each step beyond the last of ``table`` adds."""
    words: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class AidRule:
    """Who gets one kind of aid, from which day to which, and where that is written."""

    id: str
    name: str
    gives: str
    needs: Condition
    source: Source
    note: str = ""
    steps: tuple[Source, ...] = ()
    """What to do for it, in the words of its pages."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a fact is asked for, and what it is called, in one language."""

    question: str
    called: str


CURRENCIES = {"dollars": "USD", "euros": "EUR", "pounds": "GBP"}
"""Units that count money, and the code (ISO 4217) of each."""


@dataclass(frozen=True, slots=True)
class AskedFact:
    """A fact that a student can be asked for. ``kind`` is ``flag``, ``number`` or ``date``."""

    name: str
    question: str
    kind: str
    unit: str = ""
    """What a number counts: money a year, in one of `CURRENCIES`, or `months`, `people`, `years`,
    `hours` or `times`."""
    said: tuple[str, ...] = ()
    """Words that tell it without being asked; `#` stands for the number. Of a flag they say yes."""
    denied: tuple[str, ...] = ()
    """Words that say no to a flag."""
    in_languages: Mapping[str, Asking] = field(default_factory=dict)
    """Per ISO 639-1 code of another language: how it is asked for there."""


@dataclass(frozen=True, slots=True)
class AidRules:
    """All rules of aid and the questions that they may need."""

    rules: tuple[AidRule, ...] = ()
    facts: tuple[AskedFact, ...] = ()


_RULE, _FACT = TypeAdapter(AidRule), TypeAdapter(AskedFact)


def to_data(value: AidRule | AskedFact) -> dict[str, Any]:
    """The value as JSON values, as a record holds it."""
    adapter: TypeAdapter[Any] = _RULE if isinstance(value, AidRule) else _FACT
    wire: dict[str, Any] = adapter.dump_python(value, mode="json")
    return wire


def rules_from(records: dict[str, list[dict[str, Any]]]) -> AidRules:
    """The rules that records hold, by kind. Raises pydantic's ValidationError on other shapes."""
    return AidRules(
        tuple(_RULE.validate_python(data) for data in records.get("aid_rule", ())),
        tuple(_FACT.validate_python(data) for data in records.get("aid_fact", ())),
    )
