"""What machines ask the gateway: is it alive, can it serve, what has it counted."""

from __future__ import annotations

import asyncio

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from channels.brain import Brain
from channels.breaker import Breaker
from channels.inbox import Inbox
from channels.metrics import Metrics
from channels.storage import Storage
from channels.transcript import Transcript

DATABASE_SECONDS = 3.0
"""A healthy write takes milliseconds; a check that waits longer is an answer in itself."""
_UNRECORDED = {"status": "degraded", "reason": "storage"}


class HealthDoor:
    """``GET /health``, ``/ready`` and ``/metrics``."""

    def __init__(
        self,
        storage: Storage,
        transcript: Transcript,
        brain: Brain,
        metrics: Metrics,
        breaker: Breaker,
        inbox: Inbox,
    ) -> None:
        self._storage = storage
        self._transcript = transcript
        self._brain = brain
        self._metrics = metrics
        self._breaker = breaker
        self._inbox = inbox

    def routes(self) -> list[web.RouteDef]:
        """The three routes."""
        return [
            web.get("/health", self.health),
            web.get("/ready", self.ready),
            web.get("/metrics", self.metrics),
        ]

    async def health(self, _request: web.Request) -> web.Response:
        """200 as long as the process answers at all; with what it last saw, asking nobody.

        `degraded` while what students write cannot be recorded: to start anew would not help.
        """
        waiting = self._inbox.waiting
        states = {"status": "ok"} if self._storage.records else _UNRECORDED
        return web.json_response(
            {
                **states,
                "breaker": self._breaker.state,
                "inbox": waiting.turns,
                "oldest_seconds": round(waiting.seconds, 1),
            }
        )

    async def ready(self, _request: web.Request) -> web.Response:
        """200 when the database can be written and the bot answers, else 503; each part named."""
        database, bot = await asyncio.gather(self._database(), self._brain.reachable())
        parts = {"database": database, "bot": "ok" if bot else "unreachable"}
        well = all(state == "ok" for state in parts.values())
        body = {"status": "ready" if well else "not ready", "parts": parts}
        return web.json_response(body, status=200 if well else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Prometheus' text format."""
        try:
            backlog = await self._transcript.backlog()
            waiting, seconds = float(backlog.turns), backlog.seconds
        except SQLAlchemyError:
            waiting = seconds = float("nan")
        self._metrics.queue.set(waiting)
        self._metrics.oldest.set(seconds)
        self._metrics.breaker.state(self._breaker.state)
        page = self._metrics.page()
        return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                await self._transcript.check_writable()
        except (SQLAlchemyError, TimeoutError):
            return "not writable"
        return "ok"
