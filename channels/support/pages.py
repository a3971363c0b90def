"""The support pages: which conversations there are, and what was said in one."""

from __future__ import annotations

from aiohttp import web

from channels.console.entrance import Entrance
from channels.console.live import ALL_CONVERSATIONS, Live
from channels.console.page import Group, Section, page_number, render_page
from channels.console.permissions import Permission
from channels.model import Author
from channels.records import Entry
from channels.support.packet import packet
from channels.transcript import Transcript
from channels.web.markdown import plain_to_html, to_html
from channels.web.sources import source_path

PAGE_SIZE = 25


class SupportPages:
    """Server-rendered pages without a script; they show and change nothing."""

    SECTIONS = (
        Section(
            "Conversations",
            "/support",
            Permission.READ_CONVERSATIONS,
            Group.CONVERSATIONS,
            "inbox",
        ),
    )

    def __init__(self, transcript: Transcript, entrance: Entrance, live: Live) -> None:
        self._transcript = transcript
        self._entrance = entrance
        self._live = live

    def routes(self) -> list[web.RouteDef]:
        """Every route under ``/support``."""
        guard = self._entrance.guard
        return [
            web.get("/support", guard(self.conversations, Permission.READ_CONVERSATIONS)),
            web.get("/support/live", guard(self.live, Permission.READ_CONVERSATIONS)),
            web.get(
                "/support/{conversation}", guard(self.conversation, Permission.READ_CONVERSATIONS)
            ),
        ]

    async def conversations(self, request: web.Request) -> web.Response:
        """A page of conversations: those who wait for a person first, then the newest."""
        number = page_number(request)
        found = await self._transcript.conversations((number - 1) * PAGE_SIZE, PAGE_SIZE + 1)
        shown = {
            "conversations": found[:PAGE_SIZE],
            "page": number,
            "more": len(found) > PAGE_SIZE,
        }
        return render_page("support_conversations.html", request, shown)

    async def live(self, request: web.Request) -> web.StreamResponse:
        """What moves in any conversation."""
        return await self._live.stream(request, ALL_CONVERSATIONS)

    async def conversation(self, request: web.Request) -> web.Response:
        """One transcript with what was understood, decided, cited and measured."""
        timeline = await self._transcript.timeline(request.match_info["conversation"])
        if timeline is None:
            raise web.HTTPNotFound(text="There is no conversation at this address.")
        shown = {
            "timeline": timeline,
            "packet": packet(timeline),
            "rendered": {entry.id: _render(entry) for entry in timeline.entries},
            "source_path": source_path,
        }
        return render_page("support_conversation.html", request, shown)


def _render(entry: Entry) -> str:
    typed = entry.message.author is Author.STUDENT
    return plain_to_html(entry.message.text) if typed else to_html(entry.message.text)
