"""What is said to a provider's student arrives once, in order, or somebody is told why not."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from gateway_parts import until_asked
from loopback_provider import LoopbackProvider
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from channels.delivery.caller import Caller
from channels.delivery.channel import Channel
from channels.delivery.sender import AT_ONCE, Sender
from channels.discovery import open_channels
from channels.metrics import Metrics
from channels.model import InboundMessage, OutboundMessage, TurnStatus
from channels.opting import OptOuts
from channels.outbox import MOST_ATTEMPTS, Outbox
from channels.records import Outcome
from channels.schema import outbox as parts_table
from channels.storage import Storage
from channels.transcript import Transcript
from channels.turns import Turns

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE = timedelta(minutes=1)
REST_SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
SECTION = {"token": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "secret": "a" * 16}


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now


@pytest.fixture
def outbox(storage: Storage) -> Outbox:
    return Outbox(storage)


@pytest.fixture
def channels(provider: LoopbackProvider) -> dict[str, Channel]:
    rest = {"secret": REST_SECRET, "deliver_to": provider.url}
    return open_channels({"telegram": {**SECTION, "api": provider.url}, "rest": rest}, "")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sender(
    storage: Storage,
    outbox: Outbox,
    channels: dict[str, Channel],
    session: aiohttp.ClientSession,
    clock: Clock,
) -> Sender:
    return Sender(outbox, OptOuts(storage), channels, Caller(session), Metrics(), clock)


async def put(
    storage: Storage,
    *texts: str,
    address: str = "1",
    day: datetime = NOON,
    channel: str = "telegram",
) -> None:
    """A turn of a chat whose replies are these texts."""
    transcript, turns = Transcript(storage), Turns(storage)
    inbound = InboundMessage(channel, address, f"{address}:{texts[0]}", "hello", received_at=day)
    receipt = await transcript.record(inbound)
    turn = await turns.claim(receipt.conversation)
    assert turn is not None
    replies = tuple(OutboundMessage(text) for text in texts)
    parts = tuple(({"text": text},) for text in texts)
    await turns.finish(turn, Outcome(TurnStatus.ANSWERED, replies, parts=parts))


def texts(provider: LoopbackProvider) -> list[str]:
    return [body.decode().split('"text": "')[1].split('"')[0] for body in provider.bodies]


async def rounds(sender: Sender, count: int) -> None:
    for _ in range(count):
        await sender.round()


def soon(clock: Clock) -> None:
    """Past what was just written; `finish` writes the true time."""
    clock.now = datetime.now(UTC) + timedelta(seconds=1)


async def test_parts_of_a_conversation_go_one_after_the_other(
    storage: Storage, sender: Sender, provider: LoopbackProvider, clock: Clock
) -> None:
    """And those of others beside them."""
    await put(storage, "a1", "a2", "a3", address="1")
    await put(storage, "b1", "b2", address="2")
    soon(clock)
    await rounds(sender, 4)
    sent = texts(provider)
    assert [one for one in sent if one[0] == "a"] == ["a1", "a2", "a3"]
    assert [one for one in sent if one[0] == "b"] == ["b1", "b2"]


async def test_a_part_that_waits_holds_those_behind_it(
    storage: Storage, sender: Sender, provider: LoopbackProvider, clock: Clock, outbox: Outbox
) -> None:
    """A limit that the provider names is kept, and order with it."""
    await put(storage, "a1", "a2")
    provider.answers.append((429, {}, {"parameters": {"retry_after": 30}}))
    soon(clock)
    await rounds(sender, 3)
    assert texts(provider) == ["a1"]
    clock.now += timedelta(seconds=29)
    await rounds(sender, 1)
    assert texts(provider) == ["a1"]
    clock.now += timedelta(seconds=3)
    await rounds(sender, 3)
    assert texts(provider) == ["a1", "a1", "a2"]
    assert await outbox.counts() == {"sent": 2}


async def test_what_a_provider_never_takes_is_given_up(
    storage: Storage, sender: Sender, provider: LoopbackProvider, clock: Clock, outbox: Outbox
) -> None:
    """After a bounded number of tries; what stands behind it goes on."""
    await put(storage, "a1", "a2")
    provider.answers.extend([(503, {}, {})] * MOST_ATTEMPTS)
    soon(clock)
    for _ in range(MOST_ATTEMPTS + 2):
        clock.now += timedelta(hours=1)
        await sender.round()
    assert texts(provider) == ["a1"] * MOST_ATTEMPTS + ["a2"]
    assert await outbox.counts() == {"dead": 1, "sent": 1}


async def test_a_provider_that_hangs_holds_up_nobody_else_s(
    storage: Storage,
    outbox: Outbox,
    session: aiohttp.ClientSession,
    provider: LoopbackProvider,
    clock: Clock,
) -> None:
    """However many of its parts wait."""
    healthy = LoopbackProvider()
    await healthy.start()
    section = {"secret": "whsec_" + "A" * 44, "deliver_to": healthy.url}
    sections = {"telegram": {**SECTION, "api": provider.url}, "rest": section}
    both = open_channels(sections, "")
    sender = Sender(outbox, OptOuts(storage), both, Caller(session), Metrics(), clock)
    for address in range(AT_ONCE * 2):
        await put(storage, "a1", address=str(address))
    await put(storage, "b1", channel="rest")
    soon(clock)
    provider.hold = asyncio.Event()
    sending = asyncio.create_task(sender.run())
    await healthy.until(1)
    provider.hold.set()
    sender.stop()
    await sending
    await healthy.stop()


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1)])
async def test_a_clock_that_is_put_back_or_forward_holds_up_nothing(
    step: timedelta, storage: Storage, sender: Sender, provider: LoopbackProvider, clock: Clock
) -> None:
    """What was never tried is due, whatever the clock showed when it was written."""
    await put(storage, "a1", "a2")
    clock.now = datetime.now(UTC) + step
    await rounds(sender, 2)
    assert texts(provider) == ["a1", "a2"]


async def test_a_refusal_is_final(
    storage: Storage, sender: Sender, provider: LoopbackProvider, clock: Clock, outbox: Outbox
) -> None:
    """It is not tried again."""
    await put(storage, "a1")
    provider.answers.append((403, {}, {"ok": False}))
    soon(clock)
    await rounds(sender, 2)
    assert await outbox.counts() == {"dead": 1}
    assert len(provider.bodies) == 1


async def test_a_sender_that_dies_in_a_call_leaves_it_uncertain(
    storage: Storage, sender: Sender, provider: LoopbackProvider, clock: Clock, outbox: Outbox
) -> None:
    """Nobody claims that it was sent, nobody sends it twice, and what follows goes on."""
    await put(storage, "a1", "a2")
    soon(clock)
    (parcel,) = await outbox.claim(clock.now, LEASE, 16)
    clock.now += LEASE + timedelta(seconds=1)
    await rounds(sender, 2)
    assert texts(provider) == ["a2"]
    assert await outbox.counts() == {"uncertain": 1, "sent": 1}
    await outbox.sent(parcel.id, "7", clock.now)
    assert await outbox.counts() == {"uncertain": 1, "sent": 1}


async def test_a_part_that_its_provider_knows_again_is_sent_again(
    storage: Storage, sender: Sender, provider: LoopbackProvider, clock: Clock, outbox: Outbox
) -> None:
    """Under the id that it had; nothing is uncertain, and order is kept."""
    await put(storage, "a1", "a2", channel="rest")
    soon(clock)
    (parcel,) = await outbox.claim(clock.now, LEASE, 16)
    clock.now += LEASE + timedelta(seconds=1)
    await rounds(sender, 2)
    assert texts(provider) == ["a1", "a2"]
    assert provider.headers[0]["webhook-id"] == parcel.id
    assert await outbox.counts() == {"sent": 2}


async def test_a_part_whose_senders_die_again_and_again_is_given_up(
    storage: Storage, clock: Clock, outbox: Outbox
) -> None:
    """Perhaps they die of it."""
    await put(storage, "a1", channel="rest")
    soon(clock)
    for _ in range(MOST_ATTEMPTS):
        assert len(await outbox.claim(clock.now, LEASE, 16)) == 1
        clock.now += LEASE + timedelta(seconds=1)
        lost = await outbox.expire(clock.now, once=["rest"])
    assert lost == 1
    assert await outbox.counts() == {"uncertain": 1}


async def test_what_was_sent_is_recorded_once_the_database_can_be_written(
    storage: Storage,
    sender: Sender,
    provider: LoopbackProvider,
    clock: Clock,
    outbox: Outbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long that takes, it is neither uncertain nor sent again."""
    await put(storage, "a1")
    soon(clock)
    recorded, fails = outbox.sent, [True, True, False]

    async def fails_twice(*what: Any) -> None:
        if fails.pop(0):
            raise OperationalError("database is locked", None, Exception())
        await recorded(*what)

    monkeypatch.setattr("channels.delivery.sender.RECORD_AGAIN_SECONDS", 0)
    monkeypatch.setattr(outbox, "sent", fails_twice)
    await rounds(sender, 2)
    assert texts(provider) == ["a1"]
    assert await outbox.counts() == {"sent": 1}


