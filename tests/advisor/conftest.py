"""A gateway as it is wired from settings, with a bot and a provider on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from loopback_bot import LoopbackBot
from loopback_provider import LoopbackProvider

from advisor.settings import Settings
from advisor.wiring import gateway

Run = Callable[[Settings], Awaitable[str]]


@pytest.fixture
async def bot() -> AsyncIterator[LoopbackBot]:
    bot = LoopbackBot()
    await bot.start()
    yield bot
    await bot.stop()


@pytest.fixture
async def provider() -> AsyncIterator[LoopbackProvider]:
    provider = LoopbackProvider()
    await provider.start()
    yield provider
    await provider.stop()


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    """Starts a gateway with settings; its address on this machine."""
    opened: list[tuple[TestServer, Any]] = []

    async def start(settings: Settings) -> str:
        context = gateway(settings)
        server = TestServer(await context.__aenter__(), host="127.0.0.1")
        opened.append((server, context))
        await server.start_server(shutdown_timeout=0.1)
        return str(server.make_url("")).rstrip("/")

    yield start
    for server, context in reversed(opened):
        await server.close()
        await context.__aexit__(None, None, None)
