"""Puts the knowledge base together; apart from the gateway, because it brings the encoder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date
from pathlib import Path

from advisor.settings import Settings
from advisor.shelf import shelf_of
from knowledge_base.answering import Answering
from knowledge_base.edition import Manifest
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import open_encoder
from knowledge_base.errors import NothingPublished, ShelfUnreachable
from knowledge_base.importing import read_source
from knowledge_base.library import KnowledgeBase
from knowledge_base.ranking.rerank import open_reranker
from languages.reading import open_glossaries


def knowledge_base(settings: Settings) -> KnowledgeBase:
    """The knowledge base over the shelf; the encoder loads at the first question."""
    content = settings.knowledge_base
    encoder = open_encoder(content.encoder)
    answering = Answering(encoder, settings.sources_url, content.abstain_below)
    shelf = shelf_of(settings)
    return KnowledgeBase(shelf, encoder, answering, reranker=open_reranker(content.rerank))


@asynccontextmanager
async def warm_knowledge_base(settings: Settings) -> AsyncIterator[KnowledgeBase]:
    """The knowledge base with edition, encoder and glossaries loaded, so that no student waits."""
    library = knowledge_base(settings)
    await asyncio.to_thread(open_glossaries)
    # The first edition may come later; each question looks.
    with suppress(NothingPublished, ShelfUnreachable):
        await library.ask("How much does it cost?")
    yield library


async def throw_away(
    settings: Settings,
    sources: Sequence[Path],
    folder: Path,
    today: Callable[[], date] = date.today,
) -> tuple[KnowledgeBase, Manifest]:
    """A knowledge base over these sources alone, published into a folder that nobody else uses.

    Raises what reading a source raises.
    """
    limit = settings.knowledge_base.source_limit_megabytes * 1_000_000
    contents = [
        await asyncio.to_thread(read_source, source, None, None, limit) for source in sources
    ]
    entries = [entry for each in contents for entry in each.entries]
    records = [record for each in contents for record in each.records]
    encoder = open_encoder(settings.knowledge_base.encoder)
    shelf = Shelf(folder / "editions")
    manifest = await asyncio.to_thread(shelf.publish, entries, encoder, lambda *_: None, records)
    answering = Answering(encoder, settings.sources_url, settings.knowledge_base.abstain_below)
    reranker = open_reranker(settings.knowledge_base.rerank)
    library = KnowledgeBase(shelf, encoder, answering, today, reranker)
    await library.refresh()
    return library, manifest
