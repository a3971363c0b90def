"""Published content held in memory, as the editing service would give it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from knowledge_base.errors import UnknownEdition, UnknownSource
from knowledge_base.facts.fact import Conflict
from knowledge_base.model import Document, Passage, Validity
from knowledge_base.rows.sources import Source
from knowledge_base.schedule import Schedule

TEXT = """# Aid for short programs

Short programs may qualify for aid. Ask before you enrol.

## Who qualifies

- Residents with a household income below $60,000
- Veterans, whatever their income

| Program | Aid |
|---|---|
| Data Analytics | up to **$500** |
"""


@dataclass(frozen=True)
class Shelved:
    """One edition."""

    id: str
    published_at: str
    documents: int
    passages: int
    current: bool


def passage(document: Document, name: str, words: str) -> Passage:
    """The passage that begins with ``words`` and runs to the end of the document."""
    start = document.text.index(words)
    end = len(document.text)
    text = document.text[start:end]
    return Passage(name, document.id, document.title, (), text, start, end)


class ShelvedContent:
    """Two editions, one document with two passages, one hostile document."""

    def __init__(self) -> None:
        at = datetime(2026, 11, 2, tzinfo=UTC)
        self.source = Source("s1", "https://maple-harbor.example/aid", "html", at, 12)
        validity = Validity(date(2026, 8, 1), date(2027, 7, 31), date(2026, 11, 2))
        aid = Document(
            "policies/aid",
            "Aid for short programs",
            TEXT,
            "Maple Harbor College (fictional)",
            "https://maple-harbor.example/aid",
            validity,
        )
        hostile = Document(
            "hostile",
            "<script>alert(1)</script>",
            "<script>alert(2)</script>\n\n[x](javascript:alert(3))",
            url="javascript:alert(4)",
        )
        self._documents = {
            aid.id: (
                aid,
                (passage(aid, "aid-1", "Short programs"), passage(aid, "aid-2", "- Residents")),
            ),
            hostile.id: (hostile, ()),
        }

    async def published(self, document_id: str) -> tuple[Document, tuple[Passage, ...]] | None:
        """A document and its passages."""
        return self._documents.get(document_id)

    async def editions(self) -> Sequence[Shelved]:
        """Newest first."""
        return (
            Shelved("e2", "2026-11-02T09:30:00+00:00", 12, 40, True),
            Shelved("e1", "2026-10-02T09:30:00+00:00", 10, 30, False),
        )

    async def roll_back(self, edition_id: str) -> None:
        """There is nothing that could be rolled back."""
        raise UnknownEdition(f"there is no edition {edition_id!r}")

    async def sources(self) -> Sequence[Source]:
        """What was imported."""
        return (self.source,)

    async def schedule_source(self, location: str, every: timedelta | None) -> Source:
        """Gives the one source another schedule."""
        if location != self.source.location:
            raise UnknownSource(f"{location}: nothing was imported from there")
        self.source = replace(self.source, schedule=Schedule(every))
        return self.source

    async def conflicts(self) -> Sequence[Conflict]:
        """None."""
        return ()
