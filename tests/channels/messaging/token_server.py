"""A provider's OAuth 2 endpoints on loopback: it gives tokens, and says which of them holds."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


class TokenServer:
    """Gives out one token; whoever asks is remembered."""

    def __init__(self, token: str, username: str) -> None:
        self.token = token
        self.granted: dict[str, Any] = {"access_token": token, "expires_in": 3600}
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        """The forms that asked for a token."""
        self._username = username
        self._server: TestServer | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return str(self._server.make_url("")).rstrip("/")

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_post("/token", self._grant)
        app.router.add_post("/introspect", self._introspect)
        self._server = TestServer(app, host="127.0.0.1")
        await self._server.start_server(shutdown_timeout=0.1)

    async def stop(self) -> None:
        """Close the port."""
        if self._server is not None:
            await self._server.close()

    async def _grant(self, request: web.Request) -> web.Response:
        self.asked.append(dict(await request.post()))
        return web.json_response(self.granted, status=self.status)

    async def _introspect(self, request: web.Request) -> web.Response:
        holds = (await request.post()).get("token") == self.token
        return web.json_response({"active": holds, "username": self._username})
