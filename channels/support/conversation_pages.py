"""One conversation: what was said, what stands behind it, and who else looks at it."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_string

from channels.attachments import TYPES
from channels.console.entrance import SESSION, Entrance
from channels.console.live import Live
from channels.console.page import render_page
from channels.console.permissions import Permission, may
from channels.model import Author
from channels.records import Entry, Timeline
from channels.settings import InstitutionSettings
from channels.support.context import Context, Contexts, Standing
from channels.support.conversation_forms import PLACE, UNREACHABLE, agent_of
from channels.support.finding import Finder
from channels.support.notebook import Notebook
from channels.support.packet import packet
from channels.support.replies import Replies
from channels.support.reviewing import Reviews
from channels.support.speaking import Agent, Speaking
from channels.transcript import Transcript
from channels.web.markdown import plain_to_html, to_html
from channels.web.sources import source_path


class ConversationPages:
    """``/support/c_…``, and what an open page asks for anew."""

    def __init__(
        self,
        *,
        transcript: Transcript,
        speaking: Speaking,
        contexts: Contexts,
        notebook: Notebook,
        replies: Replies,
        reviews: Reviews,
        finder: Finder,
        institution: InstitutionSettings,
        longest: int,
        sends_files: bool,
        entrance: Entrance,
        live: Live,
    ) -> None:
        """``longest`` is what a person may write at once, in characters."""
        self._transcript = transcript
        self._speaking = speaking
        self._contexts = contexts
        self._notebook = notebook
        self._replies = replies
        self._reviews = reviews
        self._finder = finder
        self._institution = institution
        self._longest = longest
        self._sends_files = sends_files
        self._entrance = entrance
        self._live = live

    def routes(self) -> list[web.RouteDef]:
        """The page and its parts."""
        guard, read = self._entrance.guard, Permission.READ_CONVERSATIONS
        return [
            web.get(PLACE, guard(self.conversation, read)),
            web.get(PLACE + "/news", guard(self.news, read)),
            web.get(PLACE + "/live", guard(self.live, read)),
            web.post(PLACE + "/here", guard(self.here, read)),
        ]

    async def conversation(self, request: web.Request) -> web.Response:
        """Everything that is known of it."""
        timeline = await self._timeline(request)
        summary = timeline.summary
        await self._notebook.look(summary.id, agent_of(request))
        context = await self._contexts.of(summary.id, summary.student)
        shown = {
            **await self._panel(request, timeline, context),
            **await self._said(timeline, agent_of(request)),
            "packet": packet(timeline),
            "context": context,
            "notes": await self._notebook.notes(summary.id),
            "tags": await self._notebook.tags(summary.id),
            "known_tags": await self._notebook.known_tags(),
            "team": [(each.id, each.name) for each in await self._notebook.team()],
        }
        return render_page("conversation.html", request, shown)

    async def news(self, request: web.Request) -> web.Response:
        """What an open page shows anew: entries after a watermark, and who speaks."""
        timeline = await self._timeline(request)
        asked = request.query.get("after", "")
        after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        context = await self._contexts.of(timeline.summary.id, timeline.summary.student)
        role = request[SESSION].account.role
        shown = {
            **await self._panel(request, timeline, context),
            **await self._said(timeline, agent_of(request), after),
            "session": request[SESSION],
            "may": lambda name: may(role, Permission(name)),
        }
        parts = {
            name: render_string(f"conversation_{name}.html", request, shown)
            for name in ("entries", "panel", "composer")
        }
        last, mine = timeline.summary.messages, shown["mine"]
        return web.json_response({"last": last, "mine": mine} | parts)

    async def live(self, request: web.Request) -> web.StreamResponse:
        """What moves in this conversation."""
        return await self._live.stream(request, request.match_info["conversation"])

    async def here(self, request: web.Request) -> web.Response:
        """The page says that it is open: names of colleagues whose pages are too."""
        conversation, me = request.match_info["conversation"], agent_of(request)
        await self._notebook.look(conversation, me)
        mine = await self._speaking.prolong(conversation, me)
        others = await self._notebook.others(conversation, me)
        return web.json_response({"others": others, "mine": mine})

    async def _timeline(self, request: web.Request) -> Timeline:
        timeline = await self._transcript.timeline(request.match_info["conversation"])
        if timeline is None:
            raise web.HTTPNotFound(text="There is no conversation at this address.")
        return timeline

    async def _said(self, timeline: Timeline, me: Agent, after: int = 0) -> dict[str, Any]:
        """What the timeline shows after a watermark."""
        entries = [entry for entry in timeline.entries if entry.seq > after]
        rendered = await asyncio.to_thread(lambda: {entry.id: _render(entry) for entry in entries})
        return {
            "timeline": timeline,
            "entries": entries,
            "rendered": rendered,
            "sent": await self._contexts.sent(timeline.summary.id),
            "reviews": await self._reviews.seen_by(me, timeline.summary.id),
            "intents": (await self._finder.known()).topics,
            "source_path": source_path,
        }

    async def _panel(
        self, request: web.Request, timeline: Timeline, context: Context
    ) -> dict[str, Any]:
        """Who speaks, whether a person can, and what they have ready to say."""
        conversation, me = timeline.summary.id, agent_of(request)
        standing = await self._contexts.standing(conversation) or Standing()
        reach = await self._speaking.reach(conversation)
        values = self._values(me, timeline.summary.student or "", context.program)
        replies = await self._replies.fitting(timeline.summary.language)
        return {
            "standing": standing,
            "mine": standing.holder_id == me.id,
            "others": await self._notebook.others(conversation, me),
            "unreachable": UNREACHABLE.get(reach, "") if reach else "",
            "replies": [(each.name, each.filled(values)) for each in replies],
            "longest": self._longest,
            "endings": ",".join(TYPES) if self._sends_files else "",
        }

    def _values(self, me: Agent, student: str, program: str) -> dict[str, str]:
        """What the variables of canned replies stand for."""
        place = self._institution
        return {
            "agent": me.name,
            "institution": place.name,
            "student_program": program,
            "student": student,
            "office_hours": place.office_hours,
            "email": place.email,
            "phone": place.phone,
        }


def _render(entry: Entry) -> str:
    typed = entry.message.author is Author.STUDENT
    return plain_to_html(entry.message.text) if typed else to_html(entry.message.text)
