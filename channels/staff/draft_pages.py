"""Drafts: an entry in a form made for it, saved as one types, and sent to review."""

from __future__ import annotations

import uuid
from collections import defaultdict

from aiohttp import web

from channels.console.entrance import SESSION
from channels.console.page import see_other
from channels.console.permissions import Permission, may
from channels.staff.entry_form import entry_typed
from channels.staff.entry_pages import entry_path
from channels.staff.outline import outlined
from channels.staff.room import Room, number, page, person, said_lines
from channels.staff.rule_form import fields_of
from channels.staff.rule_pages import rule_form_page, rule_path
from channels.web.markdown import to_html
from knowledge_base.drafts.differences import changed_fields, side_by_side
from knowledge_base.drafts.proposal import (
    ChangedMeanwhile,
    Kind,
    NotAcceptable,
    Proposal,
    Staged,
    State,
)
from knowledge_base.model import Document, Program
from knowledge_base.program_page import program_page
from knowledge_base.record import Record
from knowledge_base.store import Entry


class DraftPages:
    """What editors do with drafts."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[web.RouteDef]:
        """Every route of drafts."""
        room, edits = self._room, Permission.EDIT_CONTENT
        return [
            room.post("/staff/entries", self.begin, Permission.SUGGEST_CONTENT),
            room.post("/staff/entries/{entry}/edit", self.edit, edits),
            room.get("/staff/drafts/{proposal}", self.draft, Permission.READ_CONTENT),
            room.post("/staff/drafts/{proposal}", self.save, edits),
            room.post("/staff/drafts/{proposal}/auto", self.autosave, edits),
            room.get("/staff/proposals/{proposal}/modify", self.modify, Permission.REVIEW_CONTENT),
            room.post("/staff/drafts/{proposal}/discard", self.discard, edits),
            room.post("/staff/preview", self.preview, edits),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        """A draft of a new page or program."""
        form = await request.post()
        title = str(form.get("title", "")).strip()
        identity = str(form.get("id", "")).strip() or f"staff/{uuid.uuid4().hex[:12]}"
        questions = said_lines(form.get("questions"))
        if not title:
            raise web.HTTPBadRequest(text="Say what it is about: a title is needed.")
        if form.get("kind") == "program":
            program = Program(identity, title)
            entry = Entry(program_page(program), program)
        else:
            entry = Entry(Document(identity, title, "Words to come.\n"))
        try:
            made = await self._room.review.begin(person(request), entry, questions)
        except NotAcceptable as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        if not may(request[SESSION].account.role, Permission.READ_CONTENT):
            return see_other("/support/review", "The draft is made; an editor goes on with it.")
        return see_other(f"/staff/drafts/{made.id}")

    async def edit(self, request: web.Request) -> web.Response:
        """The open proposal for an entry, or a draft of it."""
        found = await self._room.review.edit(person(request), request.match_info["entry"])
        where = "drafts" if found.state is State.DRAFT else "proposals"
        return see_other(f"/staff/{where}/{found.id}")

    async def draft(self, request: web.Request) -> web.Response:
        """The form of a draft."""
        found = await self._room.review.proposal(request.match_info["proposal"])
        if found.state is not State.DRAFT or found.kind == "import":
            return see_other(f"/staff/proposals/{found.id}")
        content = await self._room.review.content(found)
        if isinstance(content, Record):
            return rule_form_page(request, found, fields_of(content))
        assert isinstance(content, Entry)
        return await self._form(request, found, content)

    async def modify(self, request: web.Request) -> web.Response:
        """The same form for a reviewer, whose reason goes with it."""
        found = await self._room.review.proposal(request.match_info["proposal"])
        content = await self._room.review.content(found)
        if found.state is not State.SUBMITTED or isinstance(content, Staged):
            return see_other(f"/staff/proposals/{found.id}")
        if isinstance(content, Record):
            return rule_form_page(request, found, fields_of(content))
        return await self._form(request, found, content)

    async def _form(
        self,
        request: web.Request,
        found: Proposal,
        entry: Entry,
        problems: dict[str, str] | None = None,
        theirs: Entry | None = None,
        status: int = 200,
    ) -> web.Response:
        lines = side_by_side(_text(theirs), _text(entry)) if theirs else []
        words = found.title.casefold().split()
        alike = await self._room.listing.alike(words) if not found.base else []
        return page(
            request,
            "staff_draft.html",
            status,
            proposal=found,
            entry=entry,
            program=entry.program,
            outline=outlined(entry.program.requirement) if entry.program else "",
            problems=defaultdict(str, problems or {}),
            wrong=any(problems or {}),
            theirs=changed_fields(theirs, entry) if theirs else [],
            lines_differ=lines,
            modify=found.state is State.SUBMITTED,
            alike=alike,
            html=to_html(entry.document.text),
            path=entry_path,
        )

    async def autosave(self, request: web.Request) -> web.Response:
        """Save what was typed so far, for a script; 409 when somebody else has saved meanwhile."""
        found, typed, problems = await self._typed(request)
        if problems:
            return web.json_response({"problems": problems})
        try:
            saved = await self._save(request, found, typed)
        except ChangedMeanwhile as error:
            now = {"text": str(error), "version": error.proposal.version}
            return web.json_response(now, status=409)
        html = to_html(typed.document.text)
        shown = {"version": saved.version, "html": html, "touches": sorted(saved.touches)}
        return web.json_response(shown)

    async def save(self, request: web.Request) -> web.Response:
        """Save a draft, and submit it if that is asked for."""
        found, typed, problems = await self._typed(request)
        if problems:
            return await self._form(request, found, typed, problems, status=400)
        try:
            saved = await self._save(request, found, typed)
            if (await request.post()).get("then") != "submit":
                return see_other(f"/staff/drafts/{saved.id}", "Saved.")
            await self._room.review.submit(person(request), saved.id, saved.version)
        except ChangedMeanwhile as error:
            theirs = await self._room.review.content(error.proposal)
            assert isinstance(theirs, Entry)
            told = {"": str(error)}
            return await self._form(request, error.proposal, typed, told, theirs, 409)
        except NotAcceptable as error:
            return await self._form(request, saved, typed, {"": str(error)}, status=400)
        return see_other(f"/staff/proposals/{saved.id}", "Submitted for review.")

    async def _typed(self, request: web.Request) -> tuple[Proposal, Entry, dict[str, str]]:
        """A draft, the entry that its form describes, and what cannot be so."""
        found = await self._room.review.proposal(request.match_info["proposal"])
        before = await self._room.review.content(found)
        if not isinstance(before, Entry):
            raise web.HTTPNotFound(text="This is not the draft of an entry.")
        titles = await self._room.listing.programs()
        typed, problems = entry_typed(await request.post(), before, titles)  # type: ignore[arg-type]
        return found, typed, problems

    async def _save(self, request: web.Request, found: Proposal, typed: Entry) -> Proposal:
        form = await request.post()
        return await self._room.review.save(
            person(request),
            found.id,
            number(form.get("version"), 0, least=0),
            typed,
            said_lines(form.get("questions")),
        )

    async def discard(self, request: web.Request) -> web.Response:
        """Give a draft up."""
        form = await request.post()
        found = await self._room.review.proposal(request.match_info["proposal"])
        await self._room.review.discard(
            person(request), found.id, number(form.get("version"), 0, least=0)
        )
        if found.kind is Kind.RULE:
            return see_other(rule_path(found.subject) if found.base else "/staff/rules")
        return see_other("/staff/entries" if not found.base else entry_path(found.subject))

    async def preview(self, request: web.Request) -> web.Response:
        """Markdown as a student would see it."""
        form = await request.post()
        return web.json_response({"html": to_html(str(form.get("text", "")))})


def _text(entry: Entry | None) -> str:
    return entry.document.text if entry else ""
