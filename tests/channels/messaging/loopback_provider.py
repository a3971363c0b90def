"""A messaging provider on loopback: it takes what it is sent, or refuses as it is told."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

PATIENCE = 30.0
"""Seconds after which a test that waits has failed."""


class LoopbackProvider:
    """Remembers every body; `answers` are given first, then 200 with `accepted`.

    What is asked at one of the `pages` gets that page, and is not remembered.
    """

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.answers: deque[tuple[int, dict[str, str], Any]] = deque()
        self.accepted: Any = {"ok": True, "result": {"message_id": 7}}
        self.hold: asyncio.Event | None = None
        self.pages: dict[str, Any] = {}
        self._moved = asyncio.Condition()
        self._server: TestServer | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return str(self._server.make_url("")).rstrip("/")

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self._server = TestServer(app, host="127.0.0.1")
        await self._server.start_server(shutdown_timeout=0.1)

    async def stop(self) -> None:
        """Close the port."""
        if self._server is not None:
            await self._server.close()

    async def until(self, count: int) -> None:
        """Wait until it has taken so many bodies, refused ones included."""
        async with asyncio.timeout(PATIENCE), self._moved:
            await self._moved.wait_for(lambda: len(self.bodies) >= count)

    async def _take(self, request: web.Request) -> web.Response:
        if request.path in self.pages:
            return web.json_response(self.pages[request.path])
        body = await request.read()
        async with self._moved:
            self.bodies.append(body)
            self.headers.append(dict(request.headers))
            self.paths.append(request.path)
            self._moved.notify_all()
        if self.hold is not None:
            await self.hold.wait()
        status, headers, told = self.answers.popleft() if self.answers else (200, {}, self.accepted)
        return web.json_response(told, status=status, headers=headers)
