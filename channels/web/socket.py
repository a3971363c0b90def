"""The chat's WebSocket: who may open one, how many, and how all of them end."""

from __future__ import annotations

import asyncio

import structlog
from aiohttp import WSCloseCode, web
from sqlalchemy.exc import SQLAlchemyError

from channels.metrics import Metrics
from channels.peer import peer_address
from channels.web.desk import Desk
from channels.web.tab import LEAVE_SECONDS, Tab

FRAME_BYTES = 64 * 1024
HEARTBEAT_SECONDS = 25.0
"""Below the 60 seconds after which common reverse proxies drop a silent connection."""

log = structlog.get_logger(__name__)


class SocketDoor:
    """``GET /chat/socket`` for sites on the allow-list, with caps per session and address."""

    def __init__(self, desk: Desk, metrics: Metrics) -> None:
        self._desk = desk
        self._metrics = metrics
        self._tabs: set[Tab] = set()
        desk.when_ended(self._end)

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.get("/chat/socket", self.connect)]

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Speak with one tab until either side ends it."""
        origin, settings = request.headers.get("Origin", ""), self._desk.settings
        if origin not in settings.origins:
            raise web.HTTPForbidden(text="This site may not embed the assistant.")
        peer = f"address {peer_address(request, settings.trusted_proxies)}"
        if self._desk.places.full(peer, settings.sockets_per_address):
            raise web.HTTPTooManyRequests(text="Too many chats are open from this network.")
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_SECONDS, max_msg_size=FRAME_BYTES, timeout=LEAVE_SECONDS
        )
        await socket.prepare(request)
        tab = Tab(self._desk, socket, peer)
        self._tabs.add(tab)
        try:
            with self._desk.places.hold(peer), self._metrics.sockets.track_inprogress():
                await self._speak(tab, origin)
        finally:
            self._tabs.discard(tab)
        return socket

    async def _speak(self, tab: Tab, origin: str) -> None:
        try:
            await tab.run(origin)
        except ConnectionError:
            log.info("socket_lost")
        except SQLAlchemyError as error:
            log.error("transcript_unreadable", error=type(error).__name__)
            await tab.socket.close(code=WSCloseCode.TRY_AGAIN_LATER)

    async def close_all(self) -> None:
        """Tell every tab that the service restarts, so that it comes back by itself (1012)."""
        await asyncio.gather(*(tab.leave() for tab in tuple(self._tabs)))

    async def _end(self, conversation: str) -> None:
        ended = (tab.end() for tab in tuple(self._tabs) if tab.conversation == conversation)
        await asyncio.gather(*ended)
