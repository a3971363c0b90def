"""Opens the shelf that the settings name; apart from the gateway's and the actions' wiring."""

from __future__ import annotations

from advisor.settings import Settings
from knowledge_base.bulk_encoding import encoding_on
from knowledge_base.editions.remote import open_shelf
from knowledge_base.editions.shelf import Shelf
from knowledge_base.pgvector_index import VectorDatabase


def shelf_of(settings: Settings) -> Shelf:
    """Where editions are published and read. Raises ShelfUnreachable or VectorsUnreachable."""
    content = settings.knowledge_base
    vectors = VectorDatabase(content.vector_database) if content.vector_database else None
    return open_shelf(settings.editions, settings.copies, vectors, encoding_on(content.encode_on))
