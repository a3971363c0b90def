"""Carries publications out: asks the saved questions of the draft, then publishes in the child."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.staff.workbench import Progress, Workbench, WorkbenchError
from knowledge_base.drafts.proposal import Person, SavedQuestion
from knowledge_base.drafts.publishing import Publication, Publications

LOOK_SECONDS = 5.0
"""Between looks for a publication that is due: nobody asks for one to the second."""
_NAMED = 5
"""Failing questions that a refusal names; the page lists them all."""

log = structlog.get_logger(__name__)


class Publisher:
    """Publishes now or when it is due; one gateway of several takes each publication."""

    def __init__(self, publications: Publications, workbench: Workbench) -> None:
        self._publications = publications
        self._workbench = workbench

    async def now(self, person: Person, override: str, progress: Progress) -> str:
        """Publish at once; the edition's id. Raises WorkbenchError with why it was not."""
        publication = await self._publications.ask_for(person, override=override)
        return await self._carry_out(publication, progress)

    async def run(self) -> None:
        """Publish what is due, until cancelled; a database that fails is asked again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                publication = await self._publications.claim()
                if publication is not None:
                    await self._due(publication)
            except SQLAlchemyError as error:
                log.error("publications_unusable", error=type(error).__name__)

    async def _due(self, publication: Publication) -> None:
        try:
            await self._carry_out(publication, lambda *_: None)
        except WorkbenchError:
            log.warning("publication_failed", publication=publication.id)

    async def _carry_out(self, publication: Publication, progress: Progress) -> str:
        try:
            failing = [] if publication.override else await self.failing(progress)
            if failing:
                raise WorkbenchError(_refusal(failing))
            manifest = await self._workbench.ask("publish", progress)
        except WorkbenchError as error:
            await self._publications.end(publication, problem=str(error))
            raise
        edition: str = manifest["id"]
        await self._publications.end(publication, edition=edition)
        log.info("published", edition=edition, publication=publication.id)
        return edition

    async def failing(
        self, progress: Progress = lambda *_: None, proposal: str | None = None
    ) -> list[tuple[SavedQuestion, dict[str, Any]]]:
        """The saved questions that the draft does not answer as it should, with what is wrong."""
        saved = {each.id: each for each in await self._publications.questions()}
        if not saved:
            return []
        asked = [asdict(each) for each in saved.values()]
        found = await self._workbench.ask("check", progress, saved=asked, proposal=proposal)
        return [(saved[each["id"]], each) for each in found if each["problem"]]


def _refusal(failing: list[tuple[SavedQuestion, dict[str, Any]]]) -> str:
    count = len(failing)
    head = "1 saved question fails" if count == 1 else f"{count} saved questions fail"
    told = "; ".join(f"“{s.question}” {each['problem']}" for s, each in failing[:_NAMED])
    return f"{head}, so that nothing was published: {told}. Mend it, or say why it may be so."
