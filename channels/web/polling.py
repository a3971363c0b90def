"""The chat's line where no WebSocket passes: the same frames by long polls over plain HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.hub import Listener
from channels.peer import peer_address
from channels.web import frames
from channels.web.desk import SESSION_ENDED, TOO_MANY_TABS, Desk, Visit
from channels.web.origins import Origins, origin_refused, refusal

POLL_SECONDS = 25.0
"""Longest wait of one poll; common reverse proxies end a silent request after 60 seconds."""
MOST_FRAMES = 20
"""Frames taken at once; a widget that was offline sends its messages one after the other."""


class Poll(BaseModel):
    """Asks for what is new: a hello, with what this page has been told besides messages."""

    model_config = ConfigDict(frozen=True, strict=True)

    hello: frames.Hello
    greeted: bool = False
    """Whether a `ready` frame has been given; without it the poll is answered at once."""
    typing: bool = False
    """Whether the page shows that an answer is being made."""


class Sent(BaseModel):
    """What a student does, as over a WebSocket."""

    model_config = ConfigDict(frozen=True, strict=True)

    hello: frames.Hello
    frames: Annotated[
        tuple[Annotated[frames.Asked, Field(discriminator="type")], ...],
        Field(min_length=1, max_length=MOST_FRAMES, strict=False),
    ]


class PollingDoor:
    """``POST /chat/poll`` and ``POST /chat/send``. Nothing is kept between two requests.

    Origins, sessions, caps and limits are those of the WebSocket.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._origins = Origins(desk.settings)
        self._waits: dict[asyncio.Timeout, str] = {}
        self._leaving = False
        desk.when_ended(self._end)

    def routes(self) -> list[web.RouteDef]:
        """Both doors and their preflights."""
        return [
            web.post("/chat/poll", self.poll),
            web.options("/chat/poll", self._origins.preflight),
            web.post("/chat/send", self.send),
            web.options("/chat/send", self._origins.preflight),
        ]

    async def poll(self, request: web.Request) -> web.Response:
        """``{"frames": [...]}``: `ready`, messages after the watermark, and typing, once there are
        any; none after `POLL_SECONDS`."""
        return await self._serve(request, Poll)

    async def send(self, request: web.Request) -> web.Response:
        """``{"frames": [...]}``: what the gateway has to say of the frames that were sent."""
        return await self._serve(request, Sent)

    async def close_all(self) -> None:
        """Answer every poll that waits; the widget asks again."""
        self._leaving = True
        self._release(tuple(self._waits))

    async def _serve(self, request: web.Request, model: type[Poll | Sent]) -> web.Response:
        headers = self._origins.cors(request)
        if not headers:
            return origin_refused()
        try:
            asked = model.model_validate_json(await request.read())
        except ValidationError:
            words = "This request is not one that the chat knows."
            return refusal(400, "malformed", words, headers)
        origin, proxies = request.headers["Origin"], self._desk.settings.trusted_proxies
        session = await self._desk.sessions.verify(asked.hello.token, origin)
        found = [SESSION_ENDED]
        if session is not None:
            peer = f"address {peer_address(request, proxies)}"
            visit = Visit(session, origin, peer, asked.hello.language)
            if isinstance(asked, Sent):
                found = await self._send(visit, asked)
            else:
                found = await self._poll(visit, asked)
        return web.json_response({"frames": found}, headers=headers)

    async def _send(self, visit: Visit, sent: Sent) -> list[dict[str, Any]]:
        answers = []
        for frame in sent.frames:
            answer = await self._desk.take(visit, frame)
            answers += [answer] if answer else []
            if answer and answer["type"] == "erased":
                await self._desk.ended(visit.session.conversation)
                break
        return answers

    async def _poll(self, visit: Visit, poll: Poll) -> list[dict[str, Any]]:
        conversation, settings = visit.session.conversation, self._desk.settings
        places, key = self._desk.places, f"session {conversation}"
        full = places.full(key, settings.sockets_per_session)
        if full or places.full(visit.peer, settings.sockets_per_address):
            return [TOO_MANY_TABS]
        listening = self._desk.hub.listen(conversation)
        with places.hold(key), places.hold(visit.peer), listening as listener:
            return await self._news(visit, poll, listener)

    async def _news(self, visit: Visit, poll: Poll, listener: Listener) -> list[dict[str, Any]]:
        last = await self._desk.watermark(visit)
        listener.watermark = max(listener.watermark, last)
        after = min(poll.hello.after, last)
        found = [] if poll.greeted else [self._desk.ready(visit, last)]
        with suppress(TimeoutError):
            async with asyncio.timeout(0 if self._leaving else POLL_SECONDS) as wait:
                self._waits[wait] = visit.session.conversation
                try:
                    while not (
                        found or listener.watermark > after or listener.typing != poll.typing
                    ):
                        await listener.moved()
                finally:
                    del self._waits[wait]
        if listener.watermark > after:
            found += await self._desk.said(visit, after)
        if listener.typing != poll.typing:
            found.append(frames.typing(listener.typing))
        return found

    async def _end(self, conversation: str) -> None:
        self._release([wait for wait, whose in self._waits.items() if whose == conversation])

    @staticmethod
    def _release(waits: Iterable[asyncio.Timeout]) -> None:
        now = asyncio.get_running_loop().time()
        for wait in waits:
            wait.reschedule(now)
