"""The page that a citation opens: the published document, its dates, and the quote in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote as percent
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from aiohttp_jinja2 import render_template

from channels.content import Content
from channels.web.highlight import LONGEST_QUOTE, highlight
from channels.web.markdown import document_to_html, to_html

LEFT_OUT = " … "
"""Stands in a quote where words of the passage were left out."""


def source_path(citation: Mapping[str, Any]) -> str | None:
    """Where a citation's wire form leads within the gateway; None when it names no document."""
    document = citation.get("document_id")
    if not document:
        return None
    path = f"/sources/{percent(str(document), safe='')}"
    quote, passage = str(citation.get("quote") or ""), str(citation.get("passage_id") or "")
    asked = {"quote": quote[:LONGEST_QUOTE]} if quote else {}
    if asked and passage:
        asked["passage"] = passage
    path += f"?{urlencode(asked)}" if asked else ""
    return path + (f"#{percent(passage, safe='')}" if passage else "")


class SourcePages:
    """``GET /sources/{document_id}?quote=…&passage=…#passage``."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def routes(self) -> list[web.RouteDef]:
        """The one route; a document's id may hold slashes."""
        return [web.get("/sources/{document_id:.+}", self.show)]

    async def show(self, request: web.Request) -> web.Response:
        """The document as a page; 404 when the current edition does not hold it."""
        found = await self._content.published(request.match_info["document_id"])
        if found is None:
            raise web.HTTPNotFound(
                text="No published document has this address. It may have been withdrawn."
            )
        document, passages = found
        starts = [(passage.id, passage.text_start) for passage in passages]
        body = document_to_html(document.text, document.title, starts)
        wanted = request.query.get("quote", "")[:LONGEST_QUOTE]
        body = _marked(body, wanted, request.query.get("passage", ""))
        linked = document.url is not None and urlsplit(document.url).scheme in ("http", "https")
        return render_template(
            "source.html",
            request,
            {"document": document, "body": body, "original": document.url if linked else None},
        )


def _marked(body: str, wanted: str, passage: str) -> str:
    """The page with each stretch of a quote marked; of a table with rows left out, each row."""
    for stretch in wanted.split(LEFT_OUT):
        whole = highlight(body, to_html(stretch), passage)
        lines = stretch.splitlines() if whole == body else []
        for line in lines:
            whole = highlight(whole, to_html(line), passage)
        body = whole
    return body
