"""Where the replies that a team shares are written."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from channels.console.entrance import ACTOR, Entrance
from channels.console.page import Group, Section, render_page, see_other
from channels.console.permissions import Permission
from channels.support.replies import VARIABLES, Replies, Reply
from languages.speech import available


class ReplyPages:
    """``/support/replies``."""

    SECTIONS = (
        Section(
            "Canned replies",
            "/support/replies",
            Permission.MANAGE_REPLIES,
            Group.CONVERSATIONS,
            "reply",
        ),
    )

    def __init__(self, replies: Replies, entrance: Entrance) -> None:
        self._replies = replies
        self._entrance = entrance

    def routes(self) -> list[web.RouteDef]:
        """The list with its form, and what the form does."""
        guard, manage = self._entrance.guard, Permission.MANAGE_REPLIES
        return [
            web.get("/support/replies", guard(self.show, manage)),
            web.post("/support/replies", guard(self.save, manage)),
            web.post("/support/replies/{reply}/drop", guard(self.drop, manage)),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """Every reply; one of them in the form."""
        asked = request.query.get("edit", "")
        replies = await self._replies.fitting()
        edited = next((each for each in replies if each.id == asked), Reply("", "", ""))
        return await self._page(request, edited)

    async def save(self, request: web.Request) -> web.Response:
        """Write one; what was typed comes back with what is wrong."""
        form = await request.post()
        fields = {name: str(form.get(name, "")).strip() for name in ("id", "name", "text")}
        language = str(form.get("language", ""))
        reply = Reply(**fields, language=language if language in available() else "")
        if problem := await self._replies.save(reply, request[ACTOR]):
            return await self._page(request, reply, problem, 400)
        return see_other("/support/replies", f"The reply {reply.name} is kept.")

    async def drop(self, request: web.Request) -> web.Response:
        """Take one away."""
        await self._replies.drop(request.match_info["reply"], request[ACTOR])
        return see_other("/support/replies", "The reply is gone.")

    async def _page(
        self, request: web.Request, edited: Reply, problem: str = "", status: int = 200
    ) -> web.Response:
        shown: dict[str, Any] = {
            "replies": await self._replies.fitting(),
            "edited": edited,
            "problem": problem,
            "variables": VARIABLES,
            "languages": [("", "any"), *((code, code) for code in available())],
        }
        return render_page("canned_replies.html", request, shown, status=status)
