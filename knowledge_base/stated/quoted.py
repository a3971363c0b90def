"""Numbers the words of rules that an answer rests on, and says for which days they hold."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge_base.answering import in_force
from knowledge_base.credit.equivalency import Source
from knowledge_base.model import AnswerKind, Topic, UsedFact, Validity
from knowledge_base.typed.draft import Draft
from languages.speech import say


class Quoted:
    """The quotes of one answer, numbered from `first` on; the same words have the same number."""

    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._numbers: dict[tuple[str, str], int] = {}
        self._holding: dict[Validity, list[int]] = {}

    def cite(self, source: Source, quote: str = "") -> int:
        """The number of a source's quote, or of other words of its page."""
        words = (source.document_id, quote or source.quote)
        number = self._numbers.setdefault(words, len(self._numbers) + self._first)
        numbers = self._holding.setdefault(source.validity, [])
        if not any(number in held for held in self._holding.values()):
            numbers.append(number)
        return number

    @property
    def page(self) -> str | None:
        """The page that they all stand on, if it is one."""
        pages = {document for document, _ in self._numbers}
        return pages.pop() if len(pages) == 1 else None

    def draft(
        self,
        kind: AnswerKind,
        text: str,
        facts: Sequence[UsedFact] = (),
        nearest: Sequence[Topic] = (),
        focus: str | None = None,
    ) -> Draft:
        """An answer that rests on these quotes, with the days on which they hold."""
        held = {valid: numbers for valid, numbers in self._holding.items() if numbers}
        dates = [_dates(valid, numbers if len(held) > 1 else ()) for valid, numbers in held.items()]
        return Draft(
            kind,
            "\n\n".join([text, *filter(None, dates)]),
            tuple(facts),
            nearest=tuple(nearest),
            focus=focus,
            quoted=tuple(self._numbers),
        )


def _dates(valid: Validity, numbers: Sequence[int]) -> str:
    parts = in_force(valid)
    marks = " ".join(f"[{number}]" for number in numbers) or say("Source")
    return f"*{marks}: {', '.join(parts)}.*" if parts else ""
