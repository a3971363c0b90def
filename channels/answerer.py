"""Has the bot answer what was accepted: in order, one turn of a conversation at a time."""

from __future__ import annotations

import asyncio
import time
from contextvars import Context
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.apology import Apologist
from channels.brain import Brain, BrainReply
from channels.breaker import Breaker
from channels.carrier import NoPost, Post
from channels.hub import Hub
from channels.metrics import Metrics
from channels.model import TALK_TO_PERSON, ConversationStatus, TurnStatus
from channels.privacy.telling import Teller
from channels.records import Outcome, PendingTurn
from channels.turns import Turns
from channels.waiting_line import Standing, WaitingLine
from languages.speech import short, speaking

FIRST_RETRY_SECONDS = 0.2
LONGEST_RETRY_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Answerer:
    """One worker for each conversation that has something to do; an idle one costs nothing."""

    def __init__(
        self,
        *,
        turns: Turns,
        brain: Brain,
        hub: Hub,
        metrics: Metrics,
        apologist: Apologist,
        teller: Teller | None = None,
        breaker: Breaker | None = None,
        post: Post | None = None,
        line: WaitingLine | None = None,
    ) -> None:
        """``line`` tells who asks for a person how the wait stands; None: nobody knows."""
        self._turns = turns
        self._brain = brain
        self._hub = hub
        self._metrics = metrics
        self._apologist = apologist
        self._teller = teller
        self._breaker = breaker or Breaker(brain.reachable)
        self._post = post or NoPost()
        self._line = line
        self._working = True
        self._inherited = False
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._knocks: set[str] = set()
        self._later: dict[str, asyncio.TimerHandle] = {}

    async def look(self) -> int:
        """Wake every conversation in which a turn waits for a gateway; how many there are.

        The first look takes up what a gateway that died has left.
        """
        if not self._inherited:
            await self._turns.inherit()
            self._inherited = True
        conversations = await self._turns.ready()
        for conversation in conversations:
            self.wake(conversation)
        return len(conversations)

    def wake(self, conversation: str, after: float = 0.0) -> None:
        """Something is there to be answered, at once or after so many seconds of silence."""
        if waiting := self._later.pop(conversation, None):
            waiting.cancel()
        if after > 0:
            loop = asyncio.get_running_loop()
            self._later[conversation] = loop.call_later(after, self.wake, conversation)
            return
        self._knocks.add(conversation)
        if self._working and conversation not in self._workers:
            name = f"conversation {conversation}"
            # A context of its own: the worker outlives the request whose name the logs hold.
            self._workers[conversation] = asyncio.create_task(
                self._work(conversation), name=name, context=Context()
            )

    async def drain(self, seconds: float) -> None:
        """Let running turns finish; the rest is given back, for whichever gateway comes next."""
        self._working = False
        for waiting in self._later.values():
            waiting.cancel()
        workers = set(self._workers.values())
        if workers:
            _, late = await asyncio.wait(workers, timeout=seconds)
            for worker in late:
                worker.cancel()
            if late:
                log.warning("drained_with_turns_left", conversations=len(late))
                await asyncio.wait(late)
        try:
            await self._turns.release()
        except SQLAlchemyError as error:
            log.error("leases_left_to_expire", error=type(error).__name__)

    async def _work(self, conversation: str) -> None:
        """Answer turn after turn; ends when there is none."""
        retry = FIRST_RETRY_SECONDS
        try:
            while conversation in self._knocks:
                self._knocks.discard(conversation)
                try:
                    while self._may_begin() and (turn := await self._turns.claim(conversation)):
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
        return self._working

    async def _answer(self, turn: PendingTurn) -> None:
        self._hub.announce(turn.conversation, typing=True)
        with self._post.typing(turn):
            reply, bot_seconds = await self._ask(turn)
        outcome = self._outcome(turn, reply, bot_seconds, await self._standing(turn, reply))
        last = await self._turns.finish(turn, outcome)
        if last is None:
            # Another gateway's, or a person's, by now.
            log.info("turn_given_up", conversation=turn.conversation, turn=turn.id)
            self._hub.announce(turn.conversation, typing=False)
            return
        self._post.knock()
        self._hub.announce(turn.conversation, last, typing=False)
        self._measure(turn, outcome, bot_seconds)

    async def _ask(self, turn: PendingTurn) -> tuple[BrainReply, float]:
        """The bot's reply, and the seconds that it took without the wait until it was asked.

        About consent the gateway speaks itself: the bot hears nothing before it.
        """
        with speaking(short(turn.language)):
            if self._teller and (own := self._teller.of_consent(turn)):
                return BrainReply(own), 0.0
        began = ended = 0.0

        async def question() -> BrainReply:
            nonlocal began, ended
            began = time.monotonic()
            try:
                return await self._brain.turn(
                    turn.conversation,
                    turn.id,
                    turn.text,
                    turn.payload,
                    turn.hint,
                    turn.page_program,
                )
            finally:
                ended = time.monotonic()

        try:
            reply = await self._breaker.ask(question)
        except Exception as error:  # noqa: BLE001 - whatever it is, the student gets an answer
            log.error("brain_raised", turn=turn.id, error=type(error).__name__)
            reply = BrainReply(reason="internal")
        return reply, (ended or time.monotonic()) - began if began else 0.0

    async def _standing(self, turn: PendingTurn, reply: BrainReply) -> Standing | None:
        """How the wait for a person stands, for who is going to wait."""
        waits = turn.payload == TALK_TO_PERSON
        waits = waits or any(message.kind == "handover" for message in reply.replies)
        return await self._line.standing(turn.conversation) if self._line and waits else None

    def _outcome(
        self, turn: PendingTurn, reply: BrainReply, bot_seconds: float, standing: Standing | None
    ) -> Outcome:
        wants_person = turn.payload == TALK_TO_PERSON
        with speaking(short(reply.language or turn.language)):
            if reply.reason is None:
                replies = tuple(
                    self._apologist.complete(message, standing) for message in reply.replies
                )
            elif wants_person:
                replies = (self._apologist.contact(standing),)
            else:
                replies = (self._apologist.apology(),)
            if self._teller:
                replies = self._teller.told(turn, replies)
            answers = [replace(message, reply_to=turn.reply_to) for message in replies]
            parts = self._post.parts(turn.channel, answers)
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
