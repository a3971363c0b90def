"""What was told and holds no longer is taken back: once in each conversation, where it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.audit import Actor
from channels.carrier import NoPost
from channels.erasing import tables_naming
from channels.holds import Holds
from channels.hub import Hub
from channels.model import CORRECTION, Author, InboundMessage, OutboundMessage, Part
from channels.opting import OptOuts
from channels.outbox import Outbox
from channels.schema import conversations, messages
from channels.staff.corrections import Corrections, Queued, Wanted, told_key
from channels.staff.recorded import Recorded
from channels.storage import Storage
from channels.transcript import Transcript
from knowledge_base.drafts.differences import replaced
from knowledge_base.model import Citation, Validity

ACTOR = Actor("Ben Reviewer", "a_1")
LEASE = timedelta(minutes=1)
DAY = timedelta(hours=24)
FEES = Citation("Fees", "It is $1,290.", document_id="fees", validity=Validity())
WANTED = Wanted("fees", "$1,140", {"": "Now $1,290. [1]", "es": "Ahora $1,290. [1]"}, FEES)


class Carrying(NoPost):
    """Texts, which may come at any time, and a channel that closes after a day."""

    def parts(
        self, channel: str, messages: Sequence[OutboundMessage]
    ) -> tuple[tuple[Part, ...], ...]:
        """One part a message, as for a provider."""
        return tuple(({"text": said.text},) if channel != "web" else () for said in messages)

    def carries(self, channel: str) -> bool:
        """What is set up."""
        return channel in {"sms", "whatsapp"}

    def window(self, channel: str, _address: str) -> timedelta | None:
        """Of one of them."""
        return DAY if channel == "whatsapp" else None


@pytest.fixture
def storage(either_engine: AsyncEngine) -> Storage:
    return Storage(either_engine)


@pytest.fixture
def corrections(storage: Storage) -> Corrections:
    return Corrections(storage, post=Carrying(), hub=Hub())


async def told(
    engine: AsyncEngine,
    channel: str,
    name: str,
    *,
    ago: timedelta = timedelta(),
    language: str = "",
) -> str:
    """A conversation whose student asked for the fee and was told the old one."""
    transcript, at = Transcript(Storage(engine)), datetime.now(UTC) - ago
    receipt = await transcript.record(InboundMessage(channel, name, f"d{name}", "what is the fee"))
    answer = {"kind": "quote", "text": "It is $1,140.", "citations": [FEES.to_wire()]}
    async with engine.begin() as db:
        await db.execute(update(messages).where(messages.c.id == receipt.message_id).values(at=at))
        await db.execute(
            update(conversations)
            .where(conversations.c.id == receipt.conversation)
            .values(last_seq=receipt.seq + 1, language=language or None)
        )
        await db.execute(
            insert(messages).values(
                id=f"m_{name}",
                conversation_id=receipt.conversation,
                seq=receipt.seq + 1,
                turn_id=receipt.turn_id,
                author=Author.ASSISTANT,
                kind="answer",
                text="It is $1,140.",
                answer=answer,
                at=at,
            )
        )
    return receipt.conversation


async def states(corrections: Corrections) -> dict[str, Queued]:
    return {each.conversation: each for each in await corrections.of("fees")}


async def said_in(storage: Storage, conversation: str) -> list[OutboundMessage]:
    entries = await Transcript(storage).entries(conversation)
    return [each.message for each in entries if each.message.kind == CORRECTION]


async def test_each_conversation_is_told_once_where_it_arrives(
    either_engine: AsyncEngine, storage: Storage, corrections: Corrections
) -> None:
    """In its language and with the source; who cannot be reached is named with the reason."""
    open_ones = [await told(either_engine, "web", "w", language="es-MX")]
    open_ones += [await told(either_engine, "sms", "s"), await told(either_engine, "whatsapp", "n")]
    closed = await told(either_engine, "whatsapp", "old", ago=timedelta(hours=25))
    called = await told(either_engine, "voice", "v")
    off = await told(either_engine, "slack", "off")
    out = await told(either_engine, "sms", "out")
    await OptOuts(storage).set("sms", "out", datetime.now(UTC))
    relied = await Recorded(either_engine).relied_on("fees", "$1,140", 7)
    assert {each.question for each in relied} == {"what is the fee"}

    assert await corrections.queue(ACTOR, WANTED, relied) == (7, 0)
    assert {each.state for each in (await states(corrections)).values()} == {"queued"}
    await asyncio.gather(corrections.round(), corrections.round())
    found = await states(corrections)
    assert [found[one].state for one in open_ones] == ["in the chat", "on its way", "on its way"]
    reasons = {one: found[one].reason for one in (closed, called, off, out)}
    assert reasons == {closed: "closed", called: "call", off: "switched_off", out: "opted_out"}
    for one in open_ones:
        (said,) = await said_in(storage, one)
        assert said.author is Author.SYSTEM
        assert said.answer is not None
        assert said.answer["citations"] == [FEES.to_wire()]
    assert (await said_in(storage, open_ones[0]))[0].text.startswith("Ahora")
    assert (await said_in(storage, open_ones[1]))[0].text.startswith("Now")
    assert await said_in(storage, closed) == []

    again = replace(WANTED, told="1,140")
    assert await corrections.queue(ACTOR, again, relied) == (0, 7)
    await corrections.round()
    assert len(await said_in(storage, open_ones[0])) == 1
    corrected = await Recorded(either_engine).relied_on("fees", "$1,290", 7)
    assert {each.conversation for each in corrected} == set(open_ones)


async def test_a_correction_leaves_while_a_person_holds_the_conversation(
    either_engine: AsyncEngine, storage: Storage, corrections: Corrections
) -> None:
    """A person has confirmed its words; what became of the part is told."""
    place = await told(either_engine, "sms", "held")
    until = datetime.now(UTC) + LEASE
    assert await Holds(storage).take_over(place, "a_2", until)
    relied = await Recorded(either_engine).relied_on("fees", "", 7)
    await corrections.queue(ACTOR, WANTED, relied)
    await corrections.round()
    outbox, now = Outbox(storage), datetime.now(UTC) + timedelta(seconds=1)
    (parcel,) = await outbox.claim(now, LEASE, 8)
    assert parcel.part == {"text": "Now $1,290. [1]"}
    await outbox.expire(now + 2 * LEASE)
    assert (await states(corrections))[place].state == "uncertain"


async def test_a_refused_correction_is_unreachable_with_the_provider_s_reason(
    either_engine: AsyncEngine, storage: Storage, corrections: Corrections
) -> None:
    """And one that was taken is sent."""
    places = {name: await told(either_engine, "sms", name) for name in ("good", "bad")}
    relied = await Recorded(either_engine).relied_on("fees", "", 7)
    await corrections.queue(ACTOR, WANTED, relied)
    await corrections.round()
    outbox, now = Outbox(storage), datetime.now(UTC) + timedelta(seconds=1)
    for parcel in await outbox.claim(now, LEASE, 8):
        if parcel.address == "good":
            await outbox.sent(parcel.id, "p1", now)
        else:
            await outbox.dead(parcel.id, "code_21610", now)
    found = await states(corrections)
    assert found[places["good"]].state == "sent"
    assert (found[places["bad"]].state, found[places["bad"]].reason) == (
        "unreachable",
        "code_21610",
    )


async def test_a_correction_goes_with_its_conversation(either_engine: AsyncEngine) -> None:
    """Erasing finds its table by itself."""
    async with either_engine.connect() as db:
        assert "corrections" in await db.run_sync(tables_naming)


@pytest.mark.parametrize(
    ("before", "after", "now"),
    [
        ("Aid is there. It costs $1,140.", "Aid is there. It costs $1,290.", "It costs $1,290."),
        ("It costs $1,140.", "It costs $1,140. Ask us.", ""),
        ("It costs $1,140.\n\nAsk.", "Ask.", ""),
    ],
)
def test_what_stands_in_place_of_what_was_told(before: str, after: str, now: str) -> None:
    """The changed sentences only; nothing where they stayed or went."""
    assert replaced(before, after, "$1,140") == now


def test_signs_do_not_make_another_value() -> None:
    """Two people who look for the same fee write it differently."""
    assert told_key("$1,140 ") == told_key("1140")
    assert told_key("$1,140") != told_key("$1,145")
