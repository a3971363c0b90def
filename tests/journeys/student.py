"""A student at the chat's WebSocket, as docs/architecture.md describes it, without a browser."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import aiohttp

PATIENCE = 60.0
"""Seconds to wait for anything; a restart on a busy machine takes up to twenty."""
MARKER = "quartzella"
"""Stands in no file; always the same, so that a message is understood the same each time."""


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds. Raises TimeoutError when it takes too long."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  # what is waited for is another process
            await asyncio.sleep(0.02)


class Student:
    """One chat session; every message that arrived, in its order, is in ``seen``.

    All that is typed ends in `MARKER`, so that it can be looked for where it must not be.
    """

    def __init__(self, url: str) -> None:
        """`url` is the gateway's."""
        self.seen: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.conversation = ""
        self._url = url
        self._token = ""
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(headers={"Origin": self._url})
        async with self._http.post(f"{self._url}/chat/session") as response:
            session = await response.json()
        self._token, self.conversation = session["token"], session["conversation"]
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._socket is not None:
            await self._socket.close()
        await self._http.close()

    async def connect(self) -> None:
        """Connect, or connect again, as often as it takes; what was missed is sent again."""
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                self._socket = await self._http.ws_connect(f"{self._url}/chat/socket")
                break
            except aiohttp.ClientError:
                if time.monotonic() > give_up:
                    raise
                await asyncio.sleep(0.1)
        after = self.seen[-1]["seq"] if self.seen else 0
        await self._socket.send_json({"type": "hello", "token": self._token, "after": after})

    async def say(self, text: str, payload: str | None = None, again: str | None = None) -> str:
        """Send a message, or the message called ``again`` once more; the message's id."""
        assert self._socket is not None
        name = again or str(uuid.uuid4())
        frame = {"type": "message", "id": name, "text": text, "payload": payload}
        if payload is None:
            frame["text"] = f"{text} {MARKER}"
        await self._socket.send_json(frame)
        return name

    async def ask(self, text: str, payload: str | None = None) -> dict[str, Any]:
        """Send a message and wait for the first reply to it."""
        return await self.reply_to(await self.say(text, payload))

    async def reply_to(self, name: str) -> dict[str, Any]:
        """The first message of anyone else after one's own."""
        return await self._find(lambda: self._reply_to(name))

    async def recorded(self, name: str) -> dict[str, Any]:
        """One's own message, once the gateway has it."""
        return await self._find(lambda: self._own(name))

    def _own(self, name: str) -> dict[str, Any] | None:
        return next((message for message in self.seen if message["client_id"] == name), None)

    def _reply_to(self, name: str) -> dict[str, Any] | None:
        own = self._own(name)
        if own is None:
            return None
        later = (m for m in self.seen if m["seq"] > own["seq"] and m["author"] != "student")
        return next(later, None)

    async def _find(self, look: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = look()
                if found is not None:
                    return found
                await self._receive()

    async def _receive(self) -> None:
        """Take in one frame; a connection that broke is made again."""
        assert self._socket is not None
        received = await self._socket.receive()
        if received.type is not aiohttp.WSMsgType.TEXT:
            await self.connect()
            return
        frame = received.json()
        if frame["type"] == "message":
            self.seen.append(frame)
        elif frame["type"] == "error":
            self.refused.append(frame)
