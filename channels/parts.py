"""Parts of replies as rows: how they come into line, and what several rooms ask of them.

A part is *waiting*, *sending*, *sent*, *dead* (given up), *withdrawn* (a person took over before it
left) or *uncertain*: its sender died between the provider's taking it and our recording that, so
that nobody can claim that it was sent once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.identifiers import new_id
from channels.model import CORRECTION, Author, Part
from channels.schema import conversations, messages, outbox

PARTS_OF_A_MESSAGE = 1000
"""A message is split into far fewer; positions of parts leave room for so many."""


class PartStatus(StrEnum):
    """How far a part has come; it only ever moves on."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"
    UNCERTAIN = "uncertain"


async def enqueue(
    db: AsyncConnection,
    conversation: str,
    message: str,
    seq: int,
    parts: Sequence[Part],
    at: datetime,
) -> None:
    """Put the parts of one reply in line, in the transaction that writes the reply."""
    if not parts:
        return
    place = (
        await db.execute(
            select(conversations.c.channel, conversations.c.address).where(
                conversations.c.id == conversation
            )
        )
    ).one()
    rows = rows_of(conversation, message, seq, parts, at)
    await db.execute(
        insert(outbox),
        [{**row, "channel": place.channel, "address": place.address} for row in rows],
    )


def rows_of(
    conversation: str, message: str, seq: int, parts: Sequence[Part], at: datetime
) -> Iterator[dict[str, Any]]:
    """The parts of a message as they stand in line, without where they go."""
    for number, part in enumerate(parts):
        yield {
            "id": new_id("o"),
            "conversation_id": conversation,
            "message_id": message,
            "position": seq * PARTS_OF_A_MESSAGE + number,
            "part": part,
            "status": PartStatus.WAITING.value,
            "attempts": 0,
            "due_at": at,
            "created_at": at,
        }


async def withdraw(db: AsyncConnection, conversation: str, now: datetime) -> None:
    """Keep back what the bot said and no provider has been handed yet."""
    await db.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation,
            outbox.c.status == PartStatus.WAITING.value,
            said_by_bot(),
        )
        .values(status=PartStatus.WITHDRAWN.value, ended_at=now)
    )


def said_by_bot() -> ColumnElement[bool]:
    """Parts whose words no person wrote or confirmed."""
    return exists().where(
        messages.c.id == outbox.c.message_id,
        messages.c.author != Author.PERSON.value,
        messages.c.kind != CORRECTION,
    )


def in_conversations(kind: ColumnElement[bool]) -> ColumnElement[bool]:
    """Parts of conversations of a kind."""
    return exists().where(conversations.c.id == outbox.c.conversation_id, kind)
