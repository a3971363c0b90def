"""Rows that more than one room of the gateway writes or asks about in the same words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.identifiers import new_id
from channels.model import ConversationStatus, OutboundMessage, TurnStatus
from channels.records import Receipt
from channels.schema import conversations, messages, turns

UNFINISHED = (TurnStatus.ACCEPTED.value, TurnStatus.RUNNING.value)
"""What the status of a turn without an outcome is."""


def unfinished(status: ColumnElement[str] = turns.c.status) -> ColumnElement[bool]:
    """Turns that have no outcome yet.

    The values stand in the statement, as in the index that holds only such turns: neither database
    would see by parameters that it may be read, and both would look through all turns.
    """
    return status.in_(bindparam(None, UNFINISHED, expanding=True, literal_execute=True))


def held(now: datetime) -> ColumnElement[bool]:
    """Conversations in which a person speaks instead of the bot."""
    return and_(conversations.c.held_until.is_not(None), conversations.c.held_until > now)


def left_alone(now: datetime) -> ColumnElement[bool]:
    """Conversations in which the bot speaks."""
    return or_(conversations.c.held_until.is_(None), conversations.c.held_until <= now)


async def conversation_of(db: AsyncConnection, channel: str, address: str, now: datetime) -> str:
    """Id of the conversation with an address, begun when there is none."""
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


async def raise_watermark(
    db: AsyncConnection, mine: ColumnElement[bool], by: int, now: datetime
) -> tuple[str, int] | None:
    """Id and new watermark of a conversation, whose row is locked by it; None for none such."""
    raised = await db.execute(
        update(conversations)
        .where(mine)
        .values(last_seq=conversations.c.last_seq + by, updated_at=now)
        .returning(conversations.c.id, conversations.c.last_seq)
    )
    row = raised.first()
    return (row.id, row.last_seq) if row else None


async def write_message(
    db: AsyncConnection,
    message: OutboundMessage,
    receipt: Receipt,
    at: datetime,
    delivery_id: str | None = None,
) -> None:
    """Write what was said at the place that a receipt names."""
    wire: dict[str, Any] = message.to_wire()
    await db.execute(
        insert(messages).values(
            id=receipt.message_id,
            conversation_id=receipt.conversation,
            turn_id=receipt.turn_id or None,
            delivery_id=delivery_id,
            seq=receipt.seq,
            author=wire["author"],
            name=wire["name"] or None,
            kind=wire["kind"],
            text=wire["text"],
            choices=wire["choices"] or None,
            answer=wire["answer"],
            at=at,
        )
    )
