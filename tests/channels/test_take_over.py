"""While a person holds a conversation the bot is silent, whatever was under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from gateway_in_process import GatewayInProcess
from gateway_parts import settled, until, until_asked
from loopback_bot import LoopbackBot, repeat, waiting_for
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.holds import Holds
from channels.model import Author, InboundMessage, OutboundMessage, TurnStatus
from channels.outbox import Outbox
from channels.records import Outcome, PendingTurn
from channels.storage import Storage
from channels.transcript import Transcript
from channels.turns import Turns

MakeGateway = Callable[[], GatewayInProcess]
AGENT = "a_1"
LEASE = timedelta(minutes=1)


def soon(seconds: float = 60) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def message(text: str, delivery: str, address: str = "1") -> InboundMessage:
    return InboundMessage("web", address, delivery, text)


@pytest.fixture
async def gateway(make_gateway: MakeGateway) -> GatewayInProcess:
    return make_gateway()


@dataclass(frozen=True)
class Rooms:
    """A gateway's way to the tables, with nobody at work on what is there."""

    transcript: Transcript
    turns: Turns
    holds: Holds


@pytest.fixture
def rooms(either_engine: AsyncEngine) -> Rooms:
    storage = Storage(either_engine)
    return Rooms(Transcript(storage), Turns(storage), Holds(storage))


@pytest.fixture
def outbox(either_engine: AsyncEngine) -> Outbox:
    return Outbox(Storage(either_engine))


async def said(gateway: GatewayInProcess | Rooms, conversation: str) -> list[str]:
    return [entry.message.text for entry in await gateway.transcript.entries(conversation)]


async def running(gateway: Rooms, address: str = "1") -> PendingTurn:
    """A turn that the bot is being asked."""
    receipt = await gateway.transcript.record(message("hello", f"d-{address}", address))
    turn = await gateway.turns.claim(receipt.conversation)
    assert turn is not None
    return turn


def reply(*texts: str, author: Author = Author.ASSISTANT) -> Outcome:
    replies = tuple(OutboundMessage(text, author) for text in texts)
    return Outcome(TurnStatus.ANSWERED, replies, parts=tuple(({"text": t},) for t in texts))


async def test_a_reply_that_comes_after_a_take_over_is_not_written(
    gateway: GatewayInProcess, bot: LoopbackBot
) -> None:
    """The student's words wait for the person; handed back, they count as dealt with."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    receipt = await gateway.reception.accept(message("one", "d1"))
    await until(lambda: bot.asked)
    assert await gateway.holds.take_over(receipt.conversation, AGENT, soon())
    release.set()
    await gateway.reception.accept(message("two", "d2"))
    await until(lambda: bot.ended)
    assert await gateway.holds.hand_back(receipt.conversation, AGENT)
    bot.behaviour = repeat
    await gateway.reception.accept(message("three", "d3"))
    await settled(gateway.transcript)
    assert await said(gateway, receipt.conversation) == ["one", "two", "three", "You said: three"]
    timeline = await gateway.transcript.timeline(receipt.conversation)
    assert timeline is not None
    ends = [(turn.status.value, turn.reason) for turn in timeline.turns.values()]
    assert sorted(ends, key=str) == [("answered", "person")] * 2 + [("answered", None)]


async def test_a_turn_does_not_begin_while_a_person_holds_the_conversation(
    gateway: GatewayInProcess, bot: LoopbackBot
) -> None:
    """It is recorded, and neither counted as waiting for the bot nor offered to a gateway."""
    conversation = await gateway.transcript.open("web", "1")
    await gateway.holds.take_over(conversation, AGENT, soon())
    await gateway.reception.accept(message("one", "d1"))
    assert await gateway.turns.claim(conversation) is None
    assert await gateway.turns.ready() == ()
    assert (await gateway.transcript.backlog()).turns == 0
    assert await said(gateway, conversation) == ["one"]
    assert bot.asked == []


async def test_a_hold_that_runs_out_leaves_the_student_to_the_bot(
    gateway: GatewayInProcess, bot: LoopbackBot
) -> None:
    """A person who goes away without a word must not leave a question unanswered."""
    conversation = await gateway.transcript.open("web", "1")
    await gateway.holds.take_over(conversation, AGENT, soon(0.5))
    await gateway.reception.accept(message("one", "d1"))

    async def answered() -> bool:
        return await said(gateway, conversation) == ["one", "You said: one"]

    await until_asked(answered)
    assert not await gateway.holds.hand_back(conversation, AGENT)


async def test_only_one_person_holds_a_conversation(rooms: Rooms) -> None:
    """Who holds it may prolong it; another is told no, and cannot hand it back either."""
    holds = rooms.holds
    conversation = await rooms.transcript.open("web", "1")
    wanting = [holds.take_over(conversation, f"a_{n}", soon()) for n in range(8)]
    taken = await asyncio.gather(*wanting)
    assert sum(taken) == 1
    holder, other = f"a_{taken.index(True)}", f"a_{taken.index(False)}"
    assert await holds.take_over(conversation, holder, soon(120))
    assert not await holds.hand_back(conversation, other)
    assert await holds.hand_back(conversation, holder)
    assert await holds.take_over(conversation, other, soon())
    assert not await holds.take_over("c_nobody", holder, soon())


async def test_replies_and_take_overs_at_the_same_moment_have_an_order(
    rooms: Rooms,
) -> None:
    """Forty races: a reply stands in the transcript before the take-over, or not at all."""
    for number in range(40):
        turn = await running(rooms, str(number))
        at_take_over: list[str] = []

        async def take(conversation: str = turn.conversation) -> None:
            await rooms.holds.take_over(conversation, AGENT, soon())
            at_take_over.extend(await said(rooms, conversation))  # noqa: B023 - awaited below

        await asyncio.gather(take(), rooms.turns.finish(turn, reply("bot")))
        assert await said(rooms, turn.conversation) == at_take_over


async def test_what_no_provider_has_been_handed_is_kept_back(rooms: Rooms, outbox: Outbox) -> None:
    """Also later, when the person has handed back: it would come out of order."""
    turn = await running(rooms)
    await rooms.turns.finish(turn, reply("one", "two"))
    await rooms.holds.take_over(turn.conversation, AGENT, soon())
    assert await outbox.claim(soon(1), LEASE, 16) == ()
    await rooms.holds.hand_back(turn.conversation, AGENT)
    assert await outbox.claim(soon(1), LEASE, 16) == ()
    assert await outbox.counts() == {"withdrawn": 2}


async def test_what_the_person_says_is_sent(rooms: Rooms, outbox: Outbox) -> None:
    """A hold keeps back the bot's words only, and what it keeps back holds nobody up."""
    turn = await running(rooms)
    await rooms.turns.finish(turn, reply("bot"))
    second = await rooms.transcript.record(message("again", "d2"))
    turn = await rooms.turns.claim(second.conversation) or turn
    await rooms.turns.finish(turn, reply("person", author=Author.PERSON))
    await rooms.holds.take_over(turn.conversation, AGENT, soon())
    (parcel,) = await outbox.claim(soon(1), LEASE, 16)
    assert parcel.part == {"text": "person"}


