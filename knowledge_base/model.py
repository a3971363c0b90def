"""The nouns of catalog and policy content: frozen values, each with one wire form."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Validity:
    """When a statement holds, and when somebody last checked it. All bounds are inclusive."""

    effective_from: date | None = None
    effective_to: date | None = None
    last_verified: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether ``day`` lies inside the range; an open end is always inside."""
        after_start = self.effective_from is None or self.effective_from <= day
        before_end = self.effective_to is None or day <= self.effective_to
        return after_start and before_end

    def to_wire(self) -> dict[str, str | None]:
        """The three dates as ISO 8601 strings, absent ones as None."""
        return {
            "effective_from": _iso(self.effective_from),
            "effective_to": _iso(self.effective_to),
            "last_verified": _iso(self.last_verified),
        }

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """The inverse of `to_wire`; other keys are ignored. Raises ValueError on a bad date."""
        return cls(
            _day(wire.get("effective_from")),
            _day(wire.get("effective_to")),
            _day(wire.get("last_verified")),
        )


@dataclass(frozen=True, slots=True)
class Document:
    """One page of content in Markdown, as its source gives it.

    ``id`` is unique within the knowledge base; ``text`` keeps every character of the source's
    body, so that offsets into it stay meaningful.
    """

    id: str
    title: str
    text: str
    institution: str = ""
    url: str | None = None
    validity: Validity = field(default_factory=Validity)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that can be found and quoted.

    ``document.text[start:end]`` is the heading, if this is the first below it, and the text.
    """

    id: str
    document_id: str
    title: str
    headings: tuple[str, ...]
    text: str
    start: int
    end: int
    institution: str = ""
    url: str | None = None
    validity: Validity = field(default_factory=Validity)

    @property
    def context(self) -> str:
        """Title and headings in one line: what the passage is about."""
        trail = [h for h in self.headings if h.casefold() != self.title.casefold()]
        return " › ".join([self.title, *trail])

    @property
    def text_start(self) -> int:
        """Where the text begins in the document's text."""
        return self.end - len(self.text)


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount of money for one purpose, such as ``tuition`` or ``materials fee``."""

    purpose: str
    """What is paid for; empty where the source does not say."""
    amount: Decimal
    currency: str = "USD"
    condition: str = ""
    residency: str = ""
    """Whom the amount holds for by residence, such as `in-state`; empty when for everybody."""
    validity: Validity = field(default_factory=Validity)
    """When this amount holds, if the source dates it apart from the program."""


@dataclass(frozen=True, slots=True)
class Span:
    """A closed range of numbers with a unit, such as 8 weeks or 5–7 hours per week."""

    low: Decimal
    high: Decimal
    unit: str

    def __str__(self) -> str:
        amount = f"{self.low:f}" if self.low == self.high else f"{self.low:f}–{self.high:f}"
        unit = re.sub(r"^(\w+)s\b", r"\1", self.unit) if self.low == self.high == 1 else self.unit
        return f"{amount} {unit}"


class Join(StrEnum):
    """How the parts of a requirement bind."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition as a tree: what it says itself, and parts of which all, or any one, must hold.

    A leaf has no parts. ``program`` is the id of a program that must have been completed, when
    the condition is that; it need not stand in the same catalog.
    """

    text: str = ""
    program: str = ""
    join: Join = Join.ALL
    parts: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Offering:
    """One dated run of a program."""

    starts: date | None = None
    ends: date | None = None
    apply_by: date | None = None
    delivery: str = ""
    location: str = ""
    apply_terms: str = ""
    """The deadline in the source's words where it is no date, such as `rolling admission`."""
    start_terms: str = ""
    """The start in the source's words where it is no exact date, such as `Autumn 2027`."""


