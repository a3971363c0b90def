"""The nouns of credit transfer: what a student has, and the dated rules that give it credit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from knowledge_base.credit.grades import Scale
from knowledge_base.model import Validity


class Tier(StrEnum):
    """How sure the credit is. Only the first is a published agreement; none is a decision."""

    ARTICULATED = "articulated"
    RECOMMENDED = "recommended"
    NEEDS_REVIEW = "needs_review"
    NOT_TRANSFERABLE = "not_transferable"
    NO_RULE = "no_rule"


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that a student has: an exam score, a course, a credential, training.

    ``kind`` is the word that the table uses, such as ``exam``; ``credits`` are in ``unit``.
    """

    kind: str
    name: str
    score: str | None = None
    credits: Decimal | None = None
    unit: str = "semester"
    institution: str = ""
    subject: str = ""
    earned: date | None = None


@dataclass(frozen=True, slots=True)
class Needed:
    """One part of a rule's source. ``name`` may hold ``*`` for any text."""

    kind: str
    name: str
    minimum: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands, in which words, and when it holds."""

    document_id: str
    quote: str
    validity: Validity = field(default_factory=Validity)


@dataclass(frozen=True, slots=True)
class Equivalency:
    """What a source is worth. ``alternatives`` is OR over AND: any one of them, all its parts."""

    id: str
    alternatives: tuple[tuple[Needed, ...], ...]
    status: Tier
    source: Source
    scale: Scale = Scale.NUMBER
    scores: tuple[str, ...] = ()
    """When given, the rule is only about these exact marks, such as `P`."""
    target: str = ""
    credits: Decimal | None = None
    """Semester credits; None means as many as were earned."""
    group: str = ""
    """What limits count it under, such as `exam`."""
    subject: str = ""
    max_age_years: int | None = None
    condition: str = ""
    aliases: tuple[str, ...] = ()
    several: bool = False
    """Whether its target can be given more than once, as an elective can and a course cannot."""


@dataclass(frozen=True, slots=True)
class CreditLimit:
    """At most ``most`` credits of some groups toward an award of a size; no group means all.

    With ``residency`` it is the least that must be earned at the institution itself.
    """

    id: str
    award: str
    size_from: Decimal
    size_to: Decimal
    most: Decimal
    source: Source
    groups: tuple[str, ...] = ()
    residency: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """How many semester credits one credit of another unit is, as a fraction such as `2/3`."""

    id: str
    unit: str
    factor: str
    source: Source


@dataclass(frozen=True, slots=True)
class Evidence:
    """What to send so that credit of some groups is evaluated; no group means all."""

    id: str
    source: Source
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Award:
    """What the credit is to count toward, such as a certificate of 18 credits."""

    kind: str
    credits: Decimal


@dataclass(frozen=True, slots=True)
class EquivalencyTable:
    """All rules about credit, in the order of their source."""

    rules: tuple[Equivalency, ...] = ()
    limits: tuple[CreditLimit, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    evidence: tuple[Evidence, ...] = ()


_KINDS: dict[str, TypeAdapter[Any]] = {
    "equivalency": TypeAdapter(Equivalency),
    "credit_limit": TypeAdapter(CreditLimit),
    "credit_conversion": TypeAdapter(Conversion),
    "credit_evidence": TypeAdapter(Evidence),
}
KINDS = tuple(_KINDS)
"""Kinds of records that make up a table."""


def to_data(kind: str, value: Equivalency | CreditLimit | Conversion | Evidence) -> dict[str, Any]:
    """The value as JSON values, as a record of its kind holds it."""
    wire: dict[str, Any] = _KINDS[kind].dump_python(value, mode="json")
    return wire


def table_from(records: dict[str, list[dict[str, Any]]]) -> EquivalencyTable:
    """The table that records hold, by kind. Raises pydantic's ValidationError on other shapes."""
    read = {
        kind: tuple(adapter.validate_python(data) for data in records.get(kind, ()))
        for kind, adapter in _KINDS.items()
    }
    return EquivalencyTable(*(read[kind] for kind in KINDS))
