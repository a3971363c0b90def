"""A chat with a running gateway as a tab of the widget has it, for somebody at a terminal."""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

import aiohttp

from advisor.errors import SetupError
from channels.model import Author, Choice
from channels.picking import picked

Frame = dict[str, Any]
"""A JSON frame of the chat; docs/architecture.md lists them."""


class Terminal:
    """One chat. It sees what every tab of it sees, and remembers what may be picked."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, seconds: float) -> None:
        """``seconds`` is how long a reply is waited for."""
        self._socket = socket
        self._seconds = seconds
        self._offered: tuple[Choice, ...] = ()

    async def say(self, typed: str) -> list[Frame]:
        """What is answered to a message: replies of the assistant or of a person, and errors.

        A number, or nearly a label, of the last message picks its choice. Nothing comes back when
        nobody answers in time. Raises SetupError when the gateway has gone.
        """
        name = uuid.uuid4().hex
        choice = picked(typed, self._offered)
        said = {"text": choice.text or choice.label, "payload": choice.payload} if choice else {}
        await self._socket.send_json({"type": "message", "id": name, "text": typed, **said})
        told: list[Frame] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await self._hear(name, told)
        return told

    async def _hear(self, name: str, told: list[Frame]) -> None:
        """Take frames until a message is answered; what came late for another is told before."""
        after = math.inf
        while True:
            frame = await self._next()
            match frame["type"]:
                case "message" if frame["client_id"] == name:
                    after = len(told)
                case "message" if frame["author"] != Author.STUDENT.value:
                    told.append(frame)
                    self._offered = tuple(map(Choice.from_wire, frame["choices"]))
                case "error":
                    told.append(frame)
                    return
                case "typing" if not frame["on"] and len(told) > after:
                    return

    async def _next(self) -> Frame:
        received = await self._socket.receive()
        if received.type is not aiohttp.WSMsgType.TEXT:
            raise SetupError("the gateway has ended the chat; start it again")
        frame: Frame = received.json()
        return frame


@asynccontextmanager
async def terminal(
    at: str, origin: str, language: str | None, seconds: float
) -> AsyncIterator[Terminal]:
    """A new chat with the gateway that listens ``at``, as a page of ``origin`` would open it.

    Raises SetupError when nobody answers there, or no chat is given.
    """
    try:
        async with aiohttp.ClientSession(headers={"Origin": origin}) as session:
            async with session.post(f"{at}/chat/session") as response:
                if response.status != HTTPStatus.OK:
                    raise SetupError(f"the gateway at {at} gives no chat: {response.status}")
                token = (await response.json())["token"]
            async with session.ws_connect(f"{at}/chat/socket") as socket:
                await socket.send_json({"type": "hello", "token": token, "language": language})
                yield Terminal(socket, seconds)
    except aiohttp.ClientError:
        raise SetupError(
            f"no gateway answers at {at}; start the assistant with `make serve`"
        ) from None
