"""The record of every conversation, written at the door; nothing else touches its tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from channels.identifiers import new_id
from channels.model import (
    Author,
    Choice,
    ConversationStatus,
    InboundMessage,
    OutboundMessage,
    TurnStatus,
)
from channels.outbox import enqueue
from channels.records import (
    ConversationSummary,
    Entry,
    Outcome,
    PendingTurn,
    Receipt,
    Timeline,
    TurnRecord,
)
from channels.schema import conversations, deliveries, messages, turns

UNFINISHED = (TurnStatus.ACCEPTED.value, TurnStatus.RUNNING.value)


class Transcript:
    """Conversations, turns and messages in a database.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        # SQLite has one writer: waiting here costs less than its busy handler, which sleeps.
        self._writers = asyncio.Semaphore(1 if engine.dialect.name == "sqlite" else 64)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        async with self._writers, self._engine.begin() as db:
            yield db

    async def open(self, channel: str, address: str) -> str:
        """Id of the conversation with ``address``, begun when there is none."""
        async with self._writing() as db:
            return await _conversation(db, channel, address, datetime.now(UTC))

    async def record(self, inbound: InboundMessage) -> Receipt:
        """Write a student's message and its turn; a repeated delivery gets its first receipt."""
        try:
            return await self._record(inbound)
        except IntegrityError:
            # Somebody else wrote the same delivery, or began the same conversation, meanwhile.
            return await self._first_receipt(inbound) or await self._record(inbound)

    async def _record(self, inbound: InboundMessage) -> Receipt:
        async with self._writing() as db:
            mine = (conversations.c.channel == inbound.channel) & (
                conversations.c.address == inbound.address
            )
            place = await _raise_watermark(db, mine, 1)
            if place is None:
                await _conversation(db, inbound.channel, inbound.address, inbound.received_at)
                place = await _raise_watermark(db, mine, 1)
            conversation, seq = place or ("", 0)
            if inbound.reply_to is not None:
                await db.execute(
                    update(conversations).where(mine).values(reply_to=inbound.reply_to)
                )
            receipt = Receipt(conversation, new_id("t"), new_id("m"), seq)
            await db.execute(
                insert(deliveries).values(
                    channel=inbound.channel,
                    delivery_id=inbound.delivery_id,
                    conversation_id=conversation,
                    turn_id=receipt.turn_id,
                    message_id=receipt.message_id,
                    seq=receipt.seq,
                    at=inbound.received_at,
                )
            )
            await db.execute(
                insert(turns).values(
                    id=receipt.turn_id,
                    conversation_id=conversation,
                    seq=receipt.seq,
                    payload=inbound.payload,
                    language_hint=inbound.language,
                    status=TurnStatus.ACCEPTED.value,
                    accepted_at=inbound.received_at,
                )
            )
            said = OutboundMessage(inbound.text, author=Author.STUDENT)
            row = _message_row(said, receipt, receipt.seq, inbound.received_at)
            row |= {"id": receipt.message_id, "delivery_id": inbound.delivery_id}
            await db.execute(insert(messages).values(row))
        return receipt

    async def _first_receipt(self, inbound: InboundMessage) -> Receipt | None:
        query = select(deliveries).where(
            deliveries.c.channel == inbound.channel,
            deliveries.c.delivery_id == inbound.delivery_id,
        )
        async with self._engine.connect() as db:
            row = (await db.execute(query)).first()
        if row is None:
            return None
        return Receipt(row.conversation_id, row.turn_id, row.message_id, row.seq, repeated=True)

    async def next_turn(self, conversation: str) -> PendingTurn | None:
        """The oldest turn without an outcome, marked as running; None when there is none.

        A turn that was running when the gateway died comes back first.
        """
        oldest = (
            select(turns.c.id)
            .where(turns.c.conversation_id == conversation, turns.c.status.in_(UNFINISHED))
            .order_by(turns.c.seq)
            .limit(1)
        )
        claim = (
            update(turns)
            .where(turns.c.id == oldest.scalar_subquery())
            .values(status=TurnStatus.RUNNING.value)
            .returning(
                turns.c.id,
                turns.c.seq,
                turns.c.payload,
                turns.c.accepted_at,
                turns.c.language_hint,
            )
        )
        async with self._writing() as db:
            row = (await db.execute(claim)).first()
            if row is None:
                return None
            query = (
                select(
                    messages.c.text,
                    conversations.c.language,
                    conversations.c.channel,
                    conversations.c.address,
                    conversations.c.reply_to,
                )
                .join_from(messages, conversations)
                .where(messages.c.conversation_id == conversation, messages.c.seq == row.seq)
            )
            said = (await db.execute(query)).one()
        hint = row.language_hint
        return PendingTurn(
            row.id,
            conversation,
            said.text,
            row.payload,
            row.accepted_at,
            said.channel,
            hint,
            said.language or hint,
            said.address,
            said.reply_to,
        )

    async def finish(self, turn: PendingTurn, outcome: Outcome) -> int:
        """Write the replies and the outcome together; the watermark after them.

        A turn that already has an outcome keeps it, so that a repeat adds nothing.
        """
        now = datetime.now(UTC)
        async with self._writing() as db:
            ended = await db.execute(
                update(turns)
                .where(turns.c.id == turn.id, turns.c.status.in_(UNFINISHED))
                .values(
                    status=outcome.status.value,
                    reason=outcome.reason,
                    intent=outcome.intent,
                    confidence=outcome.confidence,
                    form=outcome.form,
                    bot_milliseconds=outcome.bot_milliseconds,
                    finished_at=now,
                )
            )
            replies = outcome.replies if ended.rowcount else ()
            mine = conversations.c.id == turn.conversation
            place = await _raise_watermark(db, mine, len(replies))
            last = place[1] if place else 0
            first = last - len(replies) + 1
            for seq, reply in enumerate(replies, first):
                receipt = Receipt(turn.conversation, turn.id, new_id("m"), seq)
                await db.execute(insert(messages).values(_message_row(reply, receipt, seq, now)))
                parts = outcome.parts[seq - first] if outcome.parts else ()
                await enqueue(db, turn.conversation, receipt.message_id, seq, parts, now)
            changed = _changed(outcome) if ended.rowcount else {}
            if changed:
                await db.execute(update(conversations).where(mine).values(changed))
        return last

    async def unfinished(self) -> tuple[str, ...]:
        """Conversations with a turn that has no outcome, such as after a crash."""
        query = select(turns.c.conversation_id).where(turns.c.status.in_(UNFINISHED)).distinct()
        async with self._engine.connect() as db:
            return tuple((await db.execute(query)).scalars())

    async def waiting_turns(self) -> int:
        """How many turns have no outcome yet."""
        query = select(func.count()).select_from(turns).where(turns.c.status.in_(UNFINISHED))
        async with self._engine.connect() as db:
            return int((await db.execute(query)).scalar_one())

    async def watermark(self, conversation: str) -> int:
        """``seq`` of the newest message, 0 when nothing was said or nobody knows it."""
        query = select(conversations.c.last_seq).where(conversations.c.id == conversation)
        async with self._engine.connect() as db:
            return int((await db.execute(query)).scalar_one_or_none() or 0)

    async def entries(self, conversation: str, after: int = 0) -> tuple[Entry, ...]:
        """Messages with a ``seq`` above ``after``, in order."""
        query = (
            select(messages)
            .where(messages.c.conversation_id == conversation, messages.c.seq > after)
            .order_by(messages.c.seq)
        )
        async with self._engine.connect() as db:
            return tuple(Entry.from_row(row) for row in await db.execute(query))

    async def offers(
        self, conversation: str, newest: int | None = None
    ) -> tuple[tuple[Choice, ...], ...]:
        """The choices of each message that was said to the student, the newest message first.

        Of all messages, or of so many of the newest.
        """
        query = (
            select(messages.c.choices)
            .where(
                messages.c.conversation_id == conversation,
                messages.c.author != Author.STUDENT.value,
            )
            .order_by(messages.c.seq.desc())
            .limit(newest)
        )
        async with self._engine.connect() as db:
            lists = (await db.execute(query)).scalars()
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
        async with self._engine.connect() as db:
            return tuple(ConversationSummary.from_row(row) for row in await db.execute(query))

    async def timeline(self, conversation: str) -> Timeline | None:
        """Everything that was said and recorded; None when there is no such conversation."""
        async with self._engine.connect() as db:
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
        async with self._writing() as db:
            await db.execute(
                update(conversations).where(conversations.c.id == "").values(status="")
            )


