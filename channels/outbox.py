"""Parts of replies on their way to a provider: written with the reply, kept until they have ended.

A part is *waiting*, *sending*, *sent*, *dead* (given up) or *uncertain*: this process died between
the provider's taking it and our recording that, so that nobody can claim that it was sent once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from channels.identifiers import new_id
from channels.model import Part
from channels.records import Entry
from channels.schema import conversations, outbox

PARTS_OF_A_MESSAGE = 1000
"""A message is split into far fewer; positions of parts leave room for so many."""


class PartStatus(StrEnum):
    """How far a part has come; it only ever moves on."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A part that is to be sent now; ``attempts`` counts this try."""

    id: str
    channel: str
    address: str
    part: Part
    attempts: int


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
    rows = _rows(conversation, message, seq, parts, at)
    await db.execute(
        insert(outbox),
        [{**row, "channel": place.channel, "address": place.address} for row in rows],
    )


def _rows(
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


class Outbox:
    """The line of parts in a database; several gateways may work on one.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def claim(self, now: datetime, lease: timedelta, most: int) -> tuple[Parcel, ...]:
        """Parts that are due, at most one a conversation, now *sending* until the lease ends."""
        earlier = outbox.alias()
        is_first = ~exists().where(
            earlier.c.conversation_id == outbox.c.conversation_id,
            earlier.c.position < outbox.c.position,
            earlier.c.status.in_([PartStatus.WAITING.value, PartStatus.SENDING.value]),
        )
        due = (
            select(outbox.c.id)
            .where(outbox.c.status == PartStatus.WAITING.value, outbox.c.due_at <= now, is_first)
            .order_by(outbox.c.due_at, outbox.c.position)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        async with self._engine.begin() as db:
            ids = (await db.execute(due)).scalars().all()
            claimed = await db.execute(
                update(outbox)
                .where(outbox.c.id.in_(ids), outbox.c.status == PartStatus.WAITING.value)
                .values(
                    status=PartStatus.SENDING.value,
                    attempts=outbox.c.attempts + 1,
                    lease_until=now + lease,
                )
                .returning(
                    outbox.c.id,
                    outbox.c.channel,
                    outbox.c.address,
                    outbox.c.part,
                    outbox.c.attempts,
                )
            )
            return tuple(Parcel(*row) for row in claimed)

    async def put(
        self,
        conversation: str,
        entry: Entry,
        parts: Sequence[Part],
        channel: str,
        address: str,
        at: datetime,
    ) -> bool:
        """Put a reply in line for another channel than its conversation's; False if it was before.

        So is a reply that its own channel has in line.
        """
        place = {"channel": channel, "address": address}
        rows = [row | place for row in _rows(conversation, entry.id, entry.seq, parts, at)]
        try:
            async with self._engine.begin() as db:
                if rows:
                    await db.execute(insert(outbox), rows)
        except IntegrityError:
            return False
        return True

    async def sent(self, parcel: str, provider_id: str, now: datetime) -> None:
        """The provider has taken it."""
        await self._end(parcel, PartStatus.SENT, now, provider_id=provider_id[:255] or None)

    async def dead(self, parcel: str, reason: str, now: datetime) -> None:
        """It is given up; staff see it with its reason."""
        await self._end(parcel, PartStatus.DEAD, now, reason=reason[:60])

    async def again(self, parcel: str, due: datetime, reason: str) -> None:
        """It waits for its next try."""
        await self._change(
            parcel,
            status=PartStatus.WAITING.value,
            due_at=due,
            lease_until=None,
            reason=reason[:60],
        )

    async def expire(self, now: datetime) -> int:
        """Call *uncertain* whatever was being sent when its sender died; how many."""
        async with self._engine.begin() as db:
            ended = await db.execute(
                update(outbox)
                .where(
                    and_(outbox.c.status == PartStatus.SENDING.value, outbox.c.lease_until <= now)
                )
                .values(status=PartStatus.UNCERTAIN.value, ended_at=now, lease_until=None)
            )
        return int(ended.rowcount)

    async def counts(self) -> dict[str, int]:
        """How many parts have each status."""
        query = select(outbox.c.status, func.count()).group_by(outbox.c.status)
        async with self._engine.connect() as db:
            return {str(status): int(count) for status, count in await db.execute(query)}

    async def _end(self, parcel: str, status: PartStatus, now: datetime, **values: object) -> None:
        await self._change(parcel, status=status.value, ended_at=now, lease_until=None, **values)

    async def _change(self, parcel: str, **values: object) -> None:
        """Only what is being sent may change: a part whose lease ran out stays uncertain."""
        query = (
            update(outbox)
            .where(outbox.c.id == parcel, outbox.c.status == PartStatus.SENDING.value)
            .values(**values)
        )
        async with self._engine.begin() as db:
            await db.execute(query)
