"""What a typed answer is made from, and what it says before its sources are looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from knowledge_base.model import AnswerKind, Program, Topic, UsedFact


@dataclass(frozen=True, slots=True)
class Catalog:
    """What is known of all programs that telling about some of them needs."""

    day: date
    programs: Mapping[str, Program]
    """Per id, whether or not it is in force that day."""
    titles: Mapping[str, str]
    """Per id and per code: the program's title."""
    missing: Callable[[Program], frozenset[str]]
    """Kinds of cost that a program leaves out and others of its institution state."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer from typed facts. ``text`` is Markdown with the numbers of its citations, which
    are those of `stated` and then those of `quoted`."""

    kind: AnswerKind
    text: str
    facts: tuple[UsedFact, ...] = ()
    stated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Per program id, in the order of the citations: words of its page that state the facts."""
    quoted: tuple[tuple[str, str], ...] = ()
    """Per further citation: the id of a document, and a quote from it."""
    nearest: tuple[Topic, ...] = ()
    focus: str | None = None
    session: date | None = None
    """The first day of a run whose last day the catalog leaves open: a calendar may state it."""


class Telling:
    """What is being said of one program, with its citation's number."""

    def __init__(self, program: Program, number: int):
        self.program, self.number = program, number
        self.facts: list[UsedFact] = []
        self.stated: list[str] = []
        self.lines: list[str] = []
        self.session: date | None = None

    def use(self, words: Sequence[str], *facts: UsedFact) -> None:
        """Rest on facts that stand on the program's page in some words."""
        self.stated += words
        self.facts += [replace(f, program=self.program.id, citation=self.number) for f in facts]

    def draft(self) -> Draft:
        """The lines under the program's title."""
        text = "\n\n".join([f"**{self.program.title}** [{self.number}]", *self.lines])
        stated = {self.program.id: tuple(self.stated)}
        return Draft(
            AnswerKind.COMPUTED,
            text,
            tuple(self.facts),
            stated,
            focus=self.program.id,
            session=self.session,
        )
