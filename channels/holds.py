"""A person's hold on a conversation, as rows: the bot is silent from its commit until its end."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.model import ConversationStatus, TurnStatus
from channels.parts import withdraw
from channels.rows import UNFINISHED, held, left_alone
from channels.schema import conversations, turns

BY_PERSON = "person"
"""The reason that stands at turns which a person dealt with."""


async def take(
    db: AsyncConnection, conversation: str, agent: str, until: datetime, now: datetime
) -> bool:
    """Give a person the conversation, and keep back what of the bot's has not left.

    False when another person has it, or there is none such.
    """
    taken = await db.execute(
        update(conversations)
        .where(
            conversations.c.id == conversation,
            or_(left_alone(now), conversations.c.held_by == agent),
        )
        .values(
            held_by=agent,
            held_until=until,
            status=ConversationStatus.OPEN.value,
            updated_at=now,
        )
    )
    if not taken.rowcount:
        return False
    await withdraw(db, conversation, now)
    return True


async def give_back(db: AsyncConnection, conversation: str, agent: str, now: datetime) -> bool:
    """End a person's hold, and with it the turns that waited; False when they do not have it."""
    given = await db.execute(
        update(conversations)
        .where(
            conversations.c.id == conversation,
            conversations.c.held_by == agent,
            held(now),
        )
        .values(held_by=None, held_until=None, updated_at=now)
    )
    if not given.rowcount:
        return False
    await db.execute(
        update(turns)
        .where(turns.c.conversation_id == conversation, turns.c.status.in_(UNFINISHED))
        .values(
            status=TurnStatus.ANSWERED.value,
            reason=BY_PERSON,
            finished_at=now,
            lease_owner=None,
            lease_until=None,
        )
    )
    return True
