"""A provider on loopback, and a gateway that has one channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient
from contract import TRIAL_SECRET, URL, ConnectChannel
from loopback_provider import LoopbackProvider
from shelved_content import ShelvedContent
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.brain import RasaBrain
from channels.discovery import open_channels
from channels.gateway import build_app
from channels.settings import GatewaySettings, InstitutionSettings


@pytest.fixture
async def provider() -> AsyncIterator[LoopbackProvider]:
    provider = LoopbackProvider()
    await provider.start()
    yield provider
    await provider.stop()


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, no sign of typing comes between, unless a test asks for it."""
    monkeypatch.setattr("channels.delivery.typing_sign.AFTER_SECONDS", 60.0)


@pytest.fixture
def connect(
    session: aiohttp.ClientSession,  # first, so that it outlives the gateway
    aiohttp_client: Callable[..., Awaitable[TestClient]],
    engine: AsyncEngine,
    brain: RasaBrain,
) -> ConnectChannel:
    """A gateway with one channel; deliveries go to the address that an operator pastes."""

    async def make(name: str, section: dict[str, Any], **gateway: Any) -> TestClient:
        app = build_app(
            GatewaySettings(public_url=URL, **gateway),
            InstitutionSettings(),
            engine=engine,
            brain=brain,
            content=ShelvedContent(),
            messaging=open_channels({name: section}, URL),
            client=session,
            trial_secret=TRIAL_SECRET,
        )
        return await aiohttp_client(app)

    return make
