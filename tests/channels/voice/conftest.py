"""A gateway that takes calls, and sends texts through a provider on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient
from loopback_bot import TOKEN as BOT_TOKEN
from loopback_bot import LoopbackBot
from loopback_call import LoopbackCall
from loopback_provider import LoopbackProvider
from shelved_content import ShelvedContent
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.brain import RasaBrain
from channels.discovery import open_channels
from channels.gateway import build_app
from channels.settings import GatewaySettings, InstitutionSettings
from channels.voice.settings import VoiceSettings

URL = "https://advisor.example.edu"
TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "0" * 32

DEADLINE = 30.0
"""Seconds: a busy machine must not make an apology of an answer."""

MakeCall = Callable[..., Awaitable[LoopbackCall]]


@pytest.fixture
async def provider() -> AsyncIterator[LoopbackProvider]:
    provider = LoopbackProvider()
    provider.accepted = {"sid": "SM9"}
    await provider.start()
    yield provider
    await provider.stop()


@pytest.fixture
async def brain(bot: LoopbackBot, session: aiohttp.ClientSession) -> RasaBrain:
    return RasaBrain(bot.url, BOT_TOKEN, session, DEADLINE)


@pytest.fixture
def make_gateway(
    session: aiohttp.ClientSession,  # first, so that it outlives the gateway
    aiohttp_client: Callable[..., Awaitable[TestClient]],
    engine: AsyncEngine,
    brain: RasaBrain,
    provider: LoopbackProvider,
) -> Callable[..., Awaitable[TestClient]]:
    """A gateway whose `[channels.voice]` has these settings, with SMS unless it is ``silent``."""

    async def make(
        *, sms: bool = True, gateway: dict[str, Any] | None = None, **section: Any
    ) -> TestClient:
        account = {"account": ACCOUNT, "auth_token": TOKEN}
        texts = {**account, "sender": "+15550100142", "api": provider.url}
        app = build_app(
            GatewaySettings(public_url=URL, **(gateway or {})),
            InstitutionSettings(),
            engine=engine,
            brain=brain,
            content=ShelvedContent(),
            messaging=open_channels({"twilio": texts} if sms else {}, URL),
            voice=VoiceSettings.model_validate({**account, **section}),
            client=session,
        )
        return await aiohttp_client(app)

    return make


@pytest.fixture
def call(make_gateway: Callable[..., Awaitable[TestClient]]) -> MakeCall:
    """Somebody calls a gateway with these settings; the greeting has been heard."""

    async def make(
        *, caller: str = "+14155550123", begin: bool = True, **settings: Any
    ) -> LoopbackCall:
        made = LoopbackCall(await make_gateway(**settings), URL, TOKEN, caller=caller)
        if begin:
            await made.begin()
        return made

    return make
