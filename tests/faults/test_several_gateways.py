"""Two gateway processes on one PostgreSQL, killed in turn while students write through both."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from random import Random

import aiohttp
import pytest
from figures import Show
from postgresql_server import Server, new_database, start_postgresql

from benchmarks.ports import free_port
from benchmarks.traffic import bot
from benchmarks.traffic.deployment import TOKEN
from benchmarks.traffic.processes import Part, run_part

KILLS = int(os.environ.get("ADVISOR_GATEWAY_KILLS", "4"))
STUDENTS = 8
QUESTIONS = 6
AGAIN_SECONDS = 3.0
"""After which a widget sends again what did not come back."""
PATIENCE = 120.0
"""Longer than any lease; each killed gateway costs its turns ten seconds."""


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL of our own."""
    yield from start_postgresql()


@pytest.fixture
async def gateways(tmp_path: Path, postgresql: Server) -> AsyncIterator[dict[str, Part]]:
    """Two, by address, on one database and beside one bot, which takes up to 0.2 s."""
    bot_port, ports = free_port(), [free_port(), free_port()]
    bot_url = f"http://127.0.0.1:{bot_port}"
    answering = Part(f"{bot_url}{bot.HEALTH}", bot.serve, bot_port, TOKEN, 0.0, 0.2)
    await answering.start()
    shared = {
        "ADVISOR_DATABASE_URL": new_database(postgresql),
        "ADVISOR_BOT__URL": bot_url,
        "ADVISOR_BOT__TOKEN": TOKEN,
        "ADVISOR_GATEWAY__PUBLIC_URL": f"http://127.0.0.1:{ports[0]}",
        "ADVISOR_GATEWAY__SESSION_BURST": "1000",
        "ADVISOR_GATEWAY__ADDRESS_BURST": "100000",
    }
    parts = {}
    for port in ports:
        folder = tmp_path / str(port)
        folder.mkdir()
        own = {"ADVISOR_STATE": str(folder / "state"), "ADVISOR_GATEWAY__PORT": str(port)}
        url = f"http://127.0.0.1:{port}"
        parts[url] = Part(f"{url}/health", run_part, "gateway", folder, shared | own)
    await asyncio.gather(*(part.start() for part in parts.values()))
    yield parts
    for part in (*parts.values(), answering):
        await part.stop()


class Student:
    """A widget that goes to the other gateway when one is gone, and keeps what it has not seen."""

    def __init__(self, http: aiohttp.ClientSession, addresses: list[str], start: int) -> None:
        self._http = http
        self._origin = addresses[0]
        self._addresses = cycle(addresses[start:] + addresses[:start])
        self._token = ""
        self.wanted = [f"question {number}" for number in range(QUESTIONS)]
        self.seen: dict[int, tuple[str, str]] = {}
        """Author and text by ``seq``."""
        self.doubled = 0

    async def begin(self) -> None:
        """Open a chat at either gateway."""
        headers = {"Origin": self._origin}
        address = next(self._addresses)
        async with self._http.post(f"{address}/chat/session", headers=headers) as response:
            self._token = (await response.json())["token"]

    async def chat(self, random: Random) -> None:
        """Write every question, and stay until each is answered."""
        while len(self.said("assistant")) < QUESTIONS:
            with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                await self._connected(random)
            await asyncio.sleep(0.05)

    async def _connected(self, random: Random) -> None:
        url = f"{next(self._addresses)}/chat/socket"
        async with self._http.ws_connect(url, headers={"Origin": self._origin}) as socket:
            hello = {"type": "hello", "token": self._token, "after": max(self.seen, default=0)}
            await socket.send_json(hello)
            writing = asyncio.create_task(self._write(socket, random))
            try:
                async for frame in socket:
                    self._take(frame.json())
                    if len(self.said("assistant")) >= QUESTIONS:
                        return
            finally:
                writing.cancel()

    async def _write(self, socket: aiohttp.ClientWebSocketResponse, random: Random) -> None:
        """Each question again until it comes back from the gateway, one after the other."""
        for text in self.wanted:
            while text not in self.said("student"):
                await socket.send_json(
                    {"type": "message", "id": text.replace(" ", "-"), "text": text}
                )
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._echoed(text), AGAIN_SECONDS)
            await asyncio.sleep(random.uniform(0.1, 1.0))

    async def _echoed(self, text: str) -> None:
        while text not in self.said("student"):  # noqa: ASYNC110 - the reading task adds to it
            await asyncio.sleep(0.05)

    def _take(self, frame: dict[str, object]) -> None:
        if frame["type"] == "message":
            seq = int(str(frame["seq"]))
            self.doubled += seq in self.seen
            self.seen[seq] = (str(frame["author"]), str(frame["text"]))

    def said(self, author: str) -> list[str]:
        """What one side said, in order."""
        return [text for _, (who, text) in sorted(self.seen.items()) if who == author]


@pytest.mark.timeout(PATIENCE + 120)
async def test_gateways_that_are_killed_lose_double_and_disorder_nothing(
    gateways: dict[str, Part], show: Show
) -> None:
    """Each question stands once and is answered once, in order, at places without gaps."""
    random = Random(int(os.environ.get("ADVISOR_FAULTS_SEED", "1")))
    addresses = list(gateways)
    async with aiohttp.ClientSession() as http:
        students = [Student(http, addresses, number % 2) for number in range(STUDENTS)]
        await asyncio.gather(*(student.begin() for student in students))
        chats = asyncio.gather(*(student.chat(random) for student in students))
        async with asyncio.timeout(PATIENCE):
            for number in range(KILLS):
                await asyncio.sleep(random.uniform(0.2, 1.5))
                doomed = gateways[addresses[number % 2]]
                await doomed.kill()
                await doomed.start()
            await chats
    counted = {
        "tried": STUDENTS * QUESTIONS,
        "kills": KILLS,
        "lost": 0,
        "doubled": 0,
        "disorder": 0,
    }
    for student in students:
        replies = [f"You said: {text}" for text in student.wanted]
        for said, wanted in (
            (student.said("student"), student.wanted),
            (student.said("assistant"), replies),
        ):
            counted["lost"] += len(set(wanted) - set(said))
            counted["doubled"] += len(said) - len(set(said)) + student.doubled
            counted["disorder"] += said != wanted
        assert sorted(student.seen) == list(range(1, 2 * QUESTIONS + 1))
    show("gateways on one PostgreSQL killed", counted)
    assert not (counted["lost"] or counted["doubled"] or counted["disorder"]), counted
