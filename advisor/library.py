"""Puts the knowledge base together; apart from the gateway's wiring because it brings torch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from advisor.settings import Settings
from knowledge_base.answering import Answering
from knowledge_base.encoder import SentenceTransformersEncoder
from knowledge_base.errors import NothingPublished
from knowledge_base.library import KnowledgeBase
from knowledge_base.shelf import Shelf


def knowledge_base(settings: Settings) -> KnowledgeBase:
    """The knowledge base over the shelf; the encoder loads at the first question."""
    content = settings.knowledge_base
    encoder = SentenceTransformersEncoder(content.encoder)
    answering = Answering(encoder, settings.sources_url, content.abstain_below)
    return KnowledgeBase(Shelf(settings.editions), encoder, answering)


@asynccontextmanager
async def warm_knowledge_base(settings: Settings) -> AsyncIterator[KnowledgeBase]:
    """The knowledge base with edition and encoder loaded, so that no student waits for them."""
    library = knowledge_base(settings)
    with suppress(NothingPublished):  # The first edition may come later; each question looks.
        await library.ask("How much does it cost?")
    yield library
