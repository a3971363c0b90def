"""The inbox: who waits, what is going on, narrowed by filters, and live without a reload."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp_jinja2 import render_template

from channels.console.entrance import SESSION, Entrance
from channels.console.live import ALL_CONVERSATIONS, Live
from channels.console.page import Group, Section, render_page, see_other
from channels.console.permissions import Permission, may
from channels.support.filters import ME, NOBODY, Filters, State
from channels.support.finding import Finder, Found, Place
from channels.support.notebook import Notebook
from channels.support.views import Views

STATIC = Path(__file__).parent / "static"
BELOW = (("", "any"), ("30", "below 0.30"), ("50", "below 0.50"), ("70", "below 0.70"))
STATES = (("", "all"), *((state.value, state.value) for state in State))
HELPFUL = (("", "any"), ("yes", "helpful"), ("no", "not helpful"))
QUICK = (
    ("All", Filters()),
    ("Waiting", Filters(state=State.WAITING)),
    ("Mine", Filters(assigned=ME)),
    ("Unassigned", Filters(assigned=NOBODY)),
)


class InboxPages:
    """``/support``: the list, what is fetched of it again, and saved views."""

    SECTIONS = (
        Section(
            "Inbox",
            "/support",
            Permission.READ_CONVERSATIONS,
            Group.CONVERSATIONS,
            "inbox",
            badge="waiting",
        ),
    )

    def __init__(
        self, finder: Finder, notebook: Notebook, views: Views, entrance: Entrance, live: Live
    ) -> None:
        self._finder = finder
        self._notebook = notebook
        self._views = views
        self._entrance = entrance
        self._live = live

    def routes(self) -> list[web.RouteDef]:
        """The list and its parts."""
        guard, read = self._entrance.guard, Permission.READ_CONVERSATIONS
        return [
            web.get("/support", guard(self.inbox, read)),
            web.get("/support/rows", guard(self.rows, read)),
            web.get("/support/live", guard(self.live, read)),
            web.get("/support/static/{file}", guard(self.static_file, Permission.OWN_ACCOUNT)),
            web.post("/support/views", guard(self.save_view, read)),
            web.post("/support/views/{view}/drop", guard(self.drop_view, read)),
        ]

    async def inbox(self, request: web.Request) -> web.Response:
        """The list with everything around it."""
        filters, me = Filters.from_query(request.query), request[SESSION].account
        team = await self._notebook.team()
        known = await self._finder.known()
        shown = {
            **self._list(filters, await self._found(request, filters)),
            "views": await self._views.of(me.id),
            "quick": [(name, each.query) for name, each in QUICK],
            "channels": _options(known.channels),
            "topics": _options(known.topics),
            "languages": _options(known.languages),
            "tags": _options(await self._notebook.known_tags()),
            "states": STATES,
            "below": BELOW,
            "helpful": HELPFUL,
            "assignees": [
                ("", "anybody"),
                (ME, "me"),
                (NOBODY, "nobody"),
                *((each.id, each.name) for each in team if each.id != me.id),
            ],
            "may_share": may(me.role, Permission.MANAGE_REPLIES),
        }
        return render_page("inbox.html", request, shown)

    async def rows(self, request: web.Request) -> web.Response:
        """The list alone, for a page that is open."""
        filters = Filters.from_query(request.query)
        shown = self._list(filters, await self._found(request, filters))
        return render_template("inbox_rows.html", request, shown)

    async def live(self, request: web.Request) -> web.StreamResponse:
        """What moves in any conversation."""
        return await self._live.stream(request, ALL_CONVERSATIONS)

    async def static_file(self, request: web.Request) -> web.StreamResponse:
        """A style sheet or a module of the support pages."""
        files = {path.name: path for path in STATIC.iterdir()}
        path = files.get(request.match_info["file"])
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def save_view(self, request: web.Request) -> web.Response:
        """Keep the filters that are set under a name."""
        form, account = await request.post(), request[SESSION].account
        filters = Filters.from_query({name: str(value) for name, value in form.items()})
        shared = form.get("shared") == "yes" and may(account.role, Permission.MANAGE_REPLIES)
        back = f"/support?{filters.query}"
        if await self._views.save(account.id, str(form.get("name", "")), filters.query, shared):
            return see_other(back, "The view is kept.")
        return see_other(back, "A view needs a name that you have not used yet.", "bad")

    async def drop_view(self, request: web.Request) -> web.Response:
        """Take a view of one's own away."""
        await self._views.drop(request[SESSION].account.id, request.match_info["view"])
        return see_other("/support", "The view is gone.")

    async def _found(self, request: web.Request, filters: Filters) -> Found:
        after = Place.from_text(request.query.get("after", ""))
        return await self._finder.find(filters, request[SESSION].account.id, after)

    def _list(self, filters: Filters, found: Found) -> dict[str, Any]:
        following = f"after={found.following}" if found.following else ""
        return {
            "filters": filters,
            "found": found,
            "older": "&".join(filter(None, (filters.query, following))) if following else "",
        }


def _options(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("", "any"), *((value, value.replace("_", " ")) for value in values)]
