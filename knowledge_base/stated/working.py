"""What comes out of a rule of a page, with the words and facts that it was worked out from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge_base.model import AnswerKind, Passage, Program, UsedFact
from knowledge_base.typed.draft import Draft


@dataclass(frozen=True, slots=True)
class Working:
    """A rule in the words of its page, and what it makes of a message."""

    passage: Passage
    quote: str
    lines: tuple[str, ...]
    """Markdown; what is asked for stands out."""
    facts: tuple[UsedFact, ...]
    program: Program | None = None
    stated: tuple[str, ...] = ()
    """Words of the program's page that it rests on too."""
    also: tuple[tuple[str, str], ...] = ()
    """Documents' ids and quotes from them that it rests on too."""

    def draft(self, first: int) -> Draft:
        """An answer with citations from `first` on: the program, the rule, and the others."""
        rule = first + (self.program is not None)
        numbers = "".join(f" [{rule + 1 + place}]" for place in range(len(self.also)))
        head = f"**{self.passage.context}** [{rule}]"
        own = f" [{first}]" if self.program else ""
        lead, *lines = self.lines
        return Draft(
            AnswerKind.COMPUTED,
            "\n\n".join([head, self.quote, f"{lead}{own}{numbers}", *lines]),
            tuple(replace(fact, citation=rule) for fact in self.facts),
            {self.program.id: self.stated} if self.program else {},
            ((self.passage.document_id, self.quote), *self.also),
            focus=self.program.id if self.program else self.passage.document_id,
        )


def pages_only(passages: Sequence[Passage], programs: frozenset[str]) -> list[Passage]:
    """The passages that are of no program: what rules are read from."""
    return [passage for passage in passages if passage.document_id not in programs]
