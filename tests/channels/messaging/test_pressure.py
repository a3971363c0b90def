"""More than can be answered is refused in a way that loses nothing: 503, 429, or a frame."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import test_telegram as telegram
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from contract import ConnectChannel
from gateway_parts import ORIGIN, Chat, frames_until, settled, until_asked
from loopback_bot import LoopbackBot, waiting_for
from loopback_provider import LoopbackProvider

from channels.transcript import Transcript

LIMIT = 10
"""Messages that may wait; nine of the web chat."""


async def deliver(client: TestClient, number: int, person: int = 1) -> ClientResponse:
    """A message of one of several people through Telegram."""
    chat = {"id": person, "type": "private"}
    body = telegram.written(number, text=f"message {number}", chat=chat)
    headers = {telegram.SECRET_HEADER: telegram.SECRET, "Content-Type": "application/json"}
    return await client.post("/channels/telegram", data=body, headers=headers)


@pytest.fixture
async def gateway(connect: ConnectChannel, provider: LoopbackProvider) -> TestClient:
    """One that takes little: of everybody together, and of one sender."""
    section = telegram.TestTelegram().settings(provider.url)
    return await connect(
        "telegram",
        section,
        inbox_limit=LIMIT,
        session_burst=5,
        session_per_minute=1,
        burst_pause=0,
        allowed_origins=(ORIGIN,),
    )


async def test_a_full_inbox_puts_providers_off_until_there_is_room(
    gateway: TestClient, bot: LoopbackBot, transcript: Transcript
) -> None:
    """503 with a time to wait; what was refused is taken when it comes again, each once."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    for number in range(LIMIT):
        assert (await deliver(gateway, number, person=number)).status == 200
    refused = await deliver(gateway, LIMIT, person=LIMIT)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    release.set()
    await settled(transcript)

    async def taken() -> bool:
        return (await deliver(gateway, LIMIT, person=LIMIT)).status == 200

    await until_asked(taken)
    await settled(transcript)
    assert sorted(body["text"] for body in bot.asked) == sorted(
        f"message {number}" for number in range(LIMIT + 1)
    )


async def test_a_full_inbox_is_said_to_a_widget_before_providers_are_put_off(
    gateway: TestClient,
    open_chat: Callable[[TestClient], Awaitable[Chat]],
    bot: LoopbackBot,
    transcript: Transcript,
) -> None:
    """It keeps the message and sends it again; a provider may not, and has the last places."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    for number in range(LIMIT - 1):
        await deliver(gateway, number, person=number)
    tab = await (await open_chat(gateway)).connect()
    said = {"type": "message", "id": "one", "text": "hello"}
    await tab.send_json(said)
    while (frame := await tab.receive_json())["type"] != "error":
        pass
    assert (frame["code"], frame["id"]) == ("unavailable", "one")
    assert "More messages are waiting" in frame["text"]
    assert (await deliver(gateway, LIMIT, person=LIMIT)).status == 200
    release.set()
    await settled(transcript)

    async def room_again() -> bool:
        return (await (await gateway.get("/health")).json())["inbox"] == 0

    await until_asked(room_again)
    await tab.send_json(said)
    frames = await frames_until(tab, 2)
    assert [frame["text"] for frame in frames] == ["hello", "You said: hello"]


async def test_a_sender_who_floods_is_put_off_and_nobody_else_is(
    gateway: TestClient, bot: LoopbackBot, transcript: Transcript
) -> None:
    """429 with a time to wait; a repeat of what was taken is known, and costs nothing."""
    statuses = [(await deliver(gateway, number)).status for number in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    assert (await deliver(gateway, 7)).headers["Retry-After"] == "5"
    assert [(await deliver(gateway, number)).status for number in range(5)] == [200] * 5
    assert (await deliver(gateway, 8, person=2)).status == 200
    await settled(transcript)
    assert len(bot.asked) == 6
    page = await (await gateway.get("/metrics")).text()
    assert 'advisor_deliveries_total{channel="telegram",outcome="unrecorded"} 3.0' in page
