"""What a typed answer is made from, and what it says before its sources are looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from knowledge_base.model import AnswerKind, Program, Topic, UsedFact


@dataclass(frozen=True, slots=True)
class Catalog:
    """What is known of all programs that telling about some of them needs."""

    day: date
    titles: Mapping[str, str]
    """Per id and per code: the program's title."""
    missing: Callable[[Program], frozenset[str]]
    """Kinds of cost that a program leaves out and others of its institution state."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer from typed facts. ``text`` is Markdown with the numbers of its citations."""

    kind: AnswerKind
    text: str
    facts: tuple[UsedFact, ...] = ()
    stated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Per program id, in the order of the citations: words of its page that state the facts."""
    nearest: tuple[Topic, ...] = ()
    focus: str | None = None
    session: date | None = None
    """The first day of a run whose last day the catalog leaves open: a calendar may state it."""


def joined(parts: list[str], word: str = "and") -> str:
    """`A`, `A and B`, `A, B and C`."""
    return f" {word} ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
