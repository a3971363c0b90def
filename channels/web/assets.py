"""The files that browsers load: the widget, the style sheets, and the demo page."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

from aiohttp import web
from aiohttp_jinja2 import render_template

from channels.web.settings import WidgetSettings
from languages.speech import ENGLISH, available
from languages.speech import FOLDER as LANGUAGES

WIDGET = Path(__file__).parent / "static"
PAGES_STYLE = Path(__file__).parents[1] / "static" / "pages.css"
GIVEN = "/* [widget] */ {}"
"""Stands in widget.js where the operator's settings go."""
FILE_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
EMBEDDABLE = {
    # Five minutes: a corrected widget reaches every site soon, without a version in its tag.
    "Cache-Control": "public, max-age=300",
    # Module scripts and style sheets of another site's page are fetched with CORS.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class AssetDoor:
    """The demo page, the style sheet of pages, the launcher, and what the launcher loads."""

    def __init__(self, settings: WidgetSettings) -> None:
        self._settings = settings

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/", self.demo),
            web.get("/widget.js", self.widget),
            web.get("/widget/texts/{language}.json", self.widget_texts),
            web.get("/widget/{file}", self.widget_file),
            web.get("/pages.css", self.pages_style),
        ]

    async def demo(self, request: web.Request) -> web.Response:
        """A page of the institution that embeds the widget as any site would."""
        return render_template("demo.html", request, {})

    async def widget(self, _request: web.Request) -> web.StreamResponse:
        """The one script that a site embeds, with the operator's settings in it."""
        source = await asyncio.to_thread((WIDGET / "widget.js").read_text, "utf-8")
        given = json.dumps(self._settings.to_wire())
        response = web.Response(
            text=source.replace(GIVEN, given, 1),
            content_type="text/javascript",
            charset="utf-8",
            headers=EMBEDDABLE,
        )
        response.enable_compression()
        return response

    async def widget_file(self, request: web.Request) -> web.StreamResponse:
        """A file that the widget loads later."""
        name = request.match_info["file"]
        if not FILE_NAME.fullmatch(name):
            raise web.HTTPNotFound
        return _file(WIDGET / name)

    async def widget_texts(self, request: web.Request) -> web.StreamResponse:
        """What the widget says in a language, or in English; the header says which it is."""
        asked = request.match_info["language"]
        language = asked if asked in available() else ENGLISH
        response = _file(LANGUAGES / language / "widget.json")
        response.headers["Content-Language"] = language
        return response

    async def pages_style(self, _request: web.Request) -> web.StreamResponse:
        """The style sheet of the server-rendered pages."""
        return _file(PAGES_STYLE)


def _file(path: Path) -> web.StreamResponse:
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers=EMBEDDABLE)
