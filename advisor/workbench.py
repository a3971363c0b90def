"""The child process in which staff's publishing and trying happens: requests in, answers out.

One JSON object a line, each way. A request is ``{"do": NAME, …}``; ``{"progress": [what, done,
total]}`` may come before the one line that ends it: ``{"done": …}`` or ``{"error": words}``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from sqlalchemy.ext.asyncio import AsyncEngine

from advisor.library import knowledge_base
from advisor.settings import Settings
from advisor.shelf import shelf_of
from advisor.wiring import editing_service
from knowledge_base.answering import Answering
from knowledge_base.drafts.impact import with_proposal
from knowledge_base.drafts.proposal import SavedQuestion
from knowledge_base.drafts.review import Review
from knowledge_base.encoder import open_encoder
from knowledge_base.errors import KnowledgeBaseError, NothingPublished
from knowledge_base.library import KnowledgeBase
from knowledge_base.ranking.rerank import open_reranker
from knowledge_base.store import Store
from knowledge_base.workbench.answers import Asked, differing, outcomes
from knowledge_base.workbench.gaps import clusters
from knowledge_base.workbench.trial import Trial

Report = Callable[[str, int, int], None]
Request = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Workbench:
    """What a request may ask for; each method is one."""

    settings: Settings
    engine: AsyncEngine
    trial: Trial
    live: KnowledgeBase

    async def publish(self, _request: Request, report: Report) -> Any:
        """Publish the working copy; the manifest."""
        return asdict(await editing_service(self.settings, self.engine).publish(report))

    async def ask(self, request: Request, report: Report) -> Any:
        """Answers to questions from the draft: the working copy, with a proposal or without."""
        draft = await self._draft(request, report)
        return [(await draft.ask(question)).to_wire() for question in request["questions"]]

    async def check(self, request: Request, report: Report) -> Any:
        """What becomes of the saved questions."""
        draft = await self._draft(request, report)
        saved = [SavedQuestion(**each) for each in request["saved"]]
        return [
            {"id": each.saved.id, "problem": each.problem, "answer": each.answer.to_wire()}
            for each in await outcomes(draft, saved, report)
        ]

    async def compare(self, request: Request, report: Report) -> Any:
        """Which recorded questions would be answered in another way."""
        draft = await self._draft(request, report)
        asked = [
            Asked(each["id"], each["text"], tuple(each["history"])) for each in request["asked"]
        ]
        try:
            await self.live.refresh()
        except NothingPublished:
            live = None
        else:
            live = self.live
        return [
            {
                "id": each.asked.id,
                "before": each.before.to_wire() if each.before else None,
                "after": each.after.to_wire(),
            }
            for each in await differing(live, draft, asked, report)
        ]

    async def cluster(self, request: Request, _report: Report) -> Any:
        """Rows of questions that are about one thing."""
        texts: Sequence[str] = request["texts"]
        if not texts:
            return []
        return await asyncio.to_thread(clusters, await self.live.vectors(texts))

    async def _draft(self, request: Request, report: Report) -> KnowledgeBase:
        store = Store(self.engine)
        entries, records = await store.entries(), await store.records()
        if request.get("proposal"):
            review = Review(self.engine)
            content = await review.content(await review.proposal(request["proposal"]))
            entries, records = with_proposal(entries, records, content)
        return await self.trial.library(entries, records, report)


async def serve(settings: Settings, engine: AsyncEngine, asked: TextIO, told: TextIO) -> None:
    """Answer requests until there are no more."""

    def tell(words: dict[str, Any]) -> None:
        told.write(json.dumps(words) + "\n")
        told.flush()

    content = settings.knowledge_base
    encoder = open_encoder(content.encoder)
    answering = Answering(encoder, settings.sources_url, content.abstain_below)
    reranker = open_reranker(content.rerank)
    with Trial(shelf_of(settings), encoder, answering, reranker) as trial:
        bench = Workbench(settings, engine, trial, knowledge_base(settings))
        while line := await asyncio.to_thread(asked.readline):
            request = json.loads(line)
            do: Callable[[Request, Report], Awaitable[Any]] = getattr(bench, request["do"])
            try:
                found = await do(request, lambda *progress: tell({"progress": progress}))
            except KnowledgeBaseError as error:
                tell({"error": str(error)})
            else:
                tell({"done": found})
