"""The knowledge console: every page about content, and what the gateway runs beside them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from channels.audit import Actor, record
from channels.console.entrance import Entrance
from channels.console.live import Live
from channels.console.page import Group, Section
from channels.console.permissions import Permission
from channels.content import Content
from channels.staff.correction_pages import CorrectionPages
from channels.staff.corrections import Corrections
from channels.staff.draft_pages import DraftPages
from channels.staff.entry_pages import EntryPages
from channels.staff.gap_pages import GapPages
from channels.staff.jobs import Jobs
from channels.staff.publish_pages import PublishPages
from channels.staff.publisher import Publisher
from channels.staff.recorded import Recorded
from channels.staff.review_pages import ReviewPages
from channels.staff.room import Room, Workshop, page
from channels.staff.rule_pages import RulePages
from channels.staff.source_pages import ImportPages
from channels.staff.workbench import Workbench
from knowledge_base.drafts.care import Caring
from knowledge_base.drafts.listing import Listing
from knowledge_base.drafts.proposal import Person
from knowledge_base.drafts.publishing import Publications
from knowledge_base.drafts.review import Review
from knowledge_base.drafts.ruling import Ruling

STATIC = Path(__file__).parent / "static"
_GROUP = Group.KNOWLEDGE
_READS = Permission.READ_CONTENT


class StaffPages:
    """All rooms of the knowledge console."""

    SECTIONS = (
        Section("Overview", "/staff", _READS, _GROUP, "book"),
        Section("Entries", "/staff/entries", _READS, _GROUP, "tag"),
        Section("Rules", "/staff/rules", _READS, _GROUP, "review"),
        Section("Sources", "/staff/sources", _READS, _GROUP, "source"),
        Section("Review", "/staff/review", _READS, _GROUP, "review"),
        Section("To verify", "/staff/stale", _READS, _GROUP, "clock"),
        Section("Publish", "/staff/publish", _READS, _GROUP, "publish"),
        Section("Gaps", "/staff/gaps", Permission.READ_GAPS, _GROUP, "gap"),
    )

    def __init__(
        self,
        entrance: Entrance,
        live: Live,
        content: Content,
        engine: AsyncEngine,
        workshop: Workshop,
        corrections: Corrections,
        institution: str,
    ) -> None:
        workbench = Workbench(workshop.command)
        self._room = Room(
            workshop=workshop,
            entrance=entrance,
            live=live,
            content=content,
            review=Review(engine, _note),
            caring=Caring(engine, _note),
            publications=Publications(engine, _note),
            listing=Listing(engine),
            ruling=Ruling(engine),
            recorded=Recorded(engine),
            corrections=corrections,
            workbench=workbench,
            jobs=Jobs(live),
        )
        self._institution = institution
        self._publisher = Publisher(self._room.publications, workbench)

    def routes(self) -> list[web.RouteDef]:
        """Every route under ``/staff``."""
        room = self._room
        rooms = (
            ImportPages(room),
            EntryPages(room),
            DraftPages(room),
            RulePages(room),
            ReviewPages(room),
            PublishPages(room, self._publisher),
            GapPages(room),
            CorrectionPages(room, self._institution),
        )
        inner = [route for each in rooms for route in each.routes()]
        static = self._room.entrance.open(self.static_file)
        first = room.get("/staff", self.overview, _READS)
        return [first, web.get("/staff/static/{file}", static), *inner]

    async def run(self) -> None:
        """Publish what is due and say what is queued, until cancelled or one of the two fails."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._publisher.run())
            both.create_task(self._room.corrections.run())

    async def close(self) -> None:
        """End what is under way."""
        await self._room.jobs.close()
        await self._room.workbench.close()

    async def static_file(self, request: web.Request) -> web.StreamResponse:
        """The style sheet or a module of these pages."""
        files = {path.name: path for path in STATIC.iterdir() if path.is_file()}
        path = files.get(request.match_info["file"])
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def overview(self, request: web.Request) -> web.Response:
        """What is published, and what waits for somebody."""
        return page(
            request,
            "staff_published.html",
            editions=await self._room.content.editions(),
            sources=await self._room.content.sources(),
            counted=await self._room.review.counted(),
        )


async def _note(
    db: AsyncConnection, person: Person, action: str, subject: str, detail: dict[str, Any]
) -> None:
    actor = Actor(person.name, person.id, person.address or None)
    details = {k: tuple(v) if isinstance(v, list) else v for k, v in detail.items()}
    await record(db, actor, action, "content", subject[:400], details)
