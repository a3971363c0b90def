"""Rules of aid and credit: find them, edit one in its form, and see who verifies it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from aiohttp import web

from channels.console.page import see_other
from channels.console.permissions import Permission
from channels.staff.room import Room, number, page, person
from channels.staff.rule_form import COLUMNS, KINDS, RuleTyped, fields_of, rule_typed
from knowledge_base.drafts.item import rule_subject
from knowledge_base.drafts.proposal import (
    ChangedMeanwhile,
    Kind,
    NotAcceptable,
    Proposal,
    State,
)
from knowledge_base.record import Record
from languages.speech import ENGLISH, available, name_of

ID_CHARACTERS = 200


def rule_path(subject: str) -> str:
    """Where a rule is shown, by its kind and id."""
    return f"/staff/rules/{quote(subject, safe='')}"


class RulePages:
    """What editors do with rules; they are reviewed like entries."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def routes(self) -> list[web.RouteDef]:
        """Every route of rules."""
        room, edits = self._room, Permission.EDIT_CONTENT
        one = "/staff/rules/{rule}"
        return [
            room.get("/staff/rules", self.rules, Permission.READ_CONTENT),
            room.post("/staff/rules", self.begin, edits),
            room.get(one, self.rule, Permission.READ_CONTENT),
            room.post(f"{one}/edit", self.edit, edits),
            room.post(f"{one}/verify", self.verify, edits),
            room.post(f"{one}/assign", self.assign, edits),
            room.post("/staff/drafts/{proposal}/rule", self.save, edits),
            room.post("/staff/drafts/{proposal}/rule/auto", self.autosave, edits),
        ]

    async def rules(self, request: web.Request) -> web.Response:
        """The rules that fit what is asked for."""
        words, kind = request.query.get("q", "")[:200], request.query.get("kind", "")
        return page(
            request,
            "staff_rules.html",
            found=await self._room.ruling.rules(words, kind),
            words=words,
            kind=kind,
            kinds=KINDS,
            path=rule_path,
            subject=rule_subject,
            today=datetime.now(UTC).date(),
        )

    async def rule(self, request: web.Request) -> web.Response:
        """One rule as the working copy holds it, who verifies it, and what became of proposals."""
        subject = request.match_info["rule"]
        record = await self._room.review.item(Kind.RULE, subject)
        history = await self._room.review.history(Kind.RULE, subject)
        if not (isinstance(record, Record) or history):
            raise web.HTTPNotFound(text="There is no such rule.")
        told = fields_of(record) if isinstance(record, Record) else {}
        care = await self._room.caring.of(subject) if "document_id" in told else None
        return page(
            request,
            "staff_rule.html",
            subject=subject,
            record=record,
            told=told,
            kinds=KINDS,
            history=history,
            care=care,
            overdue=care.overdue(datetime.now(UTC).date()) if care else None,
            path=rule_path,
        )

    async def begin(self, request: web.Request) -> web.Response:
        """A draft of a new rule: its form, empty."""
        form = await request.post()
        kind, identity = str(form.get("kind", "")), str(form.get("id", "")).strip()
        if kind not in KINDS or not 0 < len(identity) <= ID_CHARACTERS or ":" in identity:
            raise web.HTTPBadRequest(text="A rule needs its kind, and a short name of its own.")
        made = await self._room.review.begin(person(request), Record(kind, identity, {}))
        return see_other(f"/staff/drafts/{made.id}")

    async def edit(self, request: web.Request) -> web.Response:
        """The open proposal for a rule, or a draft of it."""
        subject = request.match_info["rule"]
        found = await self._room.review.edit(person(request), subject, Kind.RULE)
        where = "drafts" if found.state is State.DRAFT else "proposals"
        return see_other(f"/staff/{where}/{found.id}")

    async def autosave(self, request: web.Request) -> web.Response:
        """Save what was typed so far, for a script; 409 when somebody else has saved meanwhile."""
        found, read = await self._typed(request)
        if read.record is None:
            return web.json_response({"problems": dict(read.problems)})
        try:
            saved = await self._save(request, found, read.record)
        except ChangedMeanwhile as error:
            now = {"text": str(error), "version": error.proposal.version}
            return web.json_response(now, status=409)
        return web.json_response({"version": saved.version, "touches": sorted(saved.touches)})

    async def save(self, request: web.Request) -> web.Response:
        """Save a draft, and submit it if that is asked for."""
        found, read = await self._typed(request)
        form = await request.post()
        if read.record is None:
            return rule_form_page(request, found, form, read.problems, status=400)
        try:
            saved = await self._save(request, found, read.record)
            if form.get("then") != "submit":
                return see_other(f"/staff/drafts/{saved.id}", "Saved.")
            await self._room.review.submit(person(request), saved.id, saved.version)
        except ChangedMeanwhile as error:
            return rule_form_page(request, error.proposal, form, {"": str(error)}, status=409)
        except NotAcceptable as error:
            return rule_form_page(request, saved, form, {"quote": str(error)}, status=400)
        return see_other(f"/staff/proposals/{saved.id}", "Submitted for review.")

    async def _typed(self, request: web.Request) -> tuple[Proposal, RuleTyped]:
        found = await self._room.review.proposal(request.match_info["proposal"])
        if found.kind is not Kind.RULE:
            raise web.HTTPNotFound(text="This is not the draft of a rule.")
        kind, _, identity = found.subject.partition(":")
        return found, rule_typed(kind, identity, await request.post())  # type: ignore[arg-type]

    async def _save(self, request: web.Request, found: Proposal, record: Record) -> Proposal:
        version = number((await request.post()).get("version"), 0, least=0)
        return await self._room.review.save(person(request), found.id, version, record)

    async def verify(self, request: web.Request) -> web.Response:
        """Note that a rule is still true."""
        subject = request.match_info["rule"]
        await self._room.caring.verify(person(request), subject, datetime.now(UTC).date())
        return see_other(rule_path(subject))

    async def assign(self, request: web.Request) -> web.Response:
        """Say who verifies a rule, and how often."""
        subject, form = request.match_info["rule"], await request.post()
        days = number(form.get("days"), 0, least=0)
        try:
            await self._room.caring.assign(
                person(request), subject, str(form.get("verifier", "")), days
            )
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return see_other(rule_path(subject))


def rule_form_page(
    request: web.Request,
    found: Proposal,
    typed: Mapping[str, Any],
    problems: Mapping[str, str] = MappingProxyType({}),
    status: int = 200,
) -> web.Response:
    """The form of a rule's proposal, for an editor or for a reviewer who modifies it."""
    kind, _, identity = found.subject.partition(":")
    told: defaultdict[str, str] = defaultdict(str)
    told.update({name: str(typed.get(name) or "") for name in COLUMNS[kind]})
    others = [code for code in available() if code != ENGLISH] if kind == "aid_fact" else []
    for code in others:
        for name in ("question", "called"):
            told[f"{name}_{code}"] = str(typed.get(f"{name}_{code}") or "")
    return page(
        request,
        "staff_rule_draft.html",
        status,
        proposal=found,
        kind=kind,
        identity=identity,
        kinds=KINDS,
        columns=COLUMNS[kind],
        told=told,
        others={code: name_of(code) for code in others},
        problems=defaultdict(str, problems),
        wrong=any(problems),
        modify=found.state is State.SUBMITTED,
        path=rule_path,
    )