async def test_a_long_call_stays_its_sender_s(
    storage: Storage,
    sender: Sender,
    provider: LoopbackProvider,
    clock: Clock,
    outbox: Outbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A lease is short, so that a dead sender's parts are found soon; who lives renews it."""
    monkeypatch.setattr("channels.delivery.sender.RENEW_SECONDS", 0.01)
    await put(storage, "a1")
    soon(clock)
    provider.hold = asyncio.Event()
    sending = asyncio.create_task(sender.run())
    await provider.until(1)
    clock.now += timedelta(hours=1)

    async def renewed() -> bool:
        async with storage.reading() as db:
            until = (await db.execute(select(parts_table.c.lease_until))).scalar_one()
        return bool(until > clock.now)

    await until_asked(renewed)
    assert await outbox.expire(clock.now) == 0
    provider.hold.set()
    sender.stop()
    await sending
    assert await outbox.counts() == {"sent": 1}


async def test_several_senders_send_each_part_once(
    channels: dict[str, Channel],
    session: aiohttp.ClientSession,
    storage: Storage,
    provider: LoopbackProvider,
    clock: Clock,
) -> None:
    """As several gateways on one database do."""
    for address in range(1, 9):
        await put(storage, *(f"{address}-{n}" for n in range(5)), address=str(address))
    soon(clock)
    senders = [
        Sender(Outbox(storage), OptOuts(storage), channels, Caller(session), Metrics(), clock)
        for _ in range(4)
    ]
    await asyncio.gather(*(rounds(sender, 8) for sender in senders))
    sent = texts(provider)
    assert len(sent) == len(set(sent)) == 40
    for address in range(1, 9):
        own = [one for one in sent if one.startswith(f"{address}-")]
        assert own == [f"{address}-{n}" for n in range(5)]


async def test_a_provider_that_is_away_is_asked_again(
    storage: Storage,
    outbox: Outbox,
    session: aiohttp.ClientSession,
    provider: LoopbackProvider,
    clock: Clock,
) -> None:
    """A refused connection is no refusal of the message."""
    section: dict[str, Any] = {**SECTION, "api": "http://127.0.0.1:1"}
    away = Sender(
        outbox,
        OptOuts(storage),
        open_channels({"telegram": section}, ""),
        Caller(session),
        Metrics(),
        clock,
    )
    back = open_channels({"telegram": {**SECTION, "api": provider.url}}, "")
    await put(storage, "a1")
    soon(clock)
    await away.round()
    assert await outbox.counts() == {"waiting": 1}
    clock.now += timedelta(seconds=2)
    await Sender(outbox, OptOuts(storage), back, Caller(session), Metrics(), clock).round()
    assert texts(provider) == ["a1"]


async def test_a_stopped_sender_ends_its_calls_first(
    storage: Storage, sender: Sender, provider: LoopbackProvider, clock: Clock, outbox: Outbox
) -> None:
    """So that a restart leaves nothing uncertain."""
    await put(storage, "a1")
    soon(clock)
    provider.hold = asyncio.Event()
    task = asyncio.create_task(sender.run())
    await provider.until(1)
    sender.stop()
    provider.hold.set()
    await asyncio.wait_for(task, 5)
    assert await outbox.counts() == {"sent": 1}
