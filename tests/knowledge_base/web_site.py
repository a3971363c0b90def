"""A web server on loopback whose pages, marks and illnesses a test sets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Page:
    """What is answered; to who knows its mark, that it is unchanged."""

    body: bytes
    kind: str = "text/html"
    status: int = 200
    mark: str | None = None
    seconds: float = 0.0
    """Time that the answer takes."""

    def answer(self, known: str | None) -> web.Response:
        """The page, 304, or the status that was set."""
        headers = {"ETag": self.mark} if self.mark else {}
        if self.status == 200 and self.mark and known == self.mark:
            return web.Response(status=304, headers=headers)
        body = self.body if self.status == 200 else b""
        return web.Response(status=self.status, body=body, content_type=self.kind, headers=headers)


@dataclass
class Site:
    """Pages by path; `everywhere` stands at every path that has none."""

    url: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    everywhere: Page = field(default_factory=lambda: Page(b"", status=404))
    asked: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def page(self, path: str, body: str, kind: str = "text/html", status: int = 200) -> str:
        """Serve it; its address."""
        self.pages[path] = Page(body.encode(), kind, status)
        return self.url + path

    async def answer(self, request: web.Request) -> web.Response:
        """What stands at the path."""
        self.asked.append(request.path)
        page = self.pages.get(request.path, self.everywhere)
        await asyncio.sleep(page.seconds)
        response = page.answer(request.headers.get("If-None-Match"))
        self.answers.append(response.status)
        return response


@asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    """A site that answers until the end."""
    site = Site()
    application = web.Application()
    application.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()
