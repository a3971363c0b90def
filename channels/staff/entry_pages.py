"""Entries: search them, and look at one with its revisions and who sees to it."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from aiohttp import web

from channels.console.page import page_number, see_other
from channels.console.permissions import Permission
from channels.staff.room import Room, number, page, person
from channels.web.markdown import to_html
from knowledge_base.drafts.differences import changed_fields, side_by_side
from knowledge_base.drafts.listing import Wanted
from knowledge_base.store import Entry

PAGE_SIZE = 50


def entry_path(document_id: str) -> str:
    """Where an entry is shown."""
    return f"/staff/entries/{quote(document_id, safe='')}"


class EntryPages:
    """What editors see of entries."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[web.RouteDef]:
        """Every route of entries."""
        room = self._room
        reads, edits = Permission.READ_CONTENT, Permission.EDIT_CONTENT
        one = "/staff/entries/{entry}"
        return [
            room.get("/staff/entries", self.entries, reads),
            room.get(one, self.entry, reads),
            room.get(f"{one}/revisions/{{number}}", self.revision, reads),
            room.post(f"{one}/verify", self.verify, edits),
            room.post(f"{one}/assign", self.assign, edits),
            room.post(f"{one}/roll-back", self.roll_back, edits),
        ]

    async def entries(self, request: web.Request) -> web.Response:
        """A page of entries that fit what is asked for."""
        asked = request.query
        expired = datetime.now(UTC).date() if asked.get("expired") else None
        wanted = Wanted(
            asked.get("q", "")[:200], asked.get("kind", ""), asked.get("source", ""), expired
        )
        at = page_number(request)
        found, total = await self._room.listing.entries(wanted, PAGE_SIZE, (at - 1) * PAGE_SIZE)
        return page(
            request,
            "staff_entries.html",
            found=found,
            total=total,
            wanted=wanted,
            page=at,
            more=at * PAGE_SIZE < total,
            sources=await self._room.content.sources(),
            path=entry_path,
            today=datetime.now(UTC).date(),
        )

    async def entry(self, request: web.Request) -> web.Response:
        """One entry as the working copy holds it, who verifies it, and how it came to be."""
        identity = request.match_info["entry"]
        entry = await self._room.listing.entry(identity)
        revisions = await self._room.review.revisions(identity)
        if entry is None and not revisions:
            raise web.HTTPNotFound(text="There is no such entry.")
        care = await self._room.caring.of(identity) if entry else None
        return page(
            request,
            "staff_entry.html",
            identity=identity,
            entry=entry,
            html=to_html(entry.document.text) if entry else "",
            facts=changed_fields(None, entry),
            revisions=revisions,
            care=care,
            overdue=care.overdue(datetime.now(UTC).date()) if care else None,
            path=entry_path,
        )

    async def verify(self, request: web.Request) -> web.Response:
        """Note that an entry is still true."""
        identity = request.match_info["entry"]
        await self._room.caring.verify(person(request), identity, datetime.now(UTC).date())
        return see_other(entry_path(identity))

    async def assign(self, request: web.Request) -> web.Response:
        """Say who verifies an entry, and how often."""
        identity, form = request.match_info["entry"], await request.post()
        days = number(form.get("days"), 0, least=0)
        try:
            await self._room.caring.assign(
                person(request), identity, str(form.get("verifier", "")), days
            )
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return see_other(entry_path(identity))

    async def roll_back(self, request: web.Request) -> web.Response:
        """A draft that holds an entry as it was."""
        form = await request.post()
        made = await self._room.review.roll_back(
            person(request), request.match_info["entry"], number(form.get("number"), 0, least=0)
        )
        return see_other(f"/staff/drafts/{made.id}")

    async def revision(self, request: web.Request) -> web.Response:
        """A revision beside the one before it."""
        identity = request.match_info["entry"]
        wanted = number(request.match_info["number"], 0, least=0)
        kept = {each.number: each for each in await self._room.review.revisions(identity)}
        if wanted not in kept:
            raise web.HTTPNotFound(text="There is no such revision.")
        before, after = kept.get(wanted - 1), kept[wanted]
        return page(
            request,
            "staff_revision.html",
            identity=identity,
            revision=after,
            fields=changed_fields(before.entry if before else None, after.entry),
            lines=side_by_side(_text(before.entry if before else None), _text(after.entry)),
            path=entry_path,
            newest=max(kept),
        )


def _text(entry: Entry | None) -> str:
    return entry.document.text if entry else ""
