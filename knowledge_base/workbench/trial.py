"""Answers from content that is not published: a throw-away edition beside the live one."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from knowledge_base.answering import Answering
from knowledge_base.editions.publication import Progress, build_edition
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.ranking.rerank import Reranker
from knowledge_base.record import Record
from knowledge_base.store import Entry


class Trial:
    """One throw-away edition at a time; a context manager, which leaves nothing behind."""

    def __init__(
        self,
        live: Shelf,
        encoder: Encoder,
        answering: Answering,
        reranker: Reranker | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        """Vectors of the `live` edition are reused, so that only what is new is encoded."""
        self._live, self._encoder = live, encoder
        self._answering, self._reranker, self._today = answering, reranker, today
        self._folder: Path | None = None
        self._made_of = ""
        self._library: KnowledgeBase | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._clear()

    async def library(
        self,
        entries: Sequence[Entry],
        records: Sequence[Record],
        progress: Progress = lambda *_: None,
    ) -> KnowledgeBase:
        """What answers from these; the one before is gone then, unless it was the same.

        Raises NothingToPublish and EncoderUnavailable.
        """
        made_of = "".join([*(e.digest for e in entries), *(r.digest for r in records)])
        if self._library is None or made_of != self._made_of:
            await asyncio.to_thread(self._build, entries, records, progress)
            self._made_of = made_of
        assert self._library is not None
        return self._library

    def _build(
        self, entries: Sequence[Entry], records: Sequence[Record], progress: Progress
    ) -> None:
        self._clear()
        self._folder = Path(tempfile.mkdtemp(prefix="trial-"))
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
        (self._folder / name).mkdir()
        build_edition(
            self._folder / name,
            name,
            now,
            entries,
            self._encoder,
            self._live.reusable(self._encoder),
            progress,
            records,
        )
        shelf = Shelf(self._folder)
        shelf.point_to(name)
        self._library = KnowledgeBase(
            shelf, self._encoder, self._answering, self._today, self._reranker
        )

    def _clear(self) -> None:
        self._library, self._made_of = None, ""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
