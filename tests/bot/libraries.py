"""Knowledge bases for the dialogue: the real one on the sample institution, and one on orders."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from running_bot import CACHE, ROOT, content_hash

from knowledge_base.answering import Answering
from knowledge_base.credit.equivalency import EquivalencyTable
from knowledge_base.encoder import open_encoder
from knowledge_base.errors import NothingPublished
from knowledge_base.importing import read_source
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, Utterance
from knowledge_base.ranking.rerank import open_reranker
from knowledge_base.settings import KnowledgeBaseSettings
from knowledge_base.typed.draft import Catalog
from knowledge_base.editions.shelf import Shelf

TODAY = date(2026, 11, 22)
SAMPLE = ROOT / "knowledge_base" / "sample"


def sample_library() -> KnowledgeBase:
    """The published sample institution; published once for each state of it and of the code."""
    settings = KnowledgeBaseSettings()
    encoder = open_encoder(settings.encoder)
    shelf = Shelf(CACHE / f"shelf-{content_hash(ROOT / 'knowledge_base')}")
    if shelf.current_id() is None:
        limit = settings.source_limit_megabytes * 1_000_000
        programs = read_source(SAMPLE / "programs.csv", None, SAMPLE / "programs.toml", limit)
        others = [
            read_source(SAMPLE / name, None, None, limit)
            for name in ("policies", "equivalencies.csv", "aid-rules.toml")
        ]
        entries = [*programs.entries, *(entry for each in others for entry in each.entries)]
        records = [record for each in others for record in each.records]
        shelf.publish(entries, encoder, lambda *_: None, records)
    answering = Answering(encoder, "http://localhost/sources", settings.abstain_below)
    reranker = open_reranker(settings.rerank)
    return KnowledgeBase(shelf, encoder, answering, lambda: TODAY, reranker)


@dataclass
class OrderedLibrary:
    """Does what the question's words order, and remembers what it was asked."""

    asked: list[tuple[str, tuple[Utterance, ...], str | None]] = field(default_factory=list)

    async def equivalencies(self) -> EquivalencyTable:
        """Nothing gives credit."""
        return EquivalencyTable()

    async def catalog(self) -> Catalog:
        """No program is published."""
        return Catalog(TODAY, {}, {}, lambda _: frozenset())

    async def named(self, _text: str) -> str | None:
        """So that none is named."""
        return None

    async def ask(
        self,
        question: str,
        history: Sequence[Utterance] = (),
        focus: str | None = None,
        _shown: Sequence[str] = (),
        _before: str = "",
    ) -> Answer:
        """Sleeps, fails, abstains or answers."""
        self.asked.append((question, tuple(history), focus))
        if "slowly" in question:
            await asyncio.sleep(60)
        if "broken" in question:
            raise ValueError(f"cannot parse {question}")
        if "unpublished" in question:
            raise NothingPublished("nothing has been published yet")
        if "unknown" in question:
            return Answer("I don't have that.", AnswerKind.UNKNOWN)
        return Answer(
            f"About *{question}*:\n\nfirst\n\nsecond",
            AnswerKind.QUOTE,
            focus=f"page-{len(question)}",
        )
