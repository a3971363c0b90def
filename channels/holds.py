"""A person's hold on a conversation: the bot is silent from its commit until its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.attachments import Stored, keep
from channels.identifiers import new_id
from channels.model import ConversationStatus, OutboundMessage, Part, TurnStatus
from channels.outbox import Outbox
from channels.parts import enqueue, withdraw
from channels.records import Receipt
from channels.rows import held, left_alone, raise_watermark, unfinished, write_message
from channels.schema import conversations, turns
from channels.storage import Storage

BY_PERSON = "person"
"""The reason that stands at turns which a person dealt with."""
LOOK_SECONDS = 0.05
"""How often a take-over looks whether the parts that were on their way have arrived."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said to the student in a person's name, with what the channel's provider is sent."""

    message: OutboundMessage
    parts: Sequence[Part] = ()
    files: Sequence[Stored] = ()
    """What goes with it, as the message says."""


class Holds:
    """Who of the staff speaks in a conversation, in a database.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def take_over(
        self, conversation: str, agent: str, until: datetime, greeting: Spoken | None = None
    ) -> bool:
        """A person speaks from now on, until then; said again by the same person, it is prolonged.

        Nothing of the bot's is written once this has committed, and nothing leaves once it has
        returned: it waits for what a provider is being handed. What the student writes is recorded
        and waits. The greeting is said once, not when it is prolonged. False when another person
        holds the conversation, or there is none such.
        """
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            theirs = await _is_theirs(db, conversation, agent, now)
            if not await _take(db, conversation, agent, until, now):
                return False
            if greeting and not theirs:
                await _write(db, conversation, greeting, now)
        outbox = Outbox(self._storage)
        # Ends by itself, as calls and leases do; another gateway's sender has no event to wait for.
        while await outbox.on_their_way(conversation):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)
        return True

    async def prolong(self, conversation: str, agent: str, until: datetime) -> bool:
        """Move the end of a person's hold; False when they do not have it."""
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            moved = await db.execute(
                update(conversations)
                .where(
                    conversations.c.id == conversation,
                    conversations.c.held_by == agent,
                    held(now),
                )
                .values(held_until=until)
            )
            return bool(moved.rowcount)

    async def write(self, conversation: str, agent: str, spoken: Spoken) -> int | None:
        """Write what a person says; its ``seq``, None when they do not hold the conversation."""
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            if not await _is_theirs(db, conversation, agent, now):
                return None
            return await _write(db, conversation, spoken, now)

    async def hand_back(
        self, conversation: str, agent: str, farewell: Spoken | None = None
    ) -> bool:
        """The bot speaks again; what came meanwhile is the person's, and counts as answered.

        False when this person does not hold the conversation. A hold that runs out instead leaves
        what came meanwhile to the bot.
        """
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            if not await _is_theirs(db, conversation, agent, now):
                return False
            if farewell:
                await _write(db, conversation, farewell, now)
            await _give_back(db, conversation, now)
            return True


async def _is_theirs(db: AsyncConnection, conversation: str, agent: str, now: datetime) -> bool:
    """Whether a person holds a conversation, whose row is locked by the question."""
    query = select(conversations.c.held_by, held(now)).where(conversations.c.id == conversation)
    row = (await db.execute(query.with_for_update())).first()
    return row is not None and row[0] == agent and bool(row[1])


async def _take(
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
            assigned_to=agent,
            status=ConversationStatus.OPEN.value,
            waiting_since=None,
            escalated_at=None,
            updated_at=now,
        )
    )
    if not taken.rowcount:
        return False
    await withdraw(db, conversation, now)
    return True


async def _write(db: AsyncConnection, conversation: str, spoken: Spoken, now: datetime) -> int:
    """Put what a person says at the end of the conversation, and its parts in line."""
    seq = await raise_watermark(db, conversation, 1, now) or 0
    receipt = Receipt(conversation, "", new_id("m"), seq)
    await write_message(db, spoken.message, receipt, now)
    await keep(db, spoken.files, now)
    await enqueue(db, conversation, receipt.message_id, seq, spoken.parts, now)
    return seq


async def _give_back(db: AsyncConnection, conversation: str, now: datetime) -> None:
    """End a person's hold, and with it the turns that waited."""
    await db.execute(
        update(conversations)
        .where(conversations.c.id == conversation)
        .values(held_by=None, held_until=None, updated_at=now)
    )
    await db.execute(
        update(turns)
        .where(turns.c.conversation_id == conversation, unfinished())
        .values(
            status=TurnStatus.ANSWERED.value,
            reason=BY_PERSON,
            finished_at=now,
            lease_owner=None,
            lease_until=None,
        )
    )