def _changed(outcome: Outcome) -> dict[str, str]:
    """What the outcome of a turn changes of its conversation."""
    status = outcome.conversation_status
    changed = {"status": status.value if status else None, "language": outcome.language}
    return {name: value for name, value in changed.items() if value}


async def _conversation(db: AsyncConnection, channel: str, address: str, now: datetime) -> str:
    query = select(conversations.c.id).where(
        conversations.c.channel == channel, conversations.c.address == address
    )
    known = (await db.execute(query)).scalar_one_or_none()
    if known is not None:
        return str(known)
    conversation = new_id("c")
    await db.execute(
        insert(conversations).values(
            id=conversation,
            channel=channel,
            address=address,
            status=ConversationStatus.OPEN.value,
            last_seq=0,
            created_at=now,
            updated_at=now,
        )
    )
    return conversation


async def _raise_watermark(
    db: AsyncConnection, mine: ColumnElement[bool], by: int
) -> tuple[str, int] | None:
    """Id and new watermark of a conversation; None when there is none such."""
    raised = await db.execute(
        update(conversations)
        .where(mine)
        .values(last_seq=conversations.c.last_seq + by, updated_at=datetime.now(UTC))
        .returning(conversations.c.id, conversations.c.last_seq)
    )
    row = raised.first()
    return (row.id, row.last_seq) if row else None


def _message_row(
    message: OutboundMessage, receipt: Receipt, seq: int, at: datetime
) -> dict[str, Any]:
    wire = message.to_wire()
    return {
        "id": receipt.message_id,
        "conversation_id": receipt.conversation,
        "turn_id": receipt.turn_id,
        "seq": seq,
        "author": wire["author"],
        "kind": wire["kind"],
        "text": wire["text"],
        "choices": wire["choices"] or None,
        "answer": wire["answer"],
        "at": at,
    }


def _summaries() -> Select[Any]:
    said = (messages.c.conversation_id == conversations.c.id) & (
        messages.c.author == Author.STUDENT.value
    )
    newest = select(messages.c.text).where(said).order_by(messages.c.seq.desc()).limit(1)
    return select(conversations, newest.scalar_subquery().label("latest"))
