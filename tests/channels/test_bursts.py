"""Messages that follow each other closely are read as one, where students write so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from gateway_in_process import GatewayInProcess
from gateway_parts import settled, until
from loopback_bot import LoopbackBot, saying, waiting_for
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.model import InboundMessage
from channels.storage import Storage
from channels.support.packet import packet

MakeGateway = Callable[[], GatewayInProcess]


def message(text: str, delivery: str, channel: str = "sms") -> InboundMessage:
    return InboundMessage(channel, "1", delivery, text)


@pytest.fixture
async def gateway(make_gateway: MakeGateway) -> GatewayInProcess:
    return make_gateway()


async def accept(gateway: GatewayInProcess, *messages: InboundMessage) -> str:
    """Accept messages one right after the other; their conversation."""
    for one in messages:
        receipt = await gateway.reception.accept(one)
    return receipt.conversation


async def test_a_burst_gets_one_reply(gateway: GatewayInProcess, bot: LoopbackBot) -> None:
    """Its lines are one question; the transcript keeps each message."""
    burst = [message("hi", "d1"), message("how much is it", "d2"), message("the UX one", "d3")]
    conversation = await accept(gateway, *burst)
    await settled(gateway.transcript)
    assert [body["text"] for body in bot.asked] == ["hi\nhow much is it\nthe UX one"]
    timeline = await gateway.transcript.timeline(conversation)
    assert timeline is not None and len(timeline.turns) == 1
    assert [entry.message.text for entry in timeline.entries[:3]] == [m.text for m in burst]
    assert len(timeline.entries) == 4


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1)])
async def test_a_burst_ends_though_the_clock_is_put_back_or_forward(
    step: timedelta, gateway: GatewayInProcess, bot: LoopbackBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pause never lasts longer than a pause."""
    now = Storage.now

    async def stepped(storage: Storage, db: AsyncConnection) -> datetime:
        return await now(storage, db) + step

    await accept(gateway, message("a", "d1"))
    monkeypatch.setattr(Storage, "now", stepped)
    await until(lambda: len(bot.asked) == 1)
    await settled(gateway.transcript)


async def test_a_repeat_within_a_burst_is_known(
    gateway: GatewayInProcess, bot: LoopbackBot
) -> None:
    """Each message has its own delivery: a repeat neither joins nor lengthens anything."""
    await accept(gateway, message("a", "d1"), message("b", "d2"), message("a", "d1"))
    await settled(gateway.transcript)
    again = await gateway.reception.accept(message("b", "d2"))
    await settled(gateway.transcript)
    assert again.repeated
    assert [body["text"] for body in bot.asked] == ["a\nb"]


async def test_web_chat_and_calls_are_answered_message_by_message(
    gateway: GatewayInProcess, bot: LoopbackBot
) -> None:
    """Somebody waits before the screen, or with the receiver at the ear."""
    for channel in ("web", "voice"):
        await accept(gateway, message("a", f"{channel}1", channel), message("b", "d2", channel))
    await settled(gateway.transcript)
    assert sorted(body["text"] for body in bot.asked) == ["a", "a", "b", "b"]


async def test_a_choice_is_never_joined(gateway: GatewayInProcess, bot: LoopbackBot) -> None:
    """Neither to what was typed before it nor what is typed after it to the choice."""
    bot.behaviour = saying({"text": "Which?", "choices": [{"label": "UX", "payload": "/pick"}]})
    await accept(gateway, message("hello", "d1"))
    await settled(gateway.transcript)
    await accept(gateway, message("well", "d2"), message("1", "d3"), message("please", "d4"))
    await settled(gateway.transcript)
    asked = [(body["text"], body["payload"]) for body in bot.asked[1:]]
    assert asked == [("well", None), ("UX", "/pick"), ("please", None)]


async def test_a_question_that_is_being_answered_does_not_grow(
    gateway: GatewayInProcess, bot: LoopbackBot
) -> None:
    """What comes once the bot has been asked is the next question."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    await accept(gateway, message("a", "d1"))
    await until(lambda: bot.asked)
    await accept(gateway, message("b", "d2"), message("c", "d3"))
    release.set()
    await settled(gateway.transcript)
    assert [body["text"] for body in bot.asked] == ["a", "b\nc"]


async def test_a_burst_stays_below_the_longest_message(
    gateway: GatewayInProcess, bot: LoopbackBot
) -> None:
    """The bot is never asked more than one message may hold; nothing is cut off."""
    texts = ["x" * 120, "y" * 79, "z"]
    await accept(gateway, *(message(text, text[0]) for text in texts))
    await settled(gateway.transcript)
    assert [body["text"] for body in bot.asked] == [f"{texts[0]}\n{texts[1]}", "z"]


async def test_a_burst_survives_its_gateway(make_gateway: MakeGateway, bot: LoopbackBot) -> None:
    """What was gathered when a gateway died is answered by the next as the one question it is."""
    doomed = make_gateway()
    await accept(doomed, message("a", "d1"), message("b", "d2"))
    await doomed.kill()
    heir = make_gateway()
    await settled(heir.transcript)
    assert [body["text"] for body in bot.asked] == ["a\nb"]


async def test_staff_see_a_whole_burst_as_the_question(
    gateway: GatewayInProcess, bot: LoopbackBot
) -> None:
    """The packet that goes with a hand-over holds all of its lines."""
    bot.behaviour = saying({"custom": {"type": "failure", "reason": "timeout"}})
    conversation = await accept(gateway, message("how much", "d1"), message("is UX", "d2"))
    await settled(gateway.transcript)
    await accept(gateway, InboundMessage("sms", "1", "d3", "person", "/talk_to_person"))
    await bot.stop()
    await settled(gateway.transcript)
    timeline = await gateway.transcript.timeline(conversation)
    assert timeline is not None
    found = packet(timeline)
    assert found is not None and "how much\nis UX" in found.unanswered
