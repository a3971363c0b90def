"""Where quality is looked after: turns to judge, how far judges agree, and what is to be made."""

from __future__ import annotations

from aiohttp import web

from channels.console.entrance import ACTOR, SESSION, Entrance
from channels.console.page import Group, Section, render_page, see_other
from channels.console.permissions import Permission
from channels.support.reviewing import Becomes, Reviews
from channels.support.speaking import Agent

DRAWN = 20
"""Turns that one press of the button adds to the sample."""
SHOWN = 100
"""Judgements that are listed."""


class ReviewPages:
    """``/support/review``."""

    SECTIONS = (
        Section(
            "Quality review",
            "/support/review",
            Permission.REVIEW_CONVERSATIONS,
            Group.CONVERSATIONS,
            "review",
        ),
    )

    def __init__(self, reviews: Reviews, entrance: Entrance) -> None:
        self._reviews = reviews
        self._entrance = entrance

    def routes(self) -> list[web.RouteDef]:
        """The page, and its buttons."""
        guard = self._entrance.guard
        return [
            web.get("/support/review", guard(self.show, Permission.REVIEW_CONVERSATIONS)),
            web.post("/support/review/draw", guard(self.draw, Permission.MANAGE_REPLIES)),
            web.post("/support/review/done", guard(self.done, Permission.SUGGEST_CONTENT)),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """What is to be judged, and what judgements ask for."""
        account = request[SESSION].account
        learning = (Becomes.EXAMPLE, Becomes.TEST)
        shown = {
            "queue": await self._reviews.queue(Agent(account.id, account.name)),
            "agreement": await self._reviews.agreement(),
            "learning": await self._reviews.wanted(learning, SHOWN),
            "entries": await self._reviews.wanted((Becomes.ENTRY,), SHOWN),
            "drawn": DRAWN,
        }
        return render_page("quality_review.html", request, shown)

    async def draw(self, request: web.Request) -> web.Response:
        """Add turns to the sample."""
        count = await self._reviews.draw(DRAWN, request[ACTOR])
        return see_other("/support/review", f"{count} turns were drawn.")

    async def done(self, request: web.Request) -> web.Response:
        """What was asked for an entry about has been written, or need not be."""
        turn = str((await request.post()).get("turn", ""))
        entries = await self._reviews.wanted((Becomes.ENTRY,), SHOWN)
        asked = tuple(each for each in entries if each.turn == turn)
        await self._reviews.made(asked, request[ACTOR])
        return see_other("/support/review")
