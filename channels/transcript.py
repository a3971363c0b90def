"""The record of every conversation, written at the door; nothing else touches its tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select, update
from sqlalchemy.exc import IntegrityError

from channels.model import Author, Choice, ConversationStatus, InboundMessage
from channels.recording import record
from channels.records import (
    Backlog,
    Burst,
    ConversationSummary,
    Entry,
    Receipt,
    Timeline,
    TurnRecord,
)
from channels.rows import NOW, UNFINISHED, at_address, conversation_of, left_alone, unfinished
from channels.schema import conversations, deliveries, messages, turns
from channels.storage import Rank, Storage

EVERY = 1_000_000
"""More messages than a conversation has."""
RACES = 2
"""How often others may be first: once with the conversation, once with the delivery."""


class Transcript:
    """Conversations, turns and messages in a database.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def open(self, channel: str, address: str) -> str:
        """Id of the conversation with ``address``, begun when there is none."""
        try:
            return await self._open(channel, address)
        except IntegrityError:
            return await self._open(channel, address)  # Somebody else began it meanwhile.

    async def _open(self, channel: str, address: str) -> str:
        async with self._storage.writing(Rank.BRINGING) as db:
            return await conversation_of(db, channel, address, await self._storage.now(db))

    async def record(self, inbound: InboundMessage, burst: Burst | None = None) -> Receipt:
        """Write a student's message and its turn; a repeated delivery gets its first receipt.

        With ``burst`` the message joins the turn before it, if that was of a burst too, has not
        begun and may still grow, and puts off its beginning.
        """
        for _ in range(RACES):
            try:
                return await self._record(inbound, burst)
            except IntegrityError:
                # Somebody else wrote the same delivery, or began the same conversation, meanwhile.
                if receipt := await self._first_receipt(inbound):
                    return receipt
        return await self._record(inbound, burst)

    async def _record(self, inbound: InboundMessage, burst: Burst | None) -> Receipt:
        async with self._storage.writing(Rank.BRINGING) as db:
            return await record(db, inbound, burst, await self._storage.now(db))

    async def knows(self, inbound: InboundMessage) -> bool:
        """Whether this delivery was recorded before."""
        return await self._first_receipt(inbound) is not None

    async def _first_receipt(self, inbound: InboundMessage) -> Receipt | None:
        asked = {"of_channel": inbound.channel, "delivery": inbound.delivery_id}
        async with self._storage.reading() as db:
            row = (await db.execute(_DELIVERED, asked)).first()
        if row is None:
            return None
        return Receipt(row.conversation_id, row.turn_id, row.message_id, row.seq, repeated=True)

    async def backlog(self) -> Backlog:
        """How many turns wait for the bot or run, and for how long the oldest has."""
        async with self._storage.reading() as db:
            now = await self._storage.now(db)
            count, oldest = (await db.execute(_BACKLOG, {"now": now})).one()
        seconds = (now - oldest).total_seconds() if oldest else 0.0
        return Backlog(int(count), max(0.0, seconds))

    async def has_outcome(self, turn: str) -> bool:
        """Whether a turn was answered or has failed."""
        async with self._storage.reading() as db:
            status = (await db.execute(_STATUS, {"turn": turn})).scalar_one_or_none()
        return status is not None and status not in UNFINISHED

    async def watermark(self, conversation: str) -> int:
        """``seq`` of the newest message, 0 when nothing was said or nobody knows it."""
        asked = {"conversation": conversation}
        async with self._storage.reading() as db:
            return int((await db.execute(_WATERMARK, asked)).scalar_one_or_none() or 0)

    async def moved(self, since: datetime | None) -> tuple[datetime, tuple[tuple[str, int], ...]]:
        """Now, and which conversations other gateways may have written to since then, how far.

        None of a database that only one gateway works on.
        """
        async with self._storage.reading() as db:
            now = await self._storage.now(db)
            if since is None or not self._storage.shared:
                return now, ()
            query = select(conversations.c.id, conversations.c.last_seq).where(
                conversations.c.updated_at > since
            )
            return now, tuple((row.id, row.last_seq) for row in await db.execute(query))

    async def entries(self, conversation: str, after: int = 0) -> tuple[Entry, ...]:
        """Messages with a ``seq`` above ``after``, in order."""
        asked = {"conversation": conversation, "after": after}
        async with self._storage.reading() as db:
            return tuple(Entry.from_row(row) for row in await db.execute(_ENTRIES, asked))

    async def offers(
        self, channel: str, address: str, newest: int = EVERY
    ) -> tuple[tuple[Choice, ...], ...]:
        """The choices of each message that was said to an address, the newest message first.

        Of all messages, or of so many of the newest.
        """
        asked = {"of_channel": channel, "of_address": address, "most": newest}
        async with self._storage.reading() as db:
            lists = (await db.execute(_OFFERS, asked)).scalars()
            return tuple(tuple(map(Choice.from_wire, wires or ())) for wires in lists)

    async def conversations(self, offset: int, limit: int) -> tuple[ConversationSummary, ...]:
        """A page of conversations in which something was said: waiting ones first, then newest."""
        query = (
            _summaries()
            .where(conversations.c.last_seq > 0)
            .order_by(
                case((conversations.c.status == ConversationStatus.WAITING.value, 0), else_=1),
                conversations.c.updated_at.desc(),
                conversations.c.id,
            )
            .offset(offset)
            .limit(limit)
        )
        async with self._storage.reading() as db:
            return tuple(ConversationSummary.from_row(row) for row in await db.execute(query))

    async def timeline(self, conversation: str) -> Timeline | None:
        """Everything that was said and recorded; None when there is no such conversation."""
        async with self._storage.reading() as db:
            found = (
                await db.execute(_summaries().where(conversations.c.id == conversation))
            ).first()
            if found is None:
                return None
            rows = await db.execute(select(turns).where(turns.c.conversation_id == conversation))
            records = {row.id: TurnRecord.from_row(row) for row in rows}
        return Timeline(
            ConversationSummary.from_row(found), await self.entries(conversation), records
        )

    async def check_writable(self) -> None:
        """Take the database's write lock and give it back; raises when it cannot be had."""
        async with self._storage.writing() as db:
            await db.execute(
                update(conversations).where(conversations.c.id == "").values(status="")
            )


def _summaries() -> Select[Any]:
    said = (messages.c.conversation_id == conversations.c.id) & (
        messages.c.author == Author.STUDENT.value
    )
    newest = select(messages.c.text).where(said).order_by(messages.c.seq.desc()).limit(1)
    return select(conversations, newest.scalar_subquery().label("latest"))


_STATUS = select(turns.c.status).where(turns.c.id == bindparam("turn"))
_DELIVERED = select(deliveries).where(
    deliveries.c.channel == bindparam("of_channel"),
    deliveries.c.delivery_id == bindparam("delivery"),
)
_BACKLOG = (
    select(func.count(), func.min(turns.c.accepted_at))
    .join_from(turns, conversations)
    .where(unfinished(), left_alone(NOW))
)
_WATERMARK = select(conversations.c.last_seq).where(conversations.c.id == bindparam("conversation"))
_ENTRIES = (
    select(messages)
    .where(
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.seq > bindparam("after"),
    )
    .order_by(messages.c.seq)
)
_OFFERS = (
    select(messages.c.choices)
    .join_from(messages, conversations)
    .where(at_address(), messages.c.author != Author.STUDENT.value)
    .order_by(messages.c.seq.desc())
    .limit(bindparam("most"))
)
