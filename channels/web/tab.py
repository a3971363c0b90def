"""One tab of a chat: a loop that reads frames, and one that sends what was written."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from channels.hub import Listener
from channels.web import frames
from channels.web.desk import MALFORMED, SESSION_ENDED, TOO_MANY_TABS, Desk, Visit

HELLO_SECONDS = 10.0
LEAVE_SECONDS = 2.0
"""What a tab that reads slowly gets to take its last messages at shutdown; the rest is replayed."""

log = structlog.get_logger(__name__)


class Tab:
    """One connection: a loop that reads frames, and one that sends what was written."""

    def __init__(self, desk: Desk, socket: web.WebSocketResponse, peer: str) -> None:
        self.socket = socket
        self.conversation: str | None = None
        """The conversation that is shown, once the tab has said hello."""
        self._desk = desk
        self._peer = peer
        self._listener: Listener | None = None
        self._leaving = False
        self._left = asyncio.Event()

    async def leave(self) -> None:
        """Send what was written up to now, then close with 1012."""
        self._leaving = True
        if self._listener is not None:
            self._listener.notice(0, False)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._left.wait(), LEAVE_SECONDS)
        await self.socket.close(code=WSCloseCode.SERVICE_RESTART, message=b"restarting")

    async def end(self) -> None:
        """Tell that the session is over, then close."""
        with suppress(ConnectionError):
            await self._send(SESSION_ENDED)
        await self.socket.close(code=WSCloseCode.POLICY_VIOLATION)

    async def run(self, origin: str) -> None:
        """From hello to the end of the connection."""
        hello = await self._hello()
        if hello is None:
            return
        session = await self._desk.sessions.verify(hello.token, origin)
        if session is None:
            await self.end()
            return
        key = f"session {session.conversation}"
        if self._desk.places.full(key, self._desk.settings.sockets_per_session):
            await self._send(TOO_MANY_TABS)
            await self.socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return
        self.conversation = session.conversation
        with self._desk.places.hold(key):
            await self._converse(Visit(session, origin, self._peer, hello.language), hello.after)

    async def _hello(self) -> frames.Hello | None:
        try:
            received = await self.socket.receive(timeout=HELLO_SECONDS)
        except TimeoutError:
            await self.socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return None
        if received.type is not WSMsgType.TEXT:
            await self.socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
            return None
        try:
            frame = frames.read_frame(received.data)
        except ValidationError:
            frame = None
        if isinstance(frame, frames.Hello):
            return frame
        await self._send(frames.error("malformed", "The first frame must be a hello."))
        await self.socket.close(code=WSCloseCode.POLICY_VIOLATION)
        return None

    async def _converse(self, visit: Visit, after: int) -> None:
        with self._desk.hub.listen(visit.session.conversation) as listener:
            self._listener = listener
            last = await self._desk.watermark(visit)
            listener.watermark = max(listener.watermark, last)
            await self._send(self._desk.ready(visit, last))
            sender = asyncio.create_task(self._follow(visit, listener, min(after, last)))
            try:
                await self._read(visit)
            finally:
                self._left.set()
                sender.cancel()
                await asyncio.wait((sender,))

    async def _follow(self, visit: Visit, listener: Listener, after: int) -> None:
        """Send what lies after the watermark, in order, each message once, and typing."""
        shown_typing = False
        try:
            while True:
                if listener.watermark > after:
                    for frame in await self._desk.said(visit, after):
                        await self._send(frame)
                        after = frame["seq"]
                if listener.typing != shown_typing:
                    shown_typing = listener.typing
                    await self._send(frames.typing(shown_typing))
                if self._leaving:
                    self._left.set()
                await listener.moved()
        except ConnectionError:
            return
        except SQLAlchemyError as error:
            # The widget comes back and gets what it has not seen.
            log.error("transcript_unreadable", error=type(error).__name__)
            await self.socket.close(code=WSCloseCode.TRY_AGAIN_LATER)

    async def _read(self, visit: Visit) -> None:
        async for received in self.socket:
            if received.type is not WSMsgType.TEXT:
                await self.socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
                return
            try:
                frame = frames.read_frame(received.data)
            except ValidationError:
                await self._send(MALFORMED)
                continue
            if isinstance(frame, frames.Ping):
                await self._send({"type": "pong"})
            elif isinstance(frame, frames.Hello):
                await self._send(frames.error("malformed", "The chat has already been greeted."))
            else:
                await self._take(visit, frame)

    async def _take(self, visit: Visit, frame: frames.Asked) -> None:
        answer = await self._desk.take(visit, frame)
        if answer is None:
            return
        await self._send(answer)
        if answer["type"] == "erased":
            await self._desk.ended(visit.session.conversation)

    async def _send(self, frame: dict[str, Any]) -> None:
        if self.socket.closed:
            raise ConnectionResetError
        await self.socket.send_str(json.dumps(frame, ensure_ascii=False))