@dataclass(frozen=True, slots=True)
class Program:
    """A micro-credential or course with its typed facts. None means *unknown*, never *no*."""

    id: str
    title: str
    institution: str = ""
    code: str = ""
    summary: str = ""
    subject: str = ""
    level: str = ""
    url: str | None = None
    costs: tuple[Cost, ...] = ()
    credit_bearing: bool | None = None
    credits: Decimal | None = None
    credit_kind: str = ""
    """What the credits are when they are not academic ones, such as `continuing education`."""
    duration: Span | None = None
    effort: Span | None = None
    delivery: tuple[str, ...] = ()
    offerings: tuple[Offering, ...] = ()
    prerequisites: str = ""
    skills: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    stacks_into: tuple[str, ...] = ()
    stacking_terms: str = ""
    aid: tuple[str, ...] = ()
    recognition: str = ""
    validity: Validity = field(default_factory=Validity)
    credential_type: str = ""
    """What is earned, or what this is, such as `certificate`, `course` or `bachelor degree`."""
    workload: Span | None = None
    """All hours of work or instruction together, such as 160 hours; `effort` is per week."""
    requirement: Requirement | None = None
    """What must be met to begin or to earn it, where the source tells it part by part."""
    accreditation: tuple[str, ...] = ()
    """Names of the organizations that accredit it."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """What a reader could not take, an item or a value, said so that a person can mend it."""

    where: str
    reason: str
    field: str = ""
    value: str = ""
    allowed: str = ""
    kept: bool = False
    """Whether the item came in all the same, without this value or with it in words only."""

    def __str__(self) -> str:
        parts = [self.where]
        if self.field:
            parts.append(f"field {self.field!r}" + (f" = {self.value!r}" if self.value else ""))
        parts.append(self.reason)
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        return ": ".join(parts)


@dataclass(frozen=True, slots=True)
class Citation:
    """The source of a claim: where it stands, in which words, and for which dates it holds."""

    title: str
    quote: str
    url: str | None = None
    document_id: str = ""
    passage_id: str = ""
    institution: str = ""
    validity: Validity = field(default_factory=Validity)

    def to_wire(self) -> dict[str, Any]:
        """``title``, ``url``, ``quote``, ``institution``, ids, and the three dates."""
        return {
            "title": self.title,
            "url": self.url,
            "quote": self.quote,
            "institution": self.institution,
            "document_id": self.document_id,
            "passage_id": self.passage_id,
            **self.validity.to_wire(),
        }

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """The inverse of `to_wire`."""
        return cls(
            title=wire["title"],
            quote=wire["quote"],
            url=wire.get("url"),
            document_id=wire.get("document_id", ""),
            passage_id=wire.get("passage_id", ""),
            institution=wire.get("institution", ""),
            validity=Validity.from_wire(wire),
        )


class AnswerKind(StrEnum):
    """What an answer does."""

    QUOTE = "quote"
    """Quotes the best sentences of passages in force."""
    TABLE = "table"
    """Sets the typed facts of programs side by side."""
    COMPUTED = "computed"
    """Works a number or a date out of typed facts, with its working."""
    PROGRAMS = "programs"
    """Shows the programs that meet a wish."""
    PLAN = "plan"
    """Lays out programs as steps toward a goal."""
    CREDIT = "credit"
    """Estimates what earlier learning may be worth."""
    AID = "aid"
    """Screens for aid by dated rules."""
    CLARIFY = "clarify"
    """Asks which of several things is meant; `nearest` holds them."""
    UNKNOWN = "unknown"
    """Says that the published content does not hold the answer."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A nearby thing that can be asked instead: its label, and the question it stands for."""

    label: str
    question: str

    def to_wire(self) -> dict[str, str]:
        """``label`` and ``question``."""
        return {"label": self.label, "question": self.question}


@dataclass(frozen=True, slots=True)
class UsedFact:
    """A typed fact that an answer rests on, so that "source?" and "since when?" can be answered.

    ``value`` is a plain decimal number, a range such as `16-18`, an ISO 8601 date, or words.
    """

    name: str
    value: str
    unit: str = ""
    """An ISO 4217 code, or a unit such as `weeks`; empty for dates and words."""
    program: str = ""
    """Id of the program that it is a fact of."""
    citation: int = 0
    """Number of the citation that states it, from 1; 0 when none does."""

    def to_wire(self) -> dict[str, Any]:
        """``name``, ``value``, ``unit``, ``program``, ``citation``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class File:
    """A file to keep, such as a calendar; `text` is its content, of the type `media_type`."""

    name: str
    media_type: str
    text: str

    def to_wire(self) -> dict[str, str]:
        """``name``, ``media_type``, ``text``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that the search found for a question, quoted or not.

    ``score`` is the probability in 0-1 that it holds the answer, given that one passage does.
    """

    passage: str
    document: str
    title: str
    score: float

    def to_wire(self) -> dict[str, Any]:
        """``passage``, ``document``, ``title``, ``score``."""
        return {**asdict(self), "score": round(self.score, 4)}


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply with its sources. ``text`` is Markdown; ``confidence`` lies in 0–1."""

    text: str
    kind: AnswerKind
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0
    edition: str = ""
    nearest: tuple[Topic, ...] = ()
    focus: str | None = None
    """Id of the document (program or page) that the answer is about, for follow-ups."""
    milliseconds: float = 0.0
    facts: tuple[UsedFact, ...] = ()
    question: str = ""
    """What was asked, with names in the place of words that point; not in the wire form."""
    files: tuple[File, ...] = ()
    retrieved: tuple[Retrieved, ...] = ()
    """What the search found first, for staff to see what an answer was chosen from."""

    @property
    def abstained(self) -> bool:
        """Whether the assistant declined to answer."""
        return self.kind is AnswerKind.UNKNOWN

    def to_wire(self) -> dict[str, Any]:
        """One JSON object; `ask --json` prints it and the action sends it."""
        return {
            "type": "answer",
            "text": self.text,
            "kind": self.kind.value,
            "citations": [citation.to_wire() for citation in self.citations],
            "facts": [fact.to_wire() for fact in self.facts],
            "files": [file.to_wire() for file in self.files],
            "confidence": round(self.confidence, 4),
            "abstained": self.abstained,
            "edition": self.edition,
            "nearest": [topic.to_wire() for topic in self.nearest],
            "retrieved": [each.to_wire() for each in self.retrieved],
            "focus": self.focus,
            "milliseconds": round(self.milliseconds, 1),
        }


@dataclass(frozen=True, slots=True)
class Utterance:
    """One earlier turn of a conversation; ``role`` is ``user`` or ``agent``."""

    role: str
    text: str


def plain(low: Decimal, high: Decimal | None = None) -> str:
    """A number, or a range of two, in the form of `UsedFact.value`: `1200`, `16-18`."""
    ends = dict.fromkeys(f"{end.normalize():f}" for end in (low, low if high is None else high))
    return "-".join(ends)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
