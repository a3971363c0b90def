"""How a student's message is written: its place, its delivery, and its turn or its burst's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from channels.identifiers import new_id
from channels.model import InboundMessage, OutboundMessage, TurnStatus
from channels.records import Burst, Receipt
from channels.rows import NOW, at_address, conversation_of, raising, write_message
from channels.schema import conversations, deliveries, messages, turns

MOST_PAUSES = 5
"""Pauses after which a burst ends though it goes on: nobody types for longer without an answer."""


async def record(
    db: AsyncConnection, inbound: InboundMessage, burst: Burst | None, now: datetime
) -> Receipt:
    """Write a message whose delivery is new.

    Raises `sqlalchemy.exc.IntegrityError` when it is not, or somebody begins the conversation too.
    """
    mine = {"of_channel": inbound.channel, "of_address": inbound.address}
    place = (await db.execute(_PLACED, mine | {"by": 1, "now": now})).first()
    if place is None:
        await conversation_of(db, inbound.channel, inbound.address, now)
        place = (await db.execute(_PLACED, mine | {"by": 1, "now": now})).one()
    conversation, seq = place.id, place.last_seq
    if inbound.reply_to is not None:
        await db.execute(_REPLY_TO, mine | {"place": inbound.reply_to})
    joined = await _join(db, conversation, inbound.text, burst, now) if burst else None
    receipt = Receipt(conversation, joined or new_id("t"), new_id("m"), seq)
    await db.execute(_DELIVERED, _delivery(inbound, receipt))
    if joined is None:
        due = now + burst.pause if burst else None
        await db.execute(_ACCEPTED, _new_turn(inbound, receipt, due))
    said = OutboundMessage(inbound.text, author=inbound.author)
    await write_message(db, said, receipt, inbound.received_at, inbound.delivery_id)
    return receipt


def _delivery(inbound: InboundMessage, receipt: Receipt) -> dict[str, Any]:
    return {
        "channel": inbound.channel,
        "delivery_id": inbound.delivery_id,
        "conversation_id": receipt.conversation,
        "turn_id": receipt.turn_id,
        "message_id": receipt.message_id,
        "seq": receipt.seq,
        "at": inbound.received_at,
    }


def _new_turn(inbound: InboundMessage, receipt: Receipt, due: datetime | None) -> dict[str, Any]:
    return {
        "id": receipt.turn_id,
        "conversation_id": receipt.conversation,
        "seq": receipt.seq,
        "payload": inbound.payload,
        "language_hint": inbound.language,
        "page_program": inbound.page_program,
        "status": TurnStatus.ACCEPTED.value,
        "accepted_at": inbound.received_at,
        "due_at": due,
    }


async def _join(
    db: AsyncConnection, conversation: str, text: str, burst: Burst, now: datetime
) -> str | None:
    """Id of the turn that a message joins, which then begins later; None when it joins none."""
    values = {
        "conversation": conversation,
        "now": now,
        "since": now - burst.pause * MOST_PAUSES,
        "room": burst.characters - len(text),
        "due": now + burst.pause,
    }
    joined = (await db.execute(_JOINED, values)).first()
    return joined.id if joined else None


def _joining() -> ReturningUpdate[tuple[str]]:
    """Puts off the newest turn of a conversation until ``due``, if it may still grow."""
    newest = turns.alias()
    last = select(func.max(newest.c.seq)).where(
        newest.c.conversation_id == bindparam("conversation")
    )
    length = select(func.sum(func.length(messages.c.text) + 1)).where(
        messages.c.turn_id == turns.c.id
    )
    return (
        update(turns)
        .where(
            turns.c.conversation_id == bindparam("conversation"),
            turns.c.seq == last.scalar_subquery(),
            turns.c.status == TurnStatus.ACCEPTED.value,
            turns.c.due_at > NOW,
            turns.c.accepted_at > bindparam("since"),
            length.scalar_subquery() <= bindparam("room"),
        )
        .values(due_at=bindparam("due"))
        .returning(turns.c.id)
    )


_PLACED = raising(at_address())
_REPLY_TO = update(conversations).where(at_address()).values(reply_to=bindparam("place"))
_DELIVERED = insert(deliveries)
_ACCEPTED = insert(turns)
_JOINED = _joining()
