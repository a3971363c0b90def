"""A bot on loopback that speaks the protocol of docs/architecture.md and can be made to fail."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "a-token-for-tests-with-more-than-32-characters"

Behaviour = Callable[[dict[str, Any]], Awaitable[web.StreamResponse]]


def ok(body: dict[str, Any], *replies: dict[str, Any], language: str | None = None) -> web.Response:
    """A good answer; without replies it repeats what it was told."""
    said = list(replies) or [{"text": f"You said: {body['text']}"}]
    intent = {"name": "greet", "confidence": 0.9}
    return web.json_response(
        {
            "status": "ok",
            "turn_id": body["turn_id"],
            "replies": said,
            "intent": intent,
            "form": None,
            "language": language,
        }
    )


async def repeat(body: dict[str, Any]) -> web.StreamResponse:
    """The default behaviour."""
    return ok(body)


class LoopbackBot:
    """Counts turns in flight per conversation and remembers every request."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = repeat
        self.healthy = True
        self.asked: list[dict[str, Any]] = []
        self.ended: list[str] = []
        self.forgotten: list[str] = []
        self.most_at_once: Counter[str] = Counter()
        self._running: Counter[str] = Counter()
        self._server: TestServer | None = None
        self._port: int | None = None

    @property
    def url(self) -> str:
        """Where it listens, or listened before `stop`."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen, after a stop on the same port again."""
        app = web.Application()
        app.router.add_post("/webhooks/gateway/turn", self._turn)
        app.router.add_post("/webhooks/gateway/forget", self._forget)
        app.router.add_get("/webhooks/gateway/health", self._health)
        self._server = TestServer(app, host="127.0.0.1", port=self._port)
        await self._server.start_server(shutdown_timeout=0.1)
        self._port = self._server.port

    async def stop(self) -> None:
        """Close the port; connections are refused from now on."""
        if self._server is not None:
            await self._server.close()
            self._server = None

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({}, status=200 if self.healthy else 503)

    async def _forget(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"status": "error", "reason": "unauthorised"}, status=401)
        self.forgotten.append((await request.json())["conversation"])
        return web.json_response({"status": "ok"})

    async def _turn(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"status": "error", "reason": "unauthorised"}, status=401)
        body = await request.json()
        conversation = body["conversation"]
        self.asked.append(body)
        self._running[conversation] += 1
        self.most_at_once[conversation] = max(
            self.most_at_once[conversation], self._running[conversation]
        )
        try:
            response = await self.behaviour(body)
        finally:
            self._running[conversation] -= 1
        self.ended.append(body["text"])
        return response


def refusing(status: int, wire: object) -> Behaviour:
    """Answer every turn with a status and a JSON body."""

    async def behaviour(_body: dict[str, Any]) -> web.StreamResponse:
        return web.json_response(wire, status=status)

    return behaviour


def saying(*replies: dict[str, Any]) -> Behaviour:
    """Answer every turn with these replies."""

    async def behaviour(body: dict[str, Any]) -> web.StreamResponse:
        return ok(body, *replies)

    return behaviour


def waiting_for(event: asyncio.Event) -> Behaviour:
    """Answer once an event is set."""

    async def behaviour(body: dict[str, Any]) -> web.StreamResponse:
        await event.wait()
        return ok(body)

    return behaviour
