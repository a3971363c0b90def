"""The one path of a message: recorded at the door, answered in order, never lost in between."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.answerer import Answerer
from channels.carrier import NoPost, Post
from channels.errors import (
    MessageEmpty,
    MessageTooLong,
    NotAccepting,
    TooFast,
    UnofferedChoice,
)
from channels.hub import Hub
from channels.inbox import Inbox
from channels.limits import Buckets
from channels.metrics import Metrics
from channels.model import TALK_TO_PERSON, Choice, InboundMessage
from channels.picking import picked
from channels.privacy.consent import Consents
from channels.privacy.redaction import Redactor
from channels.privacy.settings import PrivacySettings
from channels.records import Burst, Receipt
from channels.transcript import Transcript

ALWAYS_OPEN = frozenset({TALK_TO_PERSON, "/greet"})
"""Commands that need not have been offered: a messenger's start button is a greeting."""

AT_ONCE = 500
"""Characters that are redacted in at most 25 ms; 2,000 of the worst, digits alone, take 100."""

log = structlog.get_logger(__name__)


class Reception:
    """Accepts messages, and has them answered."""

    def __init__(
        self,
        *,
        transcript: Transcript,
        answerer: Answerer,
        hub: Hub,
        metrics: Metrics,
        message_limit: int,
        inbox: Inbox,
        senders: Buckets,
        post: Post | None = None,
        pause: float = 0.0,
        redactor: Redactor | None = None,
        consents: Consents | None = None,
    ) -> None:
        """``senders`` holds what one sender on a messaging channel may write; the web chat has its
        own. ``pause`` is in seconds: messages that follow each other sooner are read as one, on
        channels whose students write so. ``consents``: None where nobody is asked."""
        self._transcript = transcript
        self._answerer = answerer
        self._hub = hub
        self._metrics = metrics
        self._message_limit = message_limit
        self._inbox = inbox
        self._senders = senders
        self._post = post or NoPost()
        self._pause = pause
        self._redactor = redactor or Redactor(PrivacySettings())
        self._consents = consents
        self._accepting = True

    async def resume(self) -> int:
        """Take up the turns that wait for an answer; how many conversations have one.

        None while the database cannot be used: they are looked for again.
        """
        try:
            return await self._answerer.look()
        except SQLAlchemyError as error:
            log.error("nothing_resumed", error=type(error).__name__)
            return 0

    async def drain(self, seconds: float) -> None:
        """Accept nothing more, let running turns finish; the rest waits for the next start."""
        self._accepting = False
        await self._answerer.drain(seconds)

    async def accept(self, inbound: InboundMessage) -> Receipt:
        """Record a message; it will be answered even if this process dies right after.

        A repeated delivery returns its first receipt and starts nothing. Raises a
        `channels.errors.MessageRefused` that says why the message is not taken.
        """
        # No database stores half a character, PostgreSQL no NUL; no reader would miss either.
        whole = inbound.text.encode("utf-8", "replace").decode().replace("\x00", "")
        inbound = replace(inbound, text=whole)
        self._check(inbound)
        inbound = await self._redacted(inbound)
        try:
            await self._check_pace(inbound)
            chosen = await self._with_choice(inbound)
            said = chosen or inbound
            if self._consents:
                said = await self._consents.admitted(said)
            typed = chosen is None and said is inbound
            burst = self._burst(inbound.channel) if typed else None
            receipt = await self._transcript.record(said, burst)
        except SQLAlchemyError as error:
            log.error("transcript_unwritable", error=type(error).__name__)
            raise NotAccepting("The message could not be recorded.") from error
        if receipt.repeated:
            self._metrics.repeats.labels(inbound.channel).inc()
            return receipt
        self._inbox.recorded()
        if self._post.gathers(inbound.channel):
            self._senders.take(_sender(inbound))
        self._metrics.messages.labels(inbound.channel).inc()
        self._hub.announce(receipt.conversation, receipt.seq)
        self._answerer.wake(receipt.conversation, burst.pause.total_seconds() if burst else 0.0)
        return receipt

    async def _redacted(self, inbound: InboundMessage) -> InboundMessage:
        """The message without identifiers and secrets; nothing after this has seen them."""
        redact, place = self._redactor.redact, inbound.reply_to
        if len(inbound.text) > AT_ONCE:
            text = await asyncio.to_thread(redact, inbound.text)
        else:
            text = redact(inbound.text)
        for kind in text.kinds:
            self._metrics.redactions.labels(kind.name.lower()).inc()
        if place and isinstance(place.get("subject"), str):
            place = {**place, "subject": redact(place["subject"]).text}
        return replace(inbound, text=text.text, reply_to=place)

    async def _check_pace(self, inbound: InboundMessage) -> None:
        """Raises TooFast; a repeat costs a sender nothing, or a batch that is sent again would
        never be taken whole."""
        if not (self._post.gathers(inbound.channel) and self._senders.empty(_sender(inbound))):
            return
        if not await self._transcript.knows(inbound):
            raise TooFast("This sender writes faster than messages are taken.")

    def _burst(self, channel: str) -> Burst | None:
        """How a typed message is read together with those around it, if it is."""
        if not (self._pause and self._post.gathers(channel)):
            return None
        return Burst(timedelta(seconds=self._pause), self._message_limit)

    def _check(self, inbound: InboundMessage) -> None:
        if not self._accepting:
            raise NotAccepting("The assistant is restarting.")
        if self._inbox.full(reserved=self._post.gathers(inbound.channel)):
            raise NotAccepting("More messages are waiting than can be answered soon.")
        if len(inbound.text) > self._message_limit:
            raise MessageTooLong(
                f"The message has {len(inbound.text)} characters; "
                f"at most {self._message_limit} are taken."
            )
        if not inbound.text.strip():
            raise MessageEmpty("The message is empty.")

    async def _with_choice(self, inbound: InboundMessage) -> InboundMessage | None:
        """The message as the choice that it picks, None when it is just said.

        Only what was offered can be picked.
        """
        if inbound.payload in ALWAYS_OPEN:
            return inbound
        by_number = self._post.numbers_choices(inbound.channel)
        if not (inbound.payload or inbound.picked or by_number):
            return None
        if not (inbound.payload or inbound.picked):
            offers = await self._transcript.offers(inbound.channel, inbound.address, newest=1)
            choice = picked(inbound.text, offers[0] if offers else ())
            return _picking(inbound, choice) if choice else None
        offers = await self._transcript.offers(inbound.channel, inbound.address)
        every = (choice for choices in offers for choice in choices)
        choice = next((one for one in every if _is_picked(one, inbound)), None)
        if choice is None:
            raise UnofferedChoice("This choice was not offered in this conversation.")
        return _picking(inbound, choice)


def _sender(inbound: InboundMessage) -> str:
    """Who writes, as a key of limits."""
    return f"{inbound.channel} {inbound.address}"


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
