"""What moves on an open page of the consoles: server-sent events that lose nothing in between."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from channels.console.entrance import Entrance

HEARTBEAT_SECONDS = 15.0
"""Common reverse proxies end a silent answer after 60 seconds."""
RETRY_MILLISECONDS = 1500
KEPT = 1000
"""Events that a page which was away may catch up on; one that was away for longer loads anew."""
ALL_CONVERSATIONS = "conversations"
"""The topic of whatever happens in any conversation; one conversation's topic is its id."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for the pages that listen to one of its topics."""

    number: int
    kind: str
    data: Mapping[str, Any]
    topics: frozenset[str]


class Live:
    """Events of this gateway, and the streams that carry them."""

    def __init__(self, entrance: Entrance, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self._entrance = entrance
        self._heartbeat = heartbeat
        self._epoch = secrets.token_hex(4)
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._last = 0
        self._streams: dict[asyncio.Event, tuple[str, ...]] = {}
        self._watermarks: dict[str, int] = {}
        self._leaving = False

    def publish(self, kind: str, data: Mapping[str, Any], *topics: str) -> None:
        """Tell all pages that listen to one of ``topics``; ``data`` goes out as JSON.

        Ids and counts, not words of students: the page asks for what it may show.
        """
        self._last += 1
        self._events.append(Event(self._last, kind, data, frozenset(topics)))
        for stream in self._streams:
            stream.set()

    def watched(self, topic: str) -> bool:
        """Whether a page of this gateway listens to a topic."""
        return any(topic in topics for topics in self._streams.values())

    def conversation_moved(
        self, conversation: str, watermark: int = 0, typing: bool | None = None
    ) -> None:
        """What `Hub.overhear` calls: an event ``conversation``, once for each new message."""
        if watermark and typing is None:
            if self._watermarks.get(conversation, 0) >= watermark:
                return
            self._watermarks.pop(conversation, None)
            self._watermarks[conversation] = watermark
            if len(self._watermarks) > KEPT:
                del self._watermarks[next(iter(self._watermarks))]
        data = {"conversation": conversation, "watermark": watermark, "typing": typing}
        self.publish("conversation", data, ALL_CONVERSATIONS, conversation)

    async def stream(self, request: web.Request, *topics: str) -> web.StreamResponse:
        """Answer with events of ``topics`` until the page goes, or its session or the gateway ends.

        A page that comes back with ``Last-Event-ID`` gets what it missed, or an event ``reset``
        when that is not known any more and it should load itself anew.
        """
        response = web.StreamResponse(
            headers={
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store, no-transform",
                "X-Accel-Buffering": "no",
            }
        )
        await response.prepare(request)
        await response.write(f"retry: {RETRY_MILLISECONDS}\n\n".encode())
        stirred = asyncio.Event()
        self._streams[stirred] = topics
        try:
            await self._carry(request, response, frozenset(topics), stirred)
        except ConnectionError:
            pass
        finally:
            self._streams.pop(stirred, None)
        return response

    async def close_all(self) -> None:
        """End every stream; its page comes back by itself."""
        self._leaving = True
        for stream in self._streams:
            stream.set()

    async def _carry(
        self,
        request: web.Request,
        response: web.StreamResponse,
        topics: Collection[str],
        stirred: asyncio.Event,
    ) -> None:
        asked = request.headers.get("Last-Event-ID", "")
        seen = self._place(asked)
        if seen is None:
            seen = self._last
            await self._write(response, seen, "reset" if asked else "ready", {})
        while not self._leaving:
            if seen < self._last - len(self._events):
                seen = self._last
                await self._write(response, seen, "reset", {})
            for event in [event for event in self._events if event.number > seen]:
                seen = event.number
                if event.topics & frozenset(topics):
                    await self._write(response, seen, event.kind, event.data)
            try:
                async with asyncio.timeout(self._heartbeat):
                    await stirred.wait()
                stirred.clear()
            except TimeoutError:
                if await self._entrance.session(request, seen=False) is None:
                    await self._write(response, seen, "signed_out", {})
                    return
                await response.write(b": here\n\n")

    async def _write(
        self, response: web.StreamResponse, number: int, kind: str, data: Mapping[str, Any]
    ) -> None:
        lines = f"id: {self._epoch}-{number}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"
        await response.write(lines.encode())

    def _place(self, asked: str) -> int | None:
        """The number of the event that a page saw last, if what followed is still known."""
        epoch, _, number = asked.partition("-")
        if epoch != self._epoch or not (number.isascii() and number.isdigit()):
            return None
        seen = int(number)
        return seen if self._last - len(self._events) <= seen <= self._last else None
