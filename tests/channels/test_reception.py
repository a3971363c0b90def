"""The one path of a message: once, in order, and never without an answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from gateway_parts import MakeReception, settled, until, until_asked
from loopback_bot import LoopbackBot, ok, refusing, saying, waiting_for
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.errors import MessageEmpty, MessageTooLong, NotAccepting, UnofferedChoice
from channels.model import TALK_TO_PERSON, ConversationStatus, InboundMessage, TurnStatus
from channels.reception import Reception
from channels.records import Timeline
from channels.transcript import Transcript
from channels.turns import Turns


def message(
    text: str, delivery: str = "d1", address: str = "w_1", payload: str | None = None
) -> InboundMessage:
    return InboundMessage("web", address, delivery, text, payload)


async def timeline(transcript: Transcript, conversation: str) -> Timeline:
    found = await transcript.timeline(conversation)
    assert found is not None
    return found


async def test_a_message_is_answered_and_recorded(
    reception: Reception, transcript: Transcript
) -> None:
    """Message, reply, intent, confidence and time stand in the transcript."""
    receipt = await reception.accept(message("hello"))
    await settled(transcript)
    told = await timeline(transcript, receipt.conversation)
    assert [entry.message.text for entry in told.entries] == ["hello", "You said: hello"]
    record = told.turns[receipt.turn_id]
    assert (record.status, record.reason) == (TurnStatus.ANSWERED, None)
    assert (record.intent, record.confidence) == ("greet", 0.9)
    assert record.milliseconds is not None and record.bot_milliseconds is not None
    assert record.milliseconds >= record.bot_milliseconds > 0


async def test_the_language_that_is_spoken_is_kept_for_when_the_bot_cannot_speak(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """The bot gets the channel's hint and names the language; an apology is then made in it."""

    async def in_spanish(body: dict[str, Any]) -> web.StreamResponse:
        return ok(body, {"text": "Hola"}, language="es")

    bot.behaviour = in_spanish
    english_page = InboundMessage("web", "w_1", "d1", "hola", language="en-US")
    receipt = await reception.accept(english_page)
    await settled(transcript)
    bot.behaviour = refusing(503, {"reason": "dialogue"})
    await reception.accept(message("precio?", "d2"))
    await settled(transcript)
    told = await timeline(transcript, receipt.conversation)
    assert [asked["language"] for asked in bot.asked[:2]] == ["en-US", None]
    assert told.entries[-1].message.text.startswith("Lo siento, en este momento no pude responder")
    assert told.summary.language == "es"


