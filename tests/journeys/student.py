"""A student at the chat's WebSocket, as docs/architecture.md describes it, without a browser."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress
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

    As the widget does, it connects again when the line breaks and sends again what the gateway
    has not confirmed. All that is typed ends in `MARKER`, so that it can be looked for where it
    must not be.
    """

    def __init__(self, url: str) -> None:
        """`url` is the gateway's."""
        self.seen: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.erased: list[dict[str, Any]] = []
        self.conversation = ""
        self._url = url
        self._token = ""
        self._said: dict[str, dict[str, Any]] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._moved = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(headers={"Origin": self._url})
        async with self._http.post(f"{self._url}/chat/session") as response:
            session = await response.json()
        self._token, self.conversation = session["token"], session["conversation"]
        self._line = asyncio.create_task(self._keep_line())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._line.cancel()
        await asyncio.wait((self._line,))
        await self._http.close()

    async def say(self, text: str, payload: str | None = None) -> str:
        """Send a message now, or once the line is up; its id."""
        name = str(uuid.uuid4())
        frame = {"type": "message", "id": name, "text": text, "payload": payload}
        if payload is None:
            frame["text"] = f"{text} {MARKER}"
        self._said[name] = frame
        await self.repeat(name)
        return name

    async def repeat(self, name: str) -> None:
        """Send a message as it was said; without a line it is sent when there is one."""
        with suppress(ConnectionError):
            if self._socket is not None:
                await self._socket.send_json(self._said[name])

    async def ask(self, text: str, payload: str | None = None) -> dict[str, Any]:
        """Send a message and wait for the first reply to it."""
        return await self.reply_to(await self.say(text, payload))

    async def erase(self) -> dict[str, Any]:
        """Have everything erased; the receipt. The session is over then."""
        assert self._socket is not None
        await self._socket.send_json({"type": "erase"})
        return await self._find(lambda: next(iter(self.erased), None))

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
        async with asyncio.timeout(PATIENCE), self._moved:
            while (found := look()) is None:
                await self._moved.wait()
            return found

    async def _keep_line(self) -> None:
        while True:
            with suppress(aiohttp.ClientError, ConnectionError):
                async with self._http.ws_connect(f"{self._url}/chat/socket") as socket:
                    await self._greet(socket)
                    async for received in socket:
                        await self._take(received.json())
            self._socket = None
            await asyncio.sleep(0.1)

    async def _greet(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        after = self.seen[-1]["seq"] if self.seen else 0
        await socket.send_json({"type": "hello", "token": self._token, "after": after})
        self._socket = socket
        for name in self._said:
            if self._own(name) is None:
                await self.repeat(name)

    async def _take(self, frame: dict[str, Any]) -> None:
        async with self._moved:
            if frame["type"] == "message":
                self.seen.append(frame)
            elif frame["type"] == "error":
                self.refused.append(frame)
            elif frame["type"] == "erased":
                self.erased.append(frame)
            self._moved.notify_all()
