"""Publishes content for tests, and puts the knowledge base over it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from knowledge_base.answering import Answering
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Document, Validity
from knowledge_base.record import Record
from knowledge_base.settings import KnowledgeBaseSettings
from knowledge_base.store import Entry

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "knowledge_base" / "sample"
LIMIT = 50_000_000
TODAY = date(2026, 11, 21)
_KEPT = 3
"""Editions that stay for runs which began when they were the last."""


def publish(
    folder: Path,
    config: pytest.Config,
    name: str,
    entries: Sequence[Entry],
    encoder: Encoder,
    records: Sequence[Record] = (),
) -> Shelf:
    """Publish into `folder`, beginning with the vectors that an earlier test run computed.

    Everything but the vectors of unchanged passages is built anew each time.
    """
    kept = Shelf(Path(config.cache.mkdir(f"editions-{name}")) / "shelf") if config.cache else None
    shelf = Shelf(folder / "editions")
    if kept and (earlier := kept.current_id()):
        shutil.copytree(kept.folder / earlier, shelf.folder / earlier)
        shelf.point_to(earlier)
    manifest = shelf.publish(entries, encoder, silent, records)
    if kept and min(manifest.reused_vectors, manifest.reused_statements) < manifest.passages:
        _keep(kept, shelf.folder / manifest.id)
    return shelf


def _keep(kept: Shelf, edition: Path) -> None:
    """Whole or not at all: several runs may be reading and writing what is kept."""
    kept.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.folder, prefix=".") as apart:
        shutil.copytree(edition, Path(apart) / edition.name)
        (Path(apart) / edition.name).rename(kept.folder / edition.name)
    kept.point_to(edition.name)
    for manifest in kept.manifests()[_KEPT:]:
        shutil.rmtree(kept.folder / manifest.id, ignore_errors=True)


def asking(
    shelf: Shelf, encoder: Encoder, today: date = TODAY, abstain_below: float | None = None
) -> KnowledgeBase:
    """The knowledge base over a shelf as on a day, with the threshold that is set by default."""
    below = KnowledgeBaseSettings().abstain_below if abstain_below is None else abstain_below
    return KnowledgeBase(shelf, encoder, Answering(encoder, "/sources", below), today=lambda: today)


def page(document_id: str, text: str, title: str = "", validity: Validity | None = None) -> Entry:
    """A page of a fictional college."""
    title = title or document_id.replace("-", " ").capitalize()
    return Entry(
        Document(document_id, title, text, "Fictional College", None, validity or Validity())
    )


def silent(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""
