"""The transcript keeps every message once, in order, without gaps."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.model import (
    Author,
    Choice,
    ConversationStatus,
    InboundMessage,
    OutboundMessage,
    TurnStatus,
)
from channels.records import Outcome
from channels.storage import WRITERS
from channels.transcript import Transcript
from channels.turns import Turns


@pytest.fixture
def engine(either_engine: AsyncEngine) -> AsyncEngine:
    """Each of these tests runs on SQLite and on PostgreSQL."""
    return either_engine


def inbound(text: str, delivery: str, address: str = "w_1") -> InboundMessage:
    return InboundMessage("web", address, delivery, text)


def answered(*texts: str) -> Outcome:
    return Outcome(TurnStatus.ANSWERED, tuple(OutboundMessage(text) for text in texts))


async def test_a_repeated_delivery_gets_its_first_receipt(transcript: Transcript) -> None:
    """The same delivery is written once, however often it comes."""
    first = await transcript.record(inbound("hello", "d1"))
    again = await transcript.record(inbound("hello", "d1"))
    assert (again.conversation, again.turn_id, again.seq) == (
        first.conversation,
        first.turn_id,
        first.seq,
    )
    assert again.repeated and not first.repeated
    assert len(await transcript.entries(first.conversation)) == 1


async def test_deliveries_at_the_same_moment_are_written_once(transcript: Transcript) -> None:
    """Six copies of ten deliveries at once leave ten messages, numbered 1 to 10.

    Fewer than may write at once: more would stand in line for longer than a busy machine allows.
    """
    copies = [inbound(f"m{n % 10}", f"d{n % 10}") for n in range(60)]
    assert len(copies) < WRITERS
    receipts = await asyncio.gather(*(transcript.record(copy) for copy in copies))
    assert sum(not receipt.repeated for receipt in receipts) == 10
    entries = await transcript.entries(receipts[0].conversation)
    assert [entry.seq for entry in entries] == list(range(1, 11))


async def test_a_conversation_is_begun_once(transcript: Transcript) -> None:
    """However many ask for it at the same moment."""
    ids = await asyncio.gather(*(transcript.open("web", "w_1") for _ in range(40)))
    assert len(set(ids)) == 1


async def test_the_same_id_on_two_channels_is_two_deliveries(transcript: Transcript) -> None:
    """Ids of one provider say nothing about another's."""
    await transcript.record(inbound("hello", "d1"))
    other = await transcript.record(InboundMessage("sms", "+1", "d1", "hello"))
    assert not other.repeated


async def test_replies_are_written_once(transcript: Transcript, turns: Turns) -> None:
    """A turn that is finished a second time keeps its first outcome."""
    receipt = await transcript.record(inbound("hello", "d1"))
    turn = await turns.claim(receipt.conversation)
    assert turn is not None
    assert await turns.finish(turn, answered("a", "b")) == 3
    assert await turns.finish(turn, answered("c")) is None
    entries = await transcript.entries(receipt.conversation)
    assert [(e.seq, e.message.text) for e in entries] == [(1, "hello"), (2, "a"), (3, "b")]


async def test_a_message_survives_the_way_through_the_database(
    transcript: Transcript, turns: Turns
) -> None:
    """Choices, answer, author and time come back as they were written."""
    receipt = await transcript.record(inbound("how much?", "d1"))
    turn = await turns.claim(receipt.conversation)
    assert turn is not None
    choice = Choice("Talk to a person", "Talk to a person", "/talk_to_person")
    reply = OutboundMessage("It costs $500.", Author.SYSTEM, "answer", (choice,), {"kind": "quote"})
    await turns.finish(turn, Outcome(TurnStatus.ANSWERED, (reply,), intent="ask_cost"))
    entry = (await transcript.entries(receipt.conversation, after=1))[0]
    assert entry.message == reply
    assert abs(datetime.now(UTC) - entry.at) < timedelta(minutes=1)


async def test_turns_come_in_the_order_of_their_messages(
    transcript: Transcript, turns: Turns
) -> None:
    """The oldest turn without an outcome is next, also when it was running before."""
    for number in (1, 2):
        receipt = await transcript.record(inbound(f"m{number}", f"d{number}"))
    for _ in range(2):
        turn = await turns.claim(receipt.conversation)
        assert turn is not None and turn.text == "m1"
    await turns.finish(turn, answered("ok"))
    following = await turns.claim(receipt.conversation)
    assert following is not None and following.text == "m2"


async def test_offers_are_those_of_the_conversation(transcript: Transcript, turns: Turns) -> None:
    """The newest message's first; none of another conversation."""
    receipt = await transcript.record(inbound("hello", "d1"))
    turn = await turns.claim(receipt.conversation)
    assert turn is not None
    offer = Choice("UX", payload='/pick{"program":"ux"}')
    said = (OutboundMessage("Which?", choices=(offer,)), OutboundMessage("Well?"))
    await turns.finish(turn, Outcome(TurnStatus.ANSWERED, said))
    await transcript.record(inbound("hello", "d2", "w_2"))
    assert await transcript.offers("web", "w_1", newest=1) == ((),)
    newest, before = await transcript.offers("web", "w_1")
    assert (newest, [choice.key for choice in before]) == ((), [offer.key])
    assert await transcript.offers("web", "w_2") == ()


async def test_waiting_conversations_are_listed_first(transcript: Transcript, turns: Turns) -> None:
    """Those who wait for a person stand above newer ones; empty ones are not listed."""
    waiting = await transcript.record(inbound("person please", "d1", "w_1"))
    turn = await turns.claim(waiting.conversation)
    assert turn is not None
    outcome = Outcome(
        TurnStatus.ANSWERED,
        (OutboundMessage("Here is how."),),
        conversation_status=ConversationStatus.WAITING,
    )
    await turns.finish(turn, outcome)
    newer = [await transcript.record(inbound(f"m{n}", f"n{n}", f"w_n{n}")) for n in range(3)]
    await transcript.open("web", "w_silent")
    listed = await transcript.conversations(0, 10)
    ids = [summary.id for summary in listed]
    assert ids == [waiting.conversation, *(receipt.conversation for receipt in newer[::-1])]
    assert listed[0].latest == "person please"
    assert [s.id for s in await transcript.conversations(2, 1)] == ids[2:3]


async def test_an_unknown_conversation_has_no_timeline(transcript: Transcript) -> None:
    """Nothing is made up for an id that nobody gave out."""
    assert await transcript.timeline("c_nobody") is None
    assert await transcript.watermark("c_nobody") == 0


async def test_a_turn_knows_what_its_reply_needs(transcript: Transcript, turns: Turns) -> None:
    """As the newest message that says so has it; one that says nothing changes nothing."""
    addresses = [{"subject": "Fees"}, None, {"subject": "Re: Fees"}, None]
    known = []
    for number, reply_to in enumerate(addresses):
        one = InboundMessage("email", "a@example.edu", f"d{number}", "hello", reply_to=reply_to)
        receipt = await transcript.record(one)
        turn = await turns.claim(receipt.conversation)
        assert turn is not None and turn.address == "a@example.edu"
        known.append(turn.reply_to)
        await turns.finish(turn, answered("hi"))
    assert known == [addresses[0], addresses[0], addresses[2], addresses[2]]
