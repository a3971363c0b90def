"""Finds on what a typed answer rests: the sentences of the pages that state its facts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from knowledge_base.answering import provenance
from knowledge_base.edition import Edition
from knowledge_base.model import Citation, Passage
from knowledge_base.text.sentences import statements
from knowledge_base.typed.draft import Draft

_MOST_ORIGINS = 2
"""Whose and how old: more lines of it than facts would hide these; each citation says it too."""


class Sources:
    """The sources of one edition's facts. Safe to use from several threads."""

    def __init__(self, edition: Edition, cite: Callable[[Passage, str], Citation]) -> None:
        """`cite` makes a citation of words that stand in a passage."""
        self._edition = edition
        self._cite = cite

    def of(self, draft: Draft) -> tuple[tuple[str, ...], tuple[Citation, ...]]:
        """Whose and how old its facts are, in words where these are few, and its citations."""
        stated = [self._stating(program, words) for program, words in draft.stated.items()]
        origins = tuple(dict.fromkeys(filter(None, (provenance(p) for p, _ in stated))))
        citations = [self._cite(passage, quote) for passage, quote in stated]
        citations += [self._quoted(document, quote) for document, quote in draft.quoted]
        return origins if len(origins) <= _MOST_ORIGINS else (), tuple(citations)

    def _stating(self, program_id: str, words: Sequence[str]) -> tuple[Passage, str]:
        """The sentences of a program's page in which words stand, and the passage of the first."""
        passages = self._passages(program_id)
        said = [(passage, s.text) for passage in passages for s in statements(passage.text)]
        stating = [(p, text) for p, text in said if any(_stands(w, text) for w in words)]
        chosen = stating or said[:1]
        return chosen[0][0], " … ".join(dict.fromkeys(text for _, text in chosen))

    def _quoted(self, document_id: str, quote: str) -> Citation:
        """A quote with the passage that holds it, or the first where only its sense stands there.

        Of a document that is not published only its id and the quote are known.
        """
        passages = self._passages(document_id)
        holding = [p for p in passages if _plain(quote) in _plain(p.text)] or list(passages)
        if not holding:
            return Citation(document_id, quote, document_id=document_id)
        return self._cite(holding[0], quote)

    def _passages(self, document_id: str) -> Sequence[Passage]:
        found = self._edition.document(document_id)
        return found[1] if found else ()


def _plain(text: str) -> str:
    return " ".join(text.split())


def _stands(words: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?![\d,.]*\d)", text, re.I) is not None