async def test_a_take_over_waits_for_what_is_on_its_way(rooms: Rooms, outbox: Outbox) -> None:
    """Once the person has the conversation, nothing of the bot's is with a provider."""
    turn = await running(rooms)
    await rooms.turns.finish(turn, reply("one", "two"))
    (parcel,) = await outbox.claim(soon(1), LEASE, 16)
    taking = asyncio.create_task(rooms.holds.take_over(turn.conversation, AGENT, soon(120)))

    async def held() -> bool:
        return (await outbox.counts()).get("withdrawn") == 1

    await until_asked(held)
    assert not taking.done()
    await outbox.again(parcel.id, soon(0), "busy")
    assert await taking
    assert await outbox.counts() == {"withdrawn": 2}


async def test_what_a_dead_sender_was_sending_is_sent_again(rooms: Rooms, outbox: Outbox) -> None:
    """At a provider that knows a part again, which takes it once."""
    turn = await running(rooms)
    await rooms.turns.finish(turn, reply("one"))
    await outbox.claim(soon(1), LEASE, 16)
    assert await outbox.expire(soon(120), once=["web"]) == 0
    assert await outbox.counts() == {"waiting": 1}


async def test_nothing_is_sent_again_over_a_person(rooms: Rooms, outbox: Outbox) -> None:
    """Whether the provider has it already or not."""
    turn = await running(rooms)
    await rooms.turns.finish(turn, reply("one", "two"))
    await outbox.claim(soon(1), LEASE, 16)
    taking = asyncio.create_task(rooms.holds.take_over(turn.conversation, AGENT, soon(3600)))

    async def held() -> bool:
        return (await outbox.counts()).get("withdrawn") == 1

    await until_asked(held)
    assert await outbox.expire(soon(120), once=["web"]) == 1
    assert await taking
    assert await outbox.counts() == {"uncertain": 1, "withdrawn": 1}


async def test_parts_and_take_overs_at_the_same_moment_have_an_order(
    rooms: Rooms, outbox: Outbox
) -> None:
    """Forty races: a part is handed over before the person has the conversation, or never."""
    for number in range(40):
        turn = await running(rooms, str(number))
        await rooms.turns.finish(turn, reply("bot"))
        on_its_way: list[int] = []

        async def take(conversation: str = turn.conversation) -> None:
            await rooms.holds.take_over(conversation, AGENT, soon())
            on_its_way.append(await outbox.on_their_way(conversation))  # noqa: B023 - awaited below

        async def send() -> None:
            for parcel in await outbox.claim(soon(1), LEASE, 16):
                await outbox.sent(parcel.id, "", soon(0))

        await asyncio.gather(send(), take())
        assert on_its_way == [0]
        assert await outbox.claim(soon(1), LEASE, 16) == ()
