"""Review: what waits, what it would change side by side, and the decision with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from channels.console.exports import send_csv
from channels.console.page import page_number, see_other
from channels.console.permissions import Permission
from channels.staff.entry_form import entry_typed
from channels.staff.entry_pages import entry_path
from channels.staff.room import Room, number, page, person, said_lines
from channels.staff.rule_form import fields_of, rule_typed
from channels.staff.rule_pages import rule_path
from channels.web.markdown import to_html
from knowledge_base.drafts.differences import (
    FieldChange,
    Line,
    changed_fields,
    changed_words,
    side_by_side,
)
from knowledge_base.drafts.impact import Impact
from knowledge_base.drafts.item import Item
from knowledge_base.drafts.proposal import (
    Care,
    Criterion,
    DraftError,
    Kind,
    Proposal,
    Staged,
    State,
)
from knowledge_base.model import Skipped
from knowledge_base.record import Record
from knowledge_base.store import Entry

_ITEMS = 20
"""Entries of an import whose differences stand on one page."""
_DECIDED = (State.APPROVED, State.MODIFIED, State.REJECTED)
_ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Moved:
    """One entry that an import would change."""

    kind: str
    id: str
    fields: list[FieldChange]
    lines: list[Line]


class ReviewPages:
    """What reviewers do, and what editors see of it."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[web.RouteDef]:
        """Every route of proposals and of the queue by staleness."""
        room, reads, edits = self._room, Permission.READ_CONTENT, Permission.EDIT_CONTENT
        one = "/staff/proposals/{proposal}"
        return [
            room.get("/staff/review", self.queue, reads),
            room.post("/staff/review/rubric", self.rubric, Permission.REVIEW_CONTENT),
            room.get("/staff/stale", self.stale, reads),
            room.get(one, self.proposal, reads),
            room.get(f"{one}/errors.csv", self.errors, reads),
            room.post(f"{one}/submit", self.submit, edits),
            room.post(f"{one}/take-back", self.take_back, edits),
            room.post(f"{one}/discard", self.discard, edits),
            room.post(f"{one}/decide", self.decide, Permission.REVIEW_CONTENT),
        ]

    async def queue(self, request: web.Request) -> web.Response:
        """What waits for a decision, open drafts, and what was decided lately."""
        review = self._room.review
        return page(
            request,
            "staff_review.html",
            waiting=await review.waiting(),
            drafts=await review.proposals([State.DRAFT], 50),
            decided=await review.proposals(_DECIDED, 50),
            rubric=await review.rubric(),
        )

    async def rubric(self, request: web.Request) -> web.Response:
        """Criteria, a line each: a name, a colon, a question."""
        form = await request.post()
        wanted = []
        for line in said_lines(form.get("criteria"))[:30]:
            name, _, question = line.partition(":")
            wanted.append(Criterion(name.strip()[:120], question.strip()))
        await self._room.review.set_rubric(person(request), wanted)
        return see_other("/staff/review", "The rubric was saved.")

    async def stale(self, request: web.Request) -> web.Response:
        """Entries that are due to be verified, the stalest first."""
        today = datetime.now(UTC).date()
        queue = await self._room.caring.queue(today)
        return page(request, "staff_stale.html", queue=queue, today=today, where=_place)

    async def proposal(self, request: web.Request) -> web.Response:
        """One proposal with all that it would change."""
        found = await self._room.review.proposal(request.match_info["proposal"])
        return await self._proposal(request, found)

    async def _proposal(
        self, request: web.Request, found: Proposal, problem: str = "", status: int = 200
    ) -> web.Response:
        content = await self._room.review.content(found)
        shown = {
            "proposal": found,
            "problem": problem,
            "rubric": await self._room.review.rubric(),
            "path": entry_path,
            "me": person(request).id,
        }
        if not isinstance(content, Staged):
            if isinstance(content, Record):
                shown |= await self._rule(found, content)
            else:
                shown |= await self._entry(found, content)
            return page(request, "staff_proposal.html", status, **shown)
        at = page_number(request)
        shown |= {"staged": content, "page": at, "skipped": content.skipped[:200]}
        if found.state.open:
            impact = await self._room.review.foresee(content)
            changes = impact.changes
            total = len(changes.added) + len(changes.changed) + len(changes.removed)
            items = await asyncio.to_thread(_items, content, impact, (at - 1) * _ITEMS)
            shown |= {"items": items, "more": at * _ITEMS < total}
        return page(request, "staff_import.html", status, **shown)

    async def _entry(self, found: Proposal, content: Entry) -> dict[str, object]:
        before = await self._room.listing.entry(found.subject)
        if not found.state.open:
            kept = await self._room.review.revisions(found.subject)
            before = next((r.entry for r in kept if r.digest == found.base), None)
        text = before.document.text if before else ""
        return {
            "rule": False,
            "entry": content,
            "program": content.program,
            "fields": changed_fields(before, content),
            "lines": side_by_side(text, content.document.text),
            "html": to_html(content.document.text),
            "new": not found.base,
        }

    async def _rule(self, found: Proposal, content: Record) -> dict[str, object]:
        """What a rule says beside what it said; of a decided one what it was decided to say."""
        now = await self._room.review.item(Kind.RULE, found.subject) if found.state.open else None
        before = fields_of(now) if isinstance(now, Record) else {}
        after = fields_of(content)
        outlines = [told.pop("needs", "") for told in (before, after)]
        return {
            "rule": True,
            "program": None,
            "path": rule_path,
            "fields": changed_words(before, after),
            "lines": side_by_side(*outlines),
            "new": not before,
        }

    async def errors(self, request: web.Request) -> web.StreamResponse:
        """What could not be taken, as a file for a spreadsheet."""
        found = await self._room.review.proposal(request.match_info["proposal"])
        content = await self._room.review.content(found)
        skipped = content.skipped if isinstance(content, Staged) else ()
        columns = ("where", "field", "value", "reason", "allowed")
        return await send_csv(request, "errors.csv", columns, _rows(skipped))

    async def submit(self, request: web.Request) -> web.Response:
        """Ask for a review; a draft that others have moved under begins from what is now."""
        form, who, review = await request.post(), person(request), self._room.review
        found = await review.proposal(request.match_info["proposal"])
        version = number(form.get("version"), 0, least=0)
        rebased = await review.rebase(who, found.id, version)
        await review.submit(who, found.id, rebased.version)
        return see_other(f"/staff/proposals/{found.id}", "Submitted for review.")

    async def take_back(self, request: web.Request) -> web.Response:
        """Make it a draft again."""
        form = await request.post()
        found = await self._room.review.proposal(request.match_info["proposal"])
        version = number(form.get("version"), 0, least=0)
        await self._room.review.take_back(person(request), found.id, version)
        return see_other(f"/staff/proposals/{found.id}", "It is a draft again.")

    async def discard(self, request: web.Request) -> web.Response:
        """Give it up."""
        form = await request.post()
        found = await self._room.review.proposal(request.match_info["proposal"])
        version = number(form.get("version"), 0, least=0)
        await self._room.review.discard(person(request), found.id, version)
        return see_other("/staff/review", "The draft was discarded.")

    async def decide(self, request: web.Request) -> web.Response:
        """Approve, approve with modifications, or reject."""
        form, who, review = await request.post(), person(request), self._room.review
        found = await review.proposal(request.match_info["proposal"])
        version = number(form.get("version"), 0, least=0)
        reason = str(form.get("reason", "")).strip()
        rubric = {
            criterion.name: _ANSWERS.get(str(form.get(f"criterion_{place}", "")))
            for place, criterion in enumerate(await review.rubric())
        }
        try:
            if form.get("decision") == "reject":
                done = await review.reject(who, found.id, version, reason, rubric)
            else:
                modified = None
                if form.get("decision") == "modify":
                    modified, problems = await self._modified(request, found)
                    if problems:
                        words = " ".join(f"{name}: {said}" for name, said in problems.items())
                        return await self._proposal(request, found, words, 400)
                done = await review.approve(who, found.id, version, reason, rubric, modified)
        except DraftError as error:
            return await self._proposal(request, found, str(error), 409)
        if done.state is State.SUBMITTED:
            waits = "Your modification needs a second person, too. It waits for one."
            return see_other(f"/staff/proposals/{found.id}", waits, "warn")
        if done.state is not State.REJECTED and found.questions:
            await self._room.publications.save_questions(who, found.questions, found.subject)
        return see_other("/staff/review", f"{found.title}: {done.state.value}.")

    async def _modified(
        self, request: web.Request, found: Proposal
    ) -> tuple[Item | None, Mapping[str, str]]:
        """What a reviewer typed into the form of a proposal, and what of it cannot be so."""
        content, form = await self._room.review.content(found), await request.post()
        if isinstance(content, Record):
            typed = rule_typed(content.kind, content.id, form)  # type: ignore[arg-type]
            return typed.record, typed.problems
        assert isinstance(content, Entry)
        titles = await self._room.listing.programs()
        return entry_typed(form, content, titles)  # type: ignore[arg-type]


def _items(staged: Staged, impact: Impact, after: int) -> list[Moved]:
    """Some of the entries that an import would change, with what differs in each."""
    changes = impact.changes
    wanted = {entry.document.id: entry for entry in staged.entries}
    kinds = {
        **dict.fromkeys(changes.changed, "changed"),
        **dict.fromkeys(changes.added, "added"),
        **dict.fromkeys(changes.removed, "removed"),
    }
    found = []
    for one, kind in list(kinds.items())[after : after + _ITEMS]:
        before, now = impact.before.get(one), wanted.get(one)
        texts = [entry.document.text if entry else "" for entry in (before, now)]
        page_text = not ((before or now) and (before or now).program)  # type: ignore[union-attr]
        lines = side_by_side(*texts) if page_text else []
        found.append(Moved(kind, one, changed_fields(before, now), lines))
    return found


async def _rows(skipped: Iterable[Skipped]) -> AsyncIterator[tuple[str, ...]]:
    for each in skipped:
        yield each.where, each.field, each.value, each.reason, each.allowed


def _place(care: Care) -> str:
    """Where what is to be verified is shown."""
    return rule_path(care.document_id) if care.rule else entry_path(care.document_id)