async def test_before_the_bot_has_spoken_an_apology_goes_by_the_hint(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """A student of a Spanish page who finds the bot down reads Spanish."""
    bot.behaviour = refusing(503, {"reason": "dialogue"})
    receipt = await reception.accept(InboundMessage("web", "w_1", "d1", "?", language="es-MX"))
    await settled(transcript)
    told = await timeline(transcript, receipt.conversation)
    assert told.entries[-1].message.text.startswith("Lo siento")


async def test_a_repeated_delivery_is_answered_once(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """A retry while the turn runs and another after it add nothing."""
    await asyncio.gather(*(reception.accept(message("hello")) for _ in range(5)))
    await settled(transcript)
    receipt = await reception.accept(message("hello"))
    await settled(transcript)
    assert receipt.repeated
    assert len(bot.asked) == 1
    assert await transcript.watermark(receipt.conversation) == 2


async def test_order_is_kept_with_one_turn_in_flight(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """Twelve quick messages in each of four conversations are answered one after the other."""

    async def slower_first(body: dict[str, Any]) -> web.StreamResponse:
        await asyncio.sleep(0.02 if body["text"].endswith("0") else 0)
        return ok(body)

    bot.behaviour = slower_first
    for number in range(12):
        await asyncio.gather(
            *(
                reception.accept(message(f"{who} {number}", f"{who}-{number}", who))
                for who in "abcd"
            )
        )
    await settled(transcript)
    assert set(bot.most_at_once.values()) == {1}
    for who in "abcd":
        ended = [text for text in bot.ended if text.startswith(who)]
        assert ended == [f"{who} {number}" for number in range(12)]
        entries = await transcript.entries(await transcript.open("web", who))
        assert [entry.seq for entry in entries] == list(range(1, 25))


async def test_conversations_do_not_wait_for_each_other(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """A turn that hangs holds up its own conversation only."""
    release = asyncio.Event()

    async def hang_for_a(body: dict[str, Any]) -> web.StreamResponse:
        if body["text"] == "a":
            await release.wait()
        return ok(body)

    bot.behaviour = hang_for_a
    await reception.accept(message("a", "d1", "w_a"))
    other = await reception.accept(message("b", "d2", "w_b"))

    async def other_is_answered() -> bool:
        return await transcript.watermark(other.conversation) == 2

    await until_asked(other_is_answered)
    assert bot.ended == ["b"]
    release.set()
    await settled(transcript)


async def test_a_turn_cut_short_is_taken_up_once(
    make_reception: MakeReception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """What was accepted but not answered when a gateway ended is answered by the next, once."""
    bot.behaviour = waiting_for(asyncio.Event())
    before = make_reception()
    receipt = await before.accept(message("first", "d1"))
    await before.accept(message("second", "d2"))
    await until(lambda: bot.asked)
    await before.drain(0)
    bot.behaviour = saying({"text": "Here I am."})
    after = make_reception()
    assert await after.resume() == 1
    await settled(transcript)
    assert await make_reception().resume() == 0
    told = await timeline(transcript, receipt.conversation)
    said = [entry.message.text for entry in told.entries]
    assert said == ["first", "second", "Here I am.", "Here I am."]
    assert [body["turn_id"] for body in bot.asked[:2]] == [receipt.turn_id] * 2


async def test_a_failed_turn_is_apologised_for_and_the_next_one_works(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """The student gets contact and choice, the turn its reason; then the bot is back."""
    await bot.stop()
    failed = await reception.accept(message("hello", "d1"))
    await settled(transcript)
    await bot.start()
    worked = await reception.accept(message("hello again", "d2"))
    await settled(transcript)
    told = await timeline(transcript, failed.conversation)
    apology, answer = told.entries[1].message, told.entries[3].message
    assert apology.kind == "apology"
    assert "advising@maple-harbor.example" in apology.text
    assert "+1-555-010-0142" in apology.text
    assert [choice.payload for choice in apology.choices] == [TALK_TO_PERSON]
    assert told.turns[failed.turn_id].status is TurnStatus.FAILED
    assert told.turns[failed.turn_id].reason == "unreachable"
    assert answer.text == "You said: hello again"
    assert told.turns[worked.turn_id].status is TurnStatus.ANSWERED
    assert told.summary.status is ConversationStatus.OPEN


async def test_a_failing_action_is_apologised_for(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """A failure payload never reaches the student, its reason reaches the record."""
    bot.behaviour = saying({"custom": {"type": "failure", "reason": "no_edition"}})
    receipt = await reception.accept(message("hello"))
    await settled(transcript)
    told = await timeline(transcript, receipt.conversation)
    assert told.entries[1].message.kind == "apology"
    assert told.turns[receipt.turn_id].reason == "no_edition"


async def test_a_hand_over_makes_the_conversation_wait(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """Staff see the conversation as waiting; the student is told how to reach them."""
    bot.behaviour = saying({"custom": {"type": "handover", "text": "Soon.", "reason": "asked"}})
    receipt = await reception.accept(message("can I talk to someone"))
    await settled(transcript)
    told = await timeline(transcript, receipt.conversation)
    assert told.summary.status is ConversationStatus.WAITING
    reply = told.entries[1].message
    assert reply.kind == "handover"
    assert reply.text.startswith("Soon.")
    assert "advising@maple-harbor.example" in reply.text


async def test_the_way_to_a_person_works_without_the_bot(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """The gateway itself hands over, and keeps why it had to."""
    await bot.stop()
    receipt = await reception.accept(message("Talk to a person", payload=TALK_TO_PERSON))
    await settled(transcript)
    told = await timeline(transcript, receipt.conversation)
    reply = told.entries[1].message
    assert reply.kind == "handover"
    assert "advising@maple-harbor.example" in reply.text
    assert told.summary.status is ConversationStatus.WAITING
    assert told.turns[receipt.turn_id].status is TurnStatus.ANSWERED
    assert told.turns[receipt.turn_id].reason == "unreachable"


async def test_an_offered_choice_reaches_the_bot_as_a_command(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """Offered, it is passed on as payload; in another conversation it is refused."""
    choices = [{"label": "UX", "text": "UX", "payload": '/pick{"program":"ux"}'}]
    bot.behaviour = saying({"text": "Which?", "choices": choices})
    await reception.accept(message("hello"))
    await settled(transcript)
    await reception.accept(message("UX", "d2", payload='/pick{"program":"ux"}'))
    await settled(transcript)
    assert bot.asked[1]["payload"] == '/pick{"program":"ux"}'
    with pytest.raises(UnofferedChoice):
        await reception.accept(message("UX", "d3", "w_2", '/pick{"program":"ux"}'))


@pytest.mark.parametrize("payload", ["/restart", "/session_start", '/pick{"program":"ux"}', "/"])
async def test_a_forged_choice_is_refused(
    reception: Reception, transcript: Transcript, bot: LoopbackBot, payload: str
) -> None:
    """A command that was never offered reaches neither transcript nor bot."""
    with pytest.raises(UnofferedChoice):
        await reception.accept(message("x", payload=payload))
    await settled(transcript)
    assert bot.asked == []


async def test_a_typed_slash_stays_text(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """What a student types is never sent as a command."""
    await reception.accept(message("/restart"))
    await settled(transcript)
    assert (bot.asked[0]["text"], bot.asked[0]["payload"]) == ("/restart", None)


async def test_length_and_emptiness_are_checked(reception: Reception) -> None:
    """The limit itself is still taken; one character more is not."""
    await reception.accept(message("x" * 2000))
    with pytest.raises(MessageTooLong, match="2001 characters; at most 2000"):
        await reception.accept(message("x" * 2001, "d2"))
    with pytest.raises(MessageEmpty):
        await reception.accept(message(" \n\x00", "d3"))


async def test_draining_lets_the_running_turn_finish(
    reception: Reception, transcript: Transcript, turns: Turns, bot: LoopbackBot
) -> None:
    """Nothing new is taken, what runs is answered, what waits is kept for the next start."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    receipt = await reception.accept(message("first", "d1"))
    await reception.accept(message("second", "d2"))
    await until(lambda: bot.asked)
    draining = asyncio.create_task(reception.drain(10))
    await asyncio.sleep(0)
    with pytest.raises(NotAccepting):
        await reception.accept(message("third", "d3"))
    release.set()
    await draining
    said = [e.message.text for e in await transcript.entries(receipt.conversation)]
    assert said == ["first", "second", "You said: first"]
    assert await turns.ready() == (receipt.conversation,)


async def test_an_unwritable_database_is_not_acknowledged(
    reception: Reception, engine: AsyncEngine
) -> None:
    """The sender is told to keep the message when it could not be recorded."""
    async with engine.begin() as db:
        await db.exec_driver_sql("DROP TABLE deliveries")
    with pytest.raises(NotAccepting):
        await reception.accept(message("hello"))


async def test_a_database_that_comes_back_gets_the_reply(
    reception: Reception, transcript: Transcript, engine: AsyncEngine, bot: LoopbackBot
) -> None:
    """A turn whose reply could not be written is asked again under its own id."""
    release = asyncio.Event()
    bot.behaviour = waiting_for(release)
    receipt = await reception.accept(message("hello"))
    await until(lambda: bot.asked)
    async with engine.begin() as db:
        await db.exec_driver_sql("ALTER TABLE messages RENAME TO away")
    release.set()
    await until(lambda: bot.ended)
    await asyncio.sleep(0.05)
    async with engine.begin() as db:
        await db.exec_driver_sql("ALTER TABLE away RENAME TO messages")
    await settled(transcript)
    assert await transcript.watermark(receipt.conversation) == 2
    assert {body["turn_id"] for body in bot.asked} == {receipt.turn_id}


async def test_a_bot_error_is_recorded_with_the_bots_word(
    reception: Reception, transcript: Transcript, bot: LoopbackBot
) -> None:
    """503 with a reason leaves that reason in the record."""
    bot.behaviour = refusing(503, {"status": "error", "reason": "tracker_store"})
    receipt = await reception.accept(message("hello"))
    await settled(transcript)
    told = await timeline(transcript, receipt.conversation)
    assert told.turns[receipt.turn_id].reason == "tracker_store"
