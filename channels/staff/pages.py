"""The staff pages: what is published, and what was imported."""

from __future__ import annotations

from aiohttp import web

from channels.console.entrance import Entrance
from channels.console.page import Group, Section, render_page
from channels.console.permissions import Permission
from channels.content import Content


class StaffPages:
    """Server-rendered pages without a script."""

    SECTIONS = (Section("Content", "/staff", Permission.READ_CONTENT, Group.KNOWLEDGE, "book"),)

    def __init__(self, entrance: Entrance, content: Content) -> None:
        self._entrance = entrance
        self._content = content

    def routes(self) -> list[web.RouteDef]:
        """Every route under ``/staff``."""
        guard = self._entrance.guard
        return [web.get("/staff", guard(self.published, Permission.READ_CONTENT))]

    async def published(self, request: web.Request) -> web.Response:
        """Editions on the shelf, and what was imported."""
        shown = {
            "editions": await self._content.editions(),
            "sources": await self._content.sources(),
        }
        return render_page("staff_published.html", request, shown)
