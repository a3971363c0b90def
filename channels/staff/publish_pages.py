"""Publishing: what would go out, what it would change for students, and when it goes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from channels.console.page import see_other
from channels.console.permissions import Permission
from channels.identifiers import new_id
from channels.staff.entry_pages import entry_path
from channels.staff.jobs import Progress
from channels.staff.publisher import Publisher
from channels.staff.recorded import AskedOnce, once_each
from channels.staff.room import Room, number, page, person, said_lines
from channels.web.markdown import to_html
from knowledge_base.drafts.listing import Wanted
from knowledge_base.errors import UnknownEdition
from knowledge_base.facts.fact import Conflict

DAYS = 30
"""Of recorded questions that are asked again, unless staff ask for more."""
EXPIRING = timedelta(days=30)
_EXPIRING_SHOWN = 10
_RESULTS = 20
"""Comparisons that are remembered until the gateway ends."""


class PublishPages:
    """What reviewers do when content is to go out, and look at afterwards."""

    def __init__(self, room: Room, publisher: Publisher) -> None:
        self._room = room
        self._publisher = publisher
        self._results: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._conflicts: Sequence[Conflict] = ()
        self._looked_at: datetime | None = None

    def routes(self) -> list[web.RouteDef]:
        """Every route of publishing."""
        room, reads, publish = self._room, Permission.READ_CONTENT, Permission.PUBLISH
        return [
            room.get("/staff/publish", self.overview, reads),
            room.post("/staff/publish", self.publish, publish),
            room.post("/staff/publish/ask", self.ask, reads),
            room.post("/staff/publish/conflicts", self.look, reads),
            room.post("/staff/publish/compare", self.compare, Permission.READ_GAPS),
            room.get("/staff/publish/changes/{result}", self.changes, Permission.READ_GAPS),
            room.post("/staff/publish/questions", self.save_questions, Permission.EDIT_CONTENT),
            room.post("/staff/publish/questions/forget", self.forget, Permission.EDIT_CONTENT),
            room.post("/staff/publish/cancel", self.cancel, publish),
            room.post("/staff/publish/roll-back", self.roll_back, publish),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        """Conflicts, expiries, the question set, and all publications."""
        return await self._overview(request)

    async def _overview(
        self, request: web.Request, problem: str = "", status: int = 200
    ) -> web.Response:
        room, today = self._room, datetime.now(UTC).date()
        soon = Wanted(expired_on=today + EXPIRING)
        expiring, count = await room.listing.entries(soon, _EXPIRING_SHOWN)
        return page(
            request,
            "staff_publish.html",
            status,
            problem=problem,
            conflicts=self._conflicts,
            looked_at=self._looked_at,
            expiring=expiring,
            expiring_count=count,
            today=today,
            questions=await room.publications.questions(),
            publications=await room.publications.listed(20),
            editions=await room.content.editions(),
            path=entry_path,
            days=DAYS,
        )

    async def publish(self, request: web.Request) -> web.Response:
        """Publish now, or at a time."""
        form, who, room = await request.post(), person(request), self._room
        override = str(form.get("override", "")).strip()[:500]
        if form.get("when") == "later":
            try:
                due = datetime.fromisoformat(str(form.get("at", ""))).replace(tzinfo=UTC)
            except ValueError:
                return await self._overview(request, "Say the day and time to publish at.", 400)
            await room.publications.ask_for(who, due, override)
            return see_other("/staff/publish", "It will be published at that time.")

        async def work(progress: Progress) -> str:
            await self._publisher.now(who, override, progress)
            return "/staff/publish"

        job = room.jobs.start("Publishing", work)
        return see_other(f"/staff/jobs/{job.id}")

    async def ask(self, request: web.Request) -> web.Response:
        """What the assistant would answer from what is not published yet, as JSON."""
        asked = await request.json()
        question = str(asked.get("question", ""))[:2000].strip()
        if not question:
            raise web.HTTPBadRequest(text="Type a question.")
        proposal = asked.get("proposal") or None
        (answer,) = await self._room.workbench.ask("ask", questions=[question], proposal=proposal)
        sources = [
            {"title": citation["title"], "quote": citation["quote"]}
            for citation in answer["citations"]
        ]
        return web.json_response({"html": to_html(answer["text"]), "sources": sources})

    async def look(self, _request: web.Request) -> web.Response:
        """Look for contradictions, for which every page is read: seconds for a hundred."""

        async def work(progress: Progress) -> str:
            progress("reading what every entry states", 0, 0)
            self._conflicts = await self._room.content.conflicts()
            self._looked_at = datetime.now(UTC)
            return "/staff/publish"

        job = self._room.jobs.start("Looking for contradictions", work)
        return see_other(f"/staff/jobs/{job.id}")

    async def compare(self, request: web.Request) -> web.Response:
        """Ask again what students asked, of the live edition and of what is not published."""
        form, room = await request.post(), self._room
        days = number(form.get("days"), DAYS, most=366)
        proposal = str(form.get("proposal", "")) or None

        async def work(progress: Progress) -> str:
            asked = {each.message: each for each in once_each(await room.recorded.asked(days))}
            questions = [
                {"id": each.message, "text": each.question, "history": list(each.history)}
                for each in asked.values()
            ]
            found = await room.workbench.ask(
                "compare", progress, asked=questions, proposal=proposal
            )
            identity = self._keep(
                {
                    "days": days,
                    "asked": len(asked),
                    "found": [_compared(asked[each["id"]], each) for each in found],
                }
            )
            return f"/staff/publish/changes/{identity}"

        job = room.jobs.start("Asking again what students asked", work)
        return see_other(f"/staff/jobs/{job.id}")

    def _keep(self, result: dict[str, Any]) -> str:
        identity = new_id("r")
        self._results[identity] = result
        while len(self._results) > _RESULTS:
            self._results.popitem(last=False)
        return identity

    async def changes(self, request: web.Request) -> web.Response:
        """The questions that would be answered in another way, old and new side by side."""
        result = self._results.get(request.match_info["result"])
        if result is None:
            raise web.HTTPNotFound(text="This comparison is gone. Ask again.")
        return page(request, "staff_changes.html", result=result)

    async def save_questions(self, request: web.Request) -> web.Response:
        """Add questions to the set that a publication must pass."""
        form = await request.post()
        await self._room.publications.save_questions(
            person(request),
            said_lines(form.get("questions"))[:200],
            str(form.get("document", "")).strip()[:400],
            str(form.get("holds", "")).strip()[:200],
        )
        return see_other("/staff/publish", "The questions were saved.")

    async def forget(self, request: web.Request) -> web.Response:
        """Take a question out of the set."""
        form = await request.post()
        await self._room.publications.forget_question(person(request), str(form.get("id", "")))
        return see_other("/staff/publish", "The question was removed.")

    async def cancel(self, request: web.Request) -> web.Response:
        """Take back a publication that waits for its time."""
        form = await request.post()
        await self._room.publications.cancel(person(request), str(form.get("id", "")))
        return see_other("/staff/publish", "It will not be published.")

    async def roll_back(self, request: web.Request) -> web.Response:
        """Answer from an earlier edition again."""
        form = await request.post()
        try:
            await self._room.publications.roll_back(
                person(request), str(form.get("edition", "")), self._room.content.roll_back
            )
        except UnknownEdition as error:
            return await self._overview(request, str(error), 400)
        return see_other("/staff/publish", "Answers come from that edition again.")


def _compared(asked: AskedOnce, each: dict[str, Any]) -> dict[str, Any]:
    before, after = each["before"], each["after"]
    return {
        "question": asked.question,
        "history": asked.history,
        "conversation": asked.conversation,
        "before": to_html(before["text"]) if before else "",
        "after": to_html(after["text"]),
    }
