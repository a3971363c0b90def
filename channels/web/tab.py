"""One tab of a chat: a loop that reads frames, and one that sends what was written."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import WSCloseCode, WSMsgType, web
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from channels.errors import (
    MessageEmpty,
    MessageRefused,
    MessageTooLong,
    NotAccepting,
    UnofferedChoice,
)
from channels.hub import Hub, Listener
from channels.limits import Buckets, Places
from channels.model import InboundMessage
from channels.reception import Reception
from channels.settings import GatewaySettings, InstitutionSettings
from channels.transcript import Transcript
from channels.web import frames
from channels.web.sessions import CHANNEL, WebSession, WebSessions

HELLO_SECONDS = 10.0
LEAVE_SECONDS = 2.0
"""What a tab that reads slowly gets to take its last messages at shutdown; the rest is replayed."""
REFUSALS: dict[type[MessageRefused], str] = {
    MessageTooLong: "too_long",
    MessageEmpty: "malformed",
    UnofferedChoice: "malformed",
    NotAccepting: "unavailable",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Chat:
    """What every tab works with, and the limits they share."""

    settings: GatewaySettings
    institution: InstitutionSettings
    sessions: WebSessions
    reception: Reception
    transcript: Transcript
    hub: Hub
    by_session: Buckets
    by_address: Buckets
    places: Places


class Tab:
    """One connection: a loop that reads frames, and one that sends what was written."""

    def __init__(self, chat: Chat, socket: web.WebSocketResponse, peer: str) -> None:
        self.socket = socket
        self._chat = chat
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

    async def run(self, origin: str) -> None:
        """From hello to the end of the connection."""
        hello = await self._hello()
        if hello is None:
            return
        session = await self._chat.sessions.verify(hello.token, origin)
        if session is None:
            await self._refuse("session", "This chat has ended; a new one begins.")
            await self.socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return
        key = f"session {session.conversation}"
        if self._chat.places.full(key, self._chat.settings.sockets_per_session):
            await self._refuse("too_fast", "This chat is open in too many tabs.")
            await self.socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return
        with self._chat.places.hold(key):
            await self._converse(session, hello)

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
        await self._refuse("malformed", "The first frame must be a hello.")
        await self.socket.close(code=WSCloseCode.POLICY_VIOLATION)
        return None

    async def _converse(self, session: WebSession, hello: frames.Hello) -> None:
        with self._chat.hub.listen(session.conversation) as listener:
            self._listener = listener
            last = await self._chat.transcript.watermark(session.conversation)
            listener.watermark = max(listener.watermark, last)
            limit = self._chat.settings.message_limit
            await self._send(
                frames.ready(session.conversation, self._chat.institution, last, limit)
            )
            sender = asyncio.create_task(
                self._follow(session.conversation, listener, min(hello.after, last))
            )
            try:
                await self._read(session, hello.language)
            finally:
                self._left.set()
                sender.cancel()
                await asyncio.wait((sender,))

    async def _follow(self, conversation: str, listener: Listener, after: int) -> None:
        """Send what lies after the watermark, in order, each message once, and typing."""
        shown_typing = False
        try:
            while True:
                if listener.watermark > after:
                    for entry in await self._chat.transcript.entries(conversation, after):
                        await self._send(frames.message(entry))
                        after = entry.seq
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

    async def _read(self, session: WebSession, language: str | None) -> None:
        async for received in self.socket:
            if received.type is not WSMsgType.TEXT:
                await self.socket.close(code=WSCloseCode.UNSUPPORTED_DATA)
                return
            try:
                frame = frames.read_frame(received.data)
            except ValidationError:
                await self._refuse("malformed", "This frame is not one that the chat knows.")
                continue
            if isinstance(frame, frames.Ping):
                await self._send({"type": "pong"})
            elif isinstance(frame, frames.Said):
                await self._take(session, frame, language)
            else:
                await self._refuse("malformed", "The chat has already been greeted.")

    async def _take(self, session: WebSession, said: frames.Said, language: str | None) -> None:
        chat = self._chat
        if not (chat.by_session.take(session.address) and chat.by_address.take(self._peer)):
            slow = "That was a lot at once. Wait a moment and send it again."
            await self._refuse("too_fast", slow, said.id)
            return
        inbound = InboundMessage(
            channel=CHANNEL,
            address=session.address,
            # The widget chooses its ids, so one session's must not shadow another's.
            delivery_id=f"{session.address}/{said.id}",
            text=said.text,
            payload=said.payload,
            language=language,
        )
        try:
            await chat.reception.accept(inbound)
        except MessageRefused as refused:
            await self._refuse(REFUSALS[type(refused)], str(refused), said.id)

    async def _refuse(self, code: str, text: str, client_id: str | None = None) -> None:
        await self._send(frames.error(code, text, client_id))

    async def _send(self, frame: dict[str, Any]) -> None:
        if self.socket.closed:
            raise ConnectionResetError
        await self.socket.send_str(json.dumps(frame, ensure_ascii=False))
