"""The editing service: publish the working copy, roll back, look at what is live."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from knowledge_base.edition import Edition, Manifest
from knowledge_base.editions.live import LiveEdition
from knowledge_base.editions.publication import Progress
from knowledge_base.editions.published_facts import conflicts_in
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.errors import ConflictingFacts, NothingPublished
from knowledge_base.facts.fact import Conflict
from knowledge_base.model import Document, Passage
from knowledge_base.sources.service import SourceService
from knowledge_base.store import Store

_LISTED = 20
"""Contradictions that an error tells; a person mends a few at a time."""


@dataclass(frozen=True, slots=True)
class EditionOnShelf:
    """An edition and whether it is the live one."""

    id: str
    published_at: str
    documents: int
    passages: int
    programs: int
    current: bool


class EditingService(SourceService):
    """What staff do with content. The engine's owner closes it; the encoder loads when needed."""

    def __init__(self, store: Store, shelf: Shelf, encoder: Encoder, source_limit_bytes: int):
        super().__init__(store, source_limit_bytes)
        self._shelf = shelf
        self._encoder = encoder
        self._live = LiveEdition(shelf)

    async def conflicts(self) -> list[Conflict]:
        """Statements of the working copy that contradict each other, if published today."""
        entries = await self._store.entries()
        return await asyncio.to_thread(conflicts_in, entries, datetime.now(UTC).date())

    async def publish(
        self, progress: Progress = lambda *_: None, *, strict: bool = False
    ) -> Manifest:
        """Build an edition from the working copy and make it live.

        With `strict`, content that contradicts itself is not published. Raises NothingToPublish
        or ConflictingFacts; then the edition before stays live.
        """
        if strict and (found := await self.conflicts()):
            raise ConflictingFacts(_in_words(found))
        entries, records = await self._store.entries(), await self._store.records()
        return await asyncio.to_thread(
            self._shelf.publish, entries, self._encoder, progress, records
        )

    async def editions(self) -> Sequence[EditionOnShelf]:
        """Every edition, newest first."""
        current = await asyncio.to_thread(self._shelf.current_id)
        return [
            EditionOnShelf(
                m.id,
                m.published_at,
                m.documents,
                m.passages,
                m.programs,
                m.id == current,
            )
            for m in await asyncio.to_thread(self._shelf.manifests)
        ]

    async def roll_back(self, edition_id: str) -> None:
        """Make an earlier edition live again.

        Raises UnknownEdition, DamagedEdition or ShelfUnreachable.
        """
        checked = await asyncio.to_thread(self._shelf.open, edition_id)
        checked.close()
        await asyncio.to_thread(self._shelf.point_to, edition_id)

    async def published(self, document_id: str) -> tuple[Document, tuple[Passage, ...]] | None:
        """A document of the live edition with its passages; None when it holds no such one."""
        live = await asyncio.to_thread(self._open_live)
        return await asyncio.to_thread(live.document, document_id) if live else None

    async def documents(self) -> Sequence[Document]:
        """Every document of the live edition; empty when nothing is published."""
        live = await asyncio.to_thread(self._open_live)
        return await asyncio.to_thread(live.documents) if live else ()

    def _open_live(self) -> Edition | None:
        try:
            return self._live.edition()
        except NothingPublished:
            return None


def _in_words(found: Sequence[Conflict]) -> str:
    """What contradicts what, a line each, for a person who must mend it."""
    count = len(found)
    head = "1 contradiction" if count == 1 else f"{count} contradictions"
    lines = [f"- {conflict}" for conflict in found[:_LISTED]]
    if count > _LISTED:
        lines.append(f"and {count - _LISTED} more; `advisor conflicts` lists them all")
    lines.append("mend or withdraw one of each two, or publish without --strict")
    return "\n".join([f"{head} in the content, so that nothing was published:", *lines])
