"""The nouns of stated facts: a typed value with the words it stands in, and two that disagree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from knowledge_base.model import Span, Validity
from knowledge_base.text.quantities import Bound


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that a document states: `document.text[start:end]`, inside `sentence`."""

    document_id: str
    aspect: str
    """What the value is of, in the document's own words, such as `application fee`."""
    value: Span | date
    """A date, or numbers with a unit: `USD`, `USD per credit`, `weeks`, `credits`, `percent`."""
    bound: Bound
    start: int
    end: int
    sentence: str
    programs: tuple[str, ...] = ()
    """Ids of the programs that the sentence speaks of; empty when it speaks of the institution."""
    institution: str = ""
    validity: Validity = field(default_factory=Validity)
    head: frozenset[str] = frozenset()
    """Stems of what the value is said of most closely; empty when the sentence does not say."""
    about: frozenset[str] = frozenset()
    """Stems of the clause or cell that the value stands in, and the other values in it."""
    core: frozenset[str] = frozenset()
    """Stems of the clause alone, however short it is."""
    lead: frozenset[str] = frozenset()
    """Stems of the last words before the value, and of its row."""
    context: frozenset[str] = frozenset()
    """Stems of the whole sentence or row, with those of `about` and `topic`."""
    topic: frozenset[str] = frozenset()
    """Stems of the document's title and the headings above."""

    @property
    def unit(self) -> str:
        """The unit of the value; `date` for a date."""
        return self.value.unit if isinstance(self.value, Span) else "date"

    @property
    def said(self) -> str:
        """The value for a person to read: `6 credits`, `at most 45 credits`, `2027-01-11`."""
        plain = str(self.value)
        return plain if self.bound is Bound.EXACT else f"{self.bound.value} {plain}"

    def to_wire(self) -> dict[str, Any]:
        """What is said, where, in which words, and for which dates."""
        return {
            "document_id": self.document_id,
            "property": self.aspect,
            "value": self.said,
            "unit": self.unit,
            "quote": self.sentence,
            "start": self.start,
            "end": self.end,
            "programs": list(self.programs),
            "institution": self.institution,
            **self.validity.to_wire(),
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements in force on the same day that give one thing different values."""

    one: Fact
    other: Fact

    def __str__(self) -> str:
        return (
            f"{self.one.aspect}: {self.one.said} in {self.one.document_id} "
            f"({_range(self.one.validity)}): “{_short(self.one.sentence)}”, but "
            f"{self.other.said} in {self.other.document_id} "
            f"({_range(self.other.validity)}): “{_short(self.other.sentence)}”"
        )

    def to_wire(self) -> dict[str, Any]:
        """`property` and the two facts."""
        return {
            "property": self.one.aspect,
            "one": self.one.to_wire(),
            "other": self.other.to_wire(),
        }


_LONGEST_QUOTE = 240
"""Characters of a sentence in a one-line report; the wire form has all of it."""


def _short(sentence: str) -> str:
    line = " ".join(sentence.split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…"


def _range(validity: Validity) -> str:
    first, last = validity.effective_from, validity.effective_to
    if first is None and last is None:
        return "without dates"
    return f"from {first or 'ever'} until {last or 'further notice'}"
