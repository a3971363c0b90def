"""A real database file, a bot on loopback, and the gateway between them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient
from gateway_in_process import LEASE, GatewayInProcess
from gateway_parts import ORIGIN, Chat, MakeClient, MakeReception, open_engine
from loopback_bot import TOKEN, LoopbackBot
from postgresql_server import Server, new_database, start_postgresql
from shelved_content import ShelvedContent
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.accounts.settings import StaffSettings
from channels.answerer import Answerer
from channels.apology import Apologist
from channels.brain import RasaBrain
from channels.gateway import build_app
from channels.hub import Hub
from channels.inbox import Inbox
from channels.limits import Buckets
from channels.metrics import Metrics
from channels.model import TALK_TO_PERSON
from channels.reception import Reception
from channels.settings import GatewaySettings, InstitutionSettings
from channels.storage import Storage
from channels.transcript import Transcript
from channels.turns import Turns

DEADLINE = 30.0
"""Seconds: a busy machine must not make an apology of an answer."""


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    return tmp_path / "gateway.sqlite"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL of our own; without its package tests on it are left out, except in CI."""
    yield from start_postgresql()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind that the gateway runs on."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'gateway.sqlite'}"
    return new_database(request.getfixturevalue("postgresql"))


@pytest.fixture
async def engine(database_file: Path) -> AsyncIterator[AsyncEngine]:
    engine = await open_engine(f"sqlite+aiosqlite:///{database_file}")
    yield engine
    await engine.dispose()


@pytest.fixture
def storage(engine: AsyncEngine) -> Storage:
    return Storage(engine)


@pytest.fixture
def transcript(storage: Storage) -> Transcript:
    return Transcript(storage)


@pytest.fixture
def turns(storage: Storage) -> Turns:
    return Turns(storage)


@pytest.fixture
async def bot() -> AsyncIterator[LoopbackBot]:
    bot = LoopbackBot()
    await bot.start()
    yield bot
    await bot.stop()


@pytest.fixture
async def brain(bot: LoopbackBot) -> AsyncIterator[RasaBrain]:
    async with aiohttp.ClientSession() as session:
        yield RasaBrain(bot.url, TOKEN, session, DEADLINE)


@pytest.fixture
async def make_reception(storage: Storage, brain: RasaBrain) -> AsyncIterator[MakeReception]:
    """Receptions over the same database, as after a restart; all end with the test."""
    made: list[Reception] = []

    def make() -> Reception:
        hub, metrics = Hub(), Metrics()
        answerer = Answerer(
            turns=Turns(storage),
            brain=brain,
            hub=hub,
            metrics=metrics,
            apologist=Apologist(InstitutionSettings(), TALK_TO_PERSON),
        )
        reception = Reception(
            transcript=Transcript(storage),
            answerer=answerer,
            hub=hub,
            metrics=metrics,
            message_limit=2000,
            inbox=Inbox(1000),
            senders=Buckets(1000, 1000),
        )
        made.append(reception)
        return reception

    yield make
    for reception in made:
        await reception.drain(0)


@pytest.fixture
def reception(make_reception: MakeReception) -> Reception:
    return make_reception()


@pytest.fixture
async def make_client(
    aiohttp_client: Callable[..., Awaitable[TestClient]], engine: AsyncEngine, brain: RasaBrain
) -> MakeClient:
    """A gateway with the given settings, and a browser-like client of it."""

    async def make(
        staff: StaffSettings | None = None,
        client: aiohttp.ClientSession | None = None,
        **settings: Any,
    ) -> TestClient:
        app = build_app(
            GatewaySettings(**settings),
            InstitutionSettings(),
            engine=engine,
            brain=brain,
            content=ShelvedContent(),
            staff=staff,
            client=client,
        )
        return await aiohttp_client(app)

    return make


@pytest.fixture
async def client(make_client: MakeClient) -> TestClient:
    return await make_client()


@pytest.fixture
def open_chat() -> Callable[[TestClient], Awaitable[Chat]]:
    """Begin a chat as the widget does."""

    async def begin(client: TestClient) -> Chat:
        response = await client.post("/chat/session", headers={"Origin": ORIGIN})
        assert response.status == 200
        return Chat(client, (await response.json())["token"])

    return begin


@pytest.fixture
async def either_engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """A database of each kind."""
    engine = await open_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def make_gateway(
    either_engine: AsyncEngine, brain: RasaBrain
) -> AsyncIterator[Callable[..., GatewayInProcess]]:
    """Gateways on one database of each kind; all end with the test."""
    made: list[GatewayInProcess] = []

    def make(lease: timedelta = LEASE) -> GatewayInProcess:
        made.append(GatewayInProcess(either_engine, brain, lease))
        return made[-1]

    yield make
    for gateway in made:
        await gateway.stop()
