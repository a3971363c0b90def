"""The support pages: which conversations there are, and what was said in one."""

from __future__ import annotations

from aiohttp import web
from aiohttp_jinja2 import render_template

from channels.accounts import Role
from channels.model import Author
from channels.records import Entry
from channels.staff.entrance import SESSION, Entrance
from channels.support.packet import packet
from channels.transcript import Transcript
from channels.web.markdown import plain_to_html, to_html
from channels.web.sources import source_path

PAGE_SIZE = 25


class SupportPages:
    """Server-rendered pages without a script; they show and change nothing."""

    def __init__(self, transcript: Transcript, entrance: Entrance) -> None:
        self._transcript = transcript
        self._entrance = entrance

    def routes(self) -> list[web.RouteDef]:
        """Every route under ``/support``."""
        guard = self._entrance.guard
        return [
            web.get("/support", guard(self.conversations, Role.SUPPORT)),
            web.get("/support/{conversation}", guard(self.conversation, Role.SUPPORT)),
        ]

    async def conversations(self, request: web.Request) -> web.Response:
        """A page of conversations: those who wait for a person first, then the newest."""
        page = request.query.get("page", "1")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
        number = max(1, number)
        found = await self._transcript.conversations((number - 1) * PAGE_SIZE, PAGE_SIZE + 1)
        shown = {
            "conversations": found[:PAGE_SIZE],
            "page": number,
            "more": len(found) > PAGE_SIZE,
            "session": request[SESSION],
        }
        return render_template("support_conversations.html", request, shown)

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
            "session": request[SESSION],
        }
        return render_template("support_conversation.html", request, shown)


def _render(entry: Entry) -> str:
    typed = entry.message.author is Author.STUDENT
    return plain_to_html(entry.message.text) if typed else to_html(entry.message.text)
