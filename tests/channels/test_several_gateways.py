"""Several gateways on one database: each message is answered once, in order, whoever dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from gateway_in_process import SHORT_LEASE, GatewayInProcess
from gateway_parts import settled, until, until_asked
from loopback_bot import TOKEN, LoopbackBot, ok, repeat, waiting_for
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.brain import RasaBrain
from channels.model import InboundMessage, OutboundMessage, TurnStatus
from channels.records import Outcome
from channels.schema import turns
from channels.storage import Storage
from channels.transcript import Transcript
from channels.turns import Turns

MakeGateway = Callable[..., GatewayInProcess]
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""SQLite is for one gateway at a time."""


@pytest.fixture
async def brain(bot: LoopbackBot) -> AsyncIterator[RasaBrain]:
    """With a deadline that no test waits for."""
    async with aiohttp.ClientSession() as session:
        yield RasaBrain(bot.url, TOKEN, session, 30)


def message(text: str, delivery: str, address: str = "w_1") -> InboundMessage:
    return InboundMessage("web", address, delivery, text)


async def told(transcript: Transcript, conversation: str) -> list[str]:
    """What was said, by whoever, at places without gaps."""
    entries = await transcript.entries(conversation)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    return [entry.message.text for entry in entries]


async def test_a_turn_of_a_killed_gateway_is_taken_up_by_another(
    make_gateway: MakeGateway, bot: LoopbackBot
) -> None:
    """Under its own id, before the turn behind it, and once."""
    bot.behaviour = waiting_for(asyncio.Event())
    doomed = make_gateway(SHORT_LEASE)
    first = await doomed.reception.accept(message("one", "d1"))
    await doomed.reception.accept(message("two", "d2"))
    await until(lambda: bot.asked)
    await doomed.kill()
    bot.behaviour = repeat
    heir = make_gateway()
    await settled(heir.transcript)
    assert [body["text"] for body in bot.asked] == ["one", "one", "two"]
    assert {body["turn_id"] for body in bot.asked[:2]} == {first.turn_id}
    said = await told(heir.transcript, first.conversation)
    assert said == ["one", "two", "You said: one", "You said: two"]


async def test_a_gateway_that_comes_back_too_late_writes_nothing(
    make_gateway: MakeGateway, either_engine: AsyncEngine
) -> None:
    """One that slept for longer than its lease finds its turn answered by another."""
    storage = Storage(either_engine)
    transcript, sleepers = Transcript(storage), Turns(storage, SHORT_LEASE)
    receipt = await transcript.record(message("one", "d1"))
    turn = await sleepers.claim(receipt.conversation)
    assert turn is not None
    make_gateway()
    await settled(transcript)
    late = Outcome(TurnStatus.ANSWERED, (OutboundMessage("late"),))
    assert await sleepers.finish(turn, late) is None
    assert await told(transcript, receipt.conversation) == ["one", "You said: one"]


async def test_a_gateway_that_stops_gives_its_turns_back(
    make_gateway: MakeGateway, bot: LoopbackBot
) -> None:
    """Nobody waits until the lease of one that ended in order has run out."""
    bot.behaviour = waiting_for(asyncio.Event())
    gateway = make_gateway()
    receipt = await gateway.reception.accept(message("one", "d1"))
    await until(lambda: bot.asked)
    assert await gateway.turns.ready() == ()
    await gateway.stop()
    assert await gateway.turns.ready() == (receipt.conversation,)


async def test_a_turn_that_runs_long_stays_with_its_gateway(
    make_gateway: MakeGateway, either_engine: AsyncEngine, bot: LoopbackBot
) -> None:
    """Its lease is prolonged for as long as the gateway lives."""

    async def lease() -> datetime:
        async with either_engine.connect() as db:
            return (await db.execute(select(turns.c.lease_until))).scalar_one()

    bot.behaviour = waiting_for(asyncio.Event())
    await make_gateway(SHORT_LEASE).reception.accept(message("one", "d1"))
    await until(lambda: bot.asked)
    first = await lease()

    async def prolonged() -> bool:
        return await lease() > first

    await until_asked(prolonged)


@on_postgresql
async def test_two_gateways_share_conversations_without_disorder(
    make_gateway: MakeGateway, bot: LoopbackBot
) -> None:
    """Messages that come in at either are answered in their order, one at a time, each once."""

    async def slower_first(body: dict[str, Any]) -> web.StreamResponse:
        await asyncio.sleep(0.05 if body["text"].endswith("0") else 0)
        return ok(body)

    bot.behaviour = slower_first
    gateways = [make_gateway(), make_gateway()]
    people = [f"w_{number}" for number in range(6)]
    for number in range(8):
        receive = gateways[number % 2].reception.accept
        await asyncio.gather(
            *(receive(message(f"{who} {number}", f"{who}-{number}", who)) for who in people)
        )
    transcript = gateways[0].transcript
    await settled(transcript)
    assert set(bot.most_at_once.values()) == {1}
    for who in people:
        ended = [text for text in bot.ended if text.startswith(f"{who} ")]
        assert ended == [f"{who} {number}" for number in range(8)]
        said = await told(transcript, await transcript.open("web", who))
        replies = [text for text in said if text.startswith("You said")]
        assert replies == [f"You said: {who} {number}" for number in range(8)]
        assert len(said) == 16


@on_postgresql
async def test_the_same_delivery_at_two_gateways_is_one_turn(
    make_gateway: MakeGateway, bot: LoopbackBot
) -> None:
    """A provider that sends again may be led to another gateway."""
    gateways = [make_gateway(), make_gateway()]
    receipts = await asyncio.gather(
        *(gateways[n % 2].reception.accept(message("hello", "d1")) for n in range(6))
    )
    await settled(gateways[0].transcript)
    assert sum(not receipt.repeated for receipt in receipts) == 1
    assert {receipt.turn_id for receipt in receipts} == {receipts[0].turn_id}
    assert len(bot.asked) == 1


@on_postgresql
async def test_a_chat_at_one_gateway_hears_of_replies_of_another(
    make_gateway: MakeGateway,
) -> None:
    """A student's other tab may be open at another gateway than the one that answers."""
    here, there = make_gateway(), make_gateway()
    conversation = await here.transcript.open("web", "w_1")
    with here.hub.listen(conversation) as listener:
        await there.reception.accept(message("hello", "d1"))
        await until(lambda: listener.watermark == 2)
    assert await told(here.transcript, conversation) == ["hello", "You said: hello"]
