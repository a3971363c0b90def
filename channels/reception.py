"""The one path of a message: recorded at the door, answered in order, never lost in between."""

from __future__ import annotations

import asyncio
import time
from contextvars import Context
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.apology import Apologist
from channels.brain import Brain, BrainReply
from channels.errors import MessageEmpty, MessageTooLong, NotAccepting, UnofferedChoice
from channels.hub import Hub
from channels.metrics import Metrics
from channels.model import (
    Choice,
    ConversationStatus,
    InboundMessage,
    OutboundMessage,
    Part,
    TurnStatus,
)
from channels.picking import picked
from channels.records import Outcome, PendingTurn, Receipt
from channels.transcript import Transcript
from languages.speech import short, speaking

TALK_TO_PERSON = "/talk_to_person"
"""The command that always stands open: a student may ask for a person at any time."""
ALWAYS_OPEN = frozenset({TALK_TO_PERSON, "/greet"})
"""Commands that need not have been offered: a messenger's start button is a greeting."""
FIRST_RETRY_SECONDS = 0.2
LONGEST_RETRY_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Post(Protocol):
    """What carries replies to where they are read; the web chat reads them from here."""

    def parts(self, channel: str, message: OutboundMessage) -> tuple[Part, ...]:
        """What a channel's provider is sent; nothing of a channel that has none."""
        ...

    def numbers_choices(self, channel: str) -> bool:
        """Whether a channel shows choices with numbers."""
        ...

    def knock(self) -> None:
        """Parts were put in line."""
        ...


class NoPost:
    """For a gateway that has no channel but the web chat."""

    def parts(self, _channel: str, _message: OutboundMessage) -> tuple[Part, ...]:
        """Nothing."""
        return ()

    def numbers_choices(self, _channel: str) -> bool:
        """No channel does."""
        return False

    def knock(self) -> None:
        """Nobody is there to hear it."""


