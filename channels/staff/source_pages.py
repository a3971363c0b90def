"""Sources: read a file or an address, look at what it would change, and read it on a schedule."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from channels.console.entrance import wants_json
from channels.console.page import see_other
from channels.console.permissions import Permission
from channels.staff.jobs import Job, Progress
from channels.staff.room import Room, page, person
from knowledge_base.catalog import readers
from knowledge_base.catalog.fetch import is_address
from knowledge_base.drafts.intake import staged_address, staged_file, upload_location
from knowledge_base.drafts.proposal import Kind, State
from knowledge_base.errors import KnowledgeBaseError, UnknownSource
from knowledge_base.rows.sources import EDITED
from knowledge_base.schedule import in_words, interval

_FORM_BESIDE = 100_000
"""Bytes of the form around an uploaded file."""
_HISTORY = 50


class ImportPages:
    """What editors do with sources."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[web.RouteDef]:
        """Every route of sources, and of the work that is under way."""
        room = self._room
        return [
            room.get("/staff/sources", self.sources, Permission.READ_CONTENT),
            room.post(
                "/staff/sources/read",
                self.read,
                Permission.MANAGE_SOURCES,
                room.workshop.limit_bytes + _FORM_BESIDE,
            ),
            room.post("/staff/sources/schedule", self.schedule, Permission.MANAGE_SOURCES),
            room.get("/staff/jobs/{job}", self.job, Permission.READ_CONTENT),
            room.get("/staff/jobs/{job}/live", self.events, Permission.READ_CONTENT),
        ]

    async def sources(self, request: web.Request) -> web.Response:
        """Everything that was imported, how it goes on, and what was read lately."""
        return await self._sources(request)

    async def _sources(
        self, request: web.Request, problem: str = "", status: int = 200
    ) -> web.Response:
        room = self._room
        shown = {
            "sources": await room.content.sources(),
            "history": await room.review.proposals(list(State), _HISTORY, Kind.IMPORT),
            "formats": await asyncio.to_thread(lambda: sorted(readers())),
            "edited": EDITED,
            "every": in_words,
            "is_address": is_address,
            "problem": problem,
        }
        return page(request, "staff_sources.html", status, **shown)

    async def read(self, request: web.Request) -> web.Response:
        """Read a file or an address, and go where what it would change is shown."""
        form = await request.post()
        url, file = str(form.get("url", "")).strip(), form.get("file")
        format_name = str(form.get("format", "")) or None
        replaces = str(form.get("replaces", ""))
        try:
            mapping = await self._mapping(form.get("mapping"), replaces)
        except UnknownSource as error:
            return await self._sources(request, str(error), 400)
        who, room = person(request), self._room
        if isinstance(file, FileField) and file.filename:
            path = await asyncio.to_thread(_kept, room.workshop.folder, file)
            location = replaces or upload_location(file.filename)

            async def work(progress: Progress) -> str:
                try:
                    staged = await staged_file(
                        path,
                        location,
                        room.workshop.limit_bytes,
                        format_name=format_name,
                        mapping_file=mapping,
                        progress=progress,
                    )
                except KnowledgeBaseError as error:
                    raise type(error)(str(error).replace(str(path), file.filename)) from None
                finally:
                    shutil.rmtree(path.parent, ignore_errors=True)
                proposal, _ = await room.review.stage(who, staged)
                return f"/staff/proposals/{proposal.id}"

        elif is_address(url):

            async def work(progress: Progress) -> str:
                staged = await staged_address(
                    url,
                    room.workshop.limit_bytes,
                    format_name=format_name,
                    mapping_file=mapping,
                    private=room.workshop.private_addresses,
                    progress=progress,
                )
                proposal, _ = await room.review.stage(who, staged)
                return f"/staff/proposals/{proposal.id}"

        else:
            words = "Choose a file, or type an address that begins with https://."
            return await self._sources(request, words, 400)
        job = room.jobs.start(f"Reading {url or location}", work)
        return see_other(f"/staff/jobs/{job.id}")

    async def _mapping(self, sent: Any, replaces: str) -> Path | None:
        """The mapping that was uploaded, or the one of the source that is read anew."""
        folder = self._room.workshop.folder
        if isinstance(sent, FileField) and sent.filename:
            return await asyncio.to_thread(_kept_mapping, folder, sent)
        known = {source.location: source for source in await self._room.content.sources()}
        if replaces and replaces not in known:
            raise UnknownSource("The source that is to be replaced is gone. Reload the page.")
        kept = known[replaces].origin.mapping_file if replaces else None
        return Path(kept) if kept else None

    async def schedule(self, request: web.Request) -> web.Response:
        """Have a source read again at an interval."""
        form = await request.post()
        try:
            every = interval(str(form.get("every", "")))
            await self._room.content.schedule_source(str(form.get("location", "")), every)
        except (ValueError, UnknownSource) as error:
            return await self._sources(request, str(error), 400)
        return see_other("/staff/sources")

    async def job(self, request: web.Request) -> web.Response:
        """How far a piece of work has come; when it has ended, where it leads."""
        job = self._job(request)
        if wants_json(request):
            return web.json_response(asdict(job))
        if job.goes_to:
            return see_other(job.goes_to)
        return page(request, "staff_job.html", job=job)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The same, live."""
        return await self._room.live.stream(request, self._job(request).id)

    def _job(self, request: web.Request) -> Job:
        found = self._room.jobs.find(request.match_info["job"])
        if found is None:
            raise web.HTTPNotFound(text="This work ended long ago, or in another process.")
        return found


def _kept(folder: Path, file: FileField) -> Path:
    """An upload under its own name, which complaints name, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = "".join(s if s.isalnum() or s in "._- " else "-" for s in Path(file.filename).name)
    path = Path(tempfile.mkdtemp(dir=folder, prefix="upload-")) / (
        plain.lstrip(".")[-100:] or "file"
    )
    with path.open("wb") as kept:
        shutil.copyfileobj(file.file, kept)
    return path


def _kept_mapping(folder: Path, file: FileField) -> Path:
    """An uploaded mapping, which the source needs whenever it is read again."""
    content = file.file.read()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"mapping-{hashlib.sha256(content).hexdigest()[:16]}.toml"
    path.write_bytes(content)
    return path
