"""Students who write through providers or the widget, and try again until they are heard."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from random import Random
from typing import Any, Protocol

import aiohttp

from benchmarks.traffic.deployment import Deployment
from benchmarks.traffic.ledger import Ledger, marked
from benchmarks.traffic.providers import Provider

AGAIN_SECONDS = 0.05
"""A provider's own first retry takes longer; here many kills are to fall into few seconds."""
PATIENCE_SECONDS = 3.0
"""After so long a student writes on without a reply."""
REPEATS = 0.3
"""Share of deliveries that come a second time although they were acknowledged."""
OK = range(200, 300)


class Writer:
    """A student behind a provider: a delivery is repeated until it is acknowledged."""

    def __init__(self, url: str, provider: Provider, student: int, ledger: Ledger) -> None:
        self.who = (provider.name, student)
        self._url = url
        self._provider = provider
        self._student = student
        self._ledger = ledger
        self.answers: Counter[int] = Counter()
        """How often the gateway answered with each status; 0 is no answer."""

    async def say(self, session: aiohttp.ClientSession, mark: int, random: Random) -> None:
        """Returns once the gateway has acknowledged it."""
        while not await self.deliver(session, mark):
            await asyncio.sleep(AGAIN_SECONDS)
        self._ledger.acknowledge(self.who, mark)
        if random.random() < REPEATS:
            await self.deliver(session, mark)

    async def deliver(self, session: aiohttp.ClientSession, mark: int) -> bool:
        """Once; whether the gateway has acknowledged it."""
        text = marked("how much is it", mark)
        posted = self._provider.delivery(self._student, mark, text)
        address = f"{self._url}/channels/{self._provider.name}"
        try:
            async with session.post(address, data=posted.body, headers=posted.headers) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        self.answers[status] += 1
        return status in OK


class Widget:
    """A student at the widget: comes back by itself, with what it has seen and not yet sent."""

    def __init__(self, url: str, student: int, ledger: Ledger) -> None:
        self.who = ("web", student)
        self.gaps = 0
        """Messages that came twice, or after one that was missing."""
        self.returns = 0
        """How often it came back."""
        self.opened = asyncio.Event()
        """Set once the chat is open for the first time."""
        self._url = url
        self._ledger = ledger
        self._token = ""
        self._seen = 0
        self._moved = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._unsent: dict[str, tuple[int, dict[str, Any], asyncio.Event]] = {}

    async def say(self, _session: aiohttp.ClientSession, mark: int, _random: Random) -> None:
        """Returns once the conversation holds it."""
        name, known = str(uuid.uuid4()), asyncio.Event()
        frame = {"type": "message", "id": name, "text": marked("how much is it", mark)}
        self._unsent[name] = (mark, frame, known)
        if self._socket is not None:
            with suppress(ConnectionError):
                await self._socket.send_json(frame)
        await known.wait()

    def answered_all(self) -> bool:
        """Whether no reply is due."""
        return not self._ledger.conversations[self.who].waits()

    async def answered(self) -> None:
        """Returns once no reply is due."""
        while not self.answered_all():
            self._moved.clear()
            await self._moved.wait()

    async def stay(self, session: aiohttp.ClientSession) -> None:
        """Hold a connection until cancelled."""
        while True:
            try:
                await self._visit(session)
            except (aiohttp.ClientError, ConnectionError, TimeoutError):
                pass
            finally:
                self._socket = None
            self.returns += 1
            await asyncio.sleep(AGAIN_SECONDS)

    async def _visit(self, session: aiohttp.ClientSession) -> None:
        headers = {"Origin": self._url}
        if not self._token:
            async with session.post(f"{self._url}/chat/session", headers=headers) as answer:
                answer.raise_for_status()
                self._token = (await answer.json())["token"]
        async with session.ws_connect(f"{self._url}/chat/socket", headers=headers) as socket:
            hello = {"type": "hello", "token": self._token, "after": self._seen}
            await socket.send_json(hello)
            async for received in socket:
                if received.type is not aiohttp.WSMsgType.TEXT:
                    return
                await self._take(socket, received.json())

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "ready":
                self._socket = socket
                self.opened.set()
                for _, unsent, _ in tuple(self._unsent.values()):
                    await socket.send_json(unsent)
            case "error" if frame["id"] in self._unsent:
                await asyncio.sleep(AGAIN_SECONDS)
                await socket.send_json(self._unsent[frame["id"]][1])
            case "message":
                self._hear(frame)

    def _hear(self, frame: dict[str, Any]) -> None:
        self.gaps += frame["seq"] != self._seen + 1
        self._seen = frame["seq"]
        self._moved.set()
        if frame["author"] != "student":
            self._ledger.hear(self.who, frame["text"])
        elif frame["client_id"] in self._unsent:
            mark, _, known = self._unsent.pop(frame["client_id"])
            self._ledger.acknowledge(self.who, mark)
            known.set()


class Student(Protocol):
    """Whoever says something."""

    who: tuple[str, int]
    """The channel and a number, as in the ledger."""

    async def say(self, session: aiohttp.ClientSession, mark: int, random: Random) -> None:
        """Returns once the message is kept."""
        ...


class Crowd:
    """Some students on every channel, who write until they are told to stop."""

    def __init__(
        self,
        site: Deployment,
        each: int,
        widgets: int,
        seed: int = 1,
        others: Sequence[Student] = (),
    ) -> None:
        """So many students a provider, so many at the widget, and ``others``."""
        ledger = site.ledger
        self.widgets = [Widget(site.url, student, ledger) for student in range(1, widgets + 1)]
        self.writers = [
            Writer(site.url, provider, student, ledger)
            for provider in site.providers.values()
            for student in range(1, each + 1)
        ]
        self._students: list[Student] = [*self.writers, *self.widgets, *others]
        self._ledger = ledger
        self._marks: Iterator[int] = count(1)
        self._seed = seed
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._held: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None

    async def begin(self) -> None:
        """Everybody writes from now on."""
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self._held = [asyncio.create_task(one.stay(self._session)) for one in self.widgets]
        self._tasks = [
            asyncio.create_task(self._converse(one, Random(self._seed * 1000 + number)))
            for number, one in enumerate(self._students)
        ]

    def answers(self) -> Counter[int]:
        """How often providers were answered with each status."""
        return sum((writer.answers for writer in self.writers), Counter())

    async def end(self) -> None:
        """Everybody finishes the message that is being sent, and writes no more."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)

    async def leave(self) -> None:
        """Let the widgets hear what has been written, and close them."""
        await asyncio.gather(*(self._reply(widget) for widget in self.widgets))
        for task in (*self._tasks, *self._held):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._held, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _converse(self, student: Student, random: Random) -> None:
        assert self._session is not None
        while not self._stopping.is_set():
            await student.say(self._session, next(self._marks), random)
            if random.random() < 0.7:  # else the next one follows on its heels
                await self._reply(student)
            await asyncio.sleep(random.uniform(0, 0.1))

    async def _reply(self, student: Student) -> None:
        conversation = self._ledger.conversations[student.who]
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while conversation.waits():
                    await asyncio.sleep(0.02)