class Reception:
    """Accepts messages and answers them with one turn in flight per conversation."""

    def __init__(
        self,
        *,
        transcript: Transcript,
        brain: Brain,
        hub: Hub,
        metrics: Metrics,
        apologist: Apologist,
        message_limit: int,
        post: Post | None = None,
    ) -> None:
        self._transcript = transcript
        self._brain = brain
        self._hub = hub
        self._metrics = metrics
        self._apologist = apologist
        self._message_limit = message_limit
        self._post = post or NoPost()
        self._accepting = True
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._knocks: set[str] = set()

    async def resume(self) -> int:
        """Take up the turns that have no outcome; how many conversations have one."""
        conversations = await self._transcript.unfinished()
        for conversation in conversations:
            self._wake(conversation)
        return len(conversations)

    async def accept(self, inbound: InboundMessage) -> Receipt:
        """Record a message; it will be answered even if this process dies right after.

        A repeated delivery returns its first receipt and starts nothing. Raises a
        `channels.errors.MessageRefused` that says why the message is not taken.
        """
        # No database stores half a character, PostgreSQL no NUL; no reader would miss either.
        whole = inbound.text.encode("utf-8", "replace").decode().replace("\x00", "")
        inbound = replace(inbound, text=whole)
        self._check(inbound)
        try:
            inbound = await self._with_choice(inbound)
            receipt = await self._transcript.record(inbound)
        except SQLAlchemyError as error:
            log.error("transcript_unwritable", error=type(error).__name__)
            raise NotAccepting("The message could not be recorded.") from error
        if receipt.repeated:
            self._metrics.repeats.labels(inbound.channel).inc()
        else:
            self._metrics.messages.labels(inbound.channel).inc()
            self._hub.announce(receipt.conversation, receipt.seq)
        self._wake(receipt.conversation)
        return receipt

    def _check(self, inbound: InboundMessage) -> None:
        if not self._accepting:
            raise NotAccepting("The assistant is restarting.")
        if len(inbound.text) > self._message_limit:
            raise MessageTooLong(
                f"The message has {len(inbound.text)} characters; "
                f"at most {self._message_limit} are taken."
            )
        if not inbound.text.strip():
            raise MessageEmpty("The message is empty.")

    async def _with_choice(self, inbound: InboundMessage) -> InboundMessage:
        """The message as the choice that it picks, if any; only what was offered can be picked."""
        by_number = self._post.numbers_choices(inbound.channel)
        if inbound.payload in ALWAYS_OPEN or not (inbound.payload or inbound.picked or by_number):
            return inbound
        conversation = await self._transcript.open(inbound.channel, inbound.address)
        if not (inbound.payload or inbound.picked):
            offers = await self._transcript.offers(conversation, newest=1)
            choice = picked(inbound.text, offers[0] if offers else ())
            return _picking(inbound, choice) if choice else inbound
        offers = await self._transcript.offers(conversation)
        every = (choice for choices in offers for choice in choices)
        choice = next((one for one in every if _is_picked(one, inbound)), None)
        if choice is None:
            raise UnofferedChoice("This choice was not offered in this conversation.")
        return _picking(inbound, choice)

    async def drain(self, seconds: float) -> None:
        """Accept nothing more, let running turns finish; the rest waits for the next start."""
        self._accepting = False
        workers = set(self._workers.values())
        if not workers:
            return
        _, late = await asyncio.wait(workers, timeout=seconds)
        for worker in late:
            worker.cancel()
        if late:
            log.warning("drained_with_turns_left", conversations=len(late))
            await asyncio.wait(late)

    def _wake(self, conversation: str) -> None:
        self._knocks.add(conversation)
        if conversation not in self._workers:
            name = f"conversation {conversation}"
            # A context of its own: the worker outlives the request whose name the logs hold.
            self._workers[conversation] = asyncio.create_task(
                self._work(conversation), name=name, context=Context()
            )

    async def _work(self, conversation: str) -> None:
        """Answer turn after turn; ends when there is none, so that idle chats cost nothing."""
        retry = FIRST_RETRY_SECONDS
        try:
            while conversation in self._knocks:
                self._knocks.discard(conversation)
                try:
                    while self._may_begin() and (
                        turn := await self._transcript.next_turn(conversation)
                    ):
                        await self._answer(turn)
                        retry = FIRST_RETRY_SECONDS
                except SQLAlchemyError as error:
                    # The turn stays unfinished: asking again is safe, the bot knows turn_id.
                    log.error("transcript_unwritable", error=type(error).__name__)
                    await asyncio.sleep(retry)
                    retry = min(retry * 2, LONGEST_RETRY_SECONDS)
                    self._knocks.add(conversation)
        finally:
            del self._workers[conversation]
            self._hub.announce(conversation, typing=False)

    def _may_begin(self) -> bool:
        return self._accepting

    async def _answer(self, turn: PendingTurn) -> None:
        self._hub.announce(turn.conversation, typing=True)
        began = time.monotonic()
        reply = await self._ask(turn)
        bot_seconds = time.monotonic() - began
        outcome = self._outcome(turn, reply, bot_seconds)
        last = await self._transcript.finish(turn, outcome)
        self._post.knock()
        self._hub.announce(turn.conversation, last, typing=False)
        self._measure(turn, outcome, bot_seconds)

    async def _ask(self, turn: PendingTurn) -> BrainReply:
        try:
            return await self._brain.turn(
                turn.conversation, turn.id, turn.text, turn.payload, turn.hint
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the student gets an answer
            log.error("brain_raised", turn=turn.id, error=type(error).__name__)
            return BrainReply(reason="internal")

    def _outcome(self, turn: PendingTurn, reply: BrainReply, bot_seconds: float) -> Outcome:
        wants_person = turn.payload == TALK_TO_PERSON
        with speaking(short(reply.language or turn.language)):
            if reply.reason is None:
                replies = tuple(self._apologist.complete(message) for message in reply.replies)
            elif wants_person:
                replies = (self._apologist.contact(),)
            else:
                replies = (self._apologist.apology(),)
            parts = tuple(
                self._post.parts(turn.channel, replace(message, reply_to=turn.reply_to))
                for message in replies
            )
        handed_over = any(message.kind == "handover" for message in replies)
        answered = reply.reason is None or wants_person
        return Outcome(
            status=TurnStatus.ANSWERED if answered else TurnStatus.FAILED,
            replies=replies,
            reason=reply.reason,
            intent=reply.intent,
            confidence=reply.confidence,
            form=reply.form,
            bot_milliseconds=bot_seconds * 1000,
            conversation_status=ConversationStatus.WAITING if handed_over else None,
            language=reply.language,
            parts=parts,
        )

    def _measure(self, turn: PendingTurn, outcome: Outcome, bot_seconds: float) -> None:
        whole = (datetime.now(UTC) - turn.accepted_at).total_seconds()
        gateway_seconds = max(0.0, whole - bot_seconds)
        self._metrics.turns.labels(outcome.status.value, outcome.reason or "").inc()
        self._metrics.turn_seconds.labels("bot").observe(bot_seconds)
        self._metrics.turn_seconds.labels("gateway").observe(gateway_seconds)
        log.info(
            "turn_ended",
            conversation=turn.conversation,
            turn=turn.id,
            outcome=outcome.status.value,
            reason=outcome.reason,
            intent=outcome.intent,
            gateway_ms=round(gateway_seconds * 1000, 1),
            bot_ms=round(bot_seconds * 1000, 1),
        )


def _is_picked(choice: Choice, inbound: InboundMessage) -> bool:
    if inbound.picked:
        return choice.key == inbound.picked
    return choice.payload == inbound.payload


def _picking(inbound: InboundMessage, choice: Choice) -> InboundMessage:
    """The message that a choice stands for; a command keeps the words that were shown or typed."""
    if inbound.payload:
        return inbound
    text = choice.label if choice.payload else choice.text or choice.label
    return replace(inbound, text=text, payload=choice.payload)
