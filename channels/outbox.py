"""Parts of replies on their way to a provider: written with the reply, kept until they have ended.

A part is *waiting*, *sending*, *sent*, *dead* (given up), *withdrawn* (a person took over before it
left) or *uncertain*: this process died between the provider's taking it and our recording that, so
that nobody can claim that it was sent once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.identifiers import new_id
from channels.model import Author, Part, ReceiptStatus
from channels.records import Entry
from channels.rows import held, left_alone
from channels.schema import conversations, messages, outbox
from channels.storage import Rank, Storage

PARTS_OF_A_MESSAGE = 1000
"""A message is split into far fewer; positions of parts leave room for so many."""

HEARD_WITHIN = timedelta(seconds=1)
"""A provider counts from when it took a part, we from when we heard that: a call takes less."""


class PartStatus(StrEnum):
    """How far a part has come; it only ever moves on."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"
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


async def withdraw(db: AsyncConnection, conversation: str, now: datetime) -> None:
    """Keep back what the bot said and no provider has been handed yet."""
    await db.execute(
        update(outbox)
        .where(
            outbox.c.conversation_id == conversation,
            outbox.c.status == PartStatus.WAITING.value,
            _said_by_bot(),
        )
        .values(status=PartStatus.WITHDRAWN.value, ended_at=now)
    )


class Outbox:
    """The line of parts in a database; several gateways may work on one.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def claim(
        self, now: datetime, lease: timedelta, most: int, without: Sequence[str] = ()
    ) -> tuple[Parcel, ...]:
        """Parts that are due, at most one a conversation, now *sending* until the lease ends.

        None of the channels ``without``.

        Nothing of the bot's while a person holds the conversation: a take-over commits before a
        part is claimed, which then stays, or after it.
        """
        waiting = outbox.c.status == PartStatus.WAITING.value
        async with self._storage.writing() as db:
            found = (await db.execute(_due(now, most, without))).all()
            # Conversations are locked before parts, here as in a take-over.
            places = sorted({row.conversation_id for row in found})
            await db.execute(
                select(conversations.c.id)
                .where(conversations.c.id.in_(places))
                .order_by(conversations.c.id)
                .with_for_update(read=True)
            )
            mine = select(outbox.c.id).where(outbox.c.id.in_([row.id for row in found]), waiting)
            ids = (await db.execute(mine.with_for_update(skip_locked=True))).scalars().all()
            may_leave = or_(~_said_by_bot(), _in(left_alone(await self._storage.now(db))))
            claimed = await db.execute(
                update(outbox)
                .where(outbox.c.id.in_(ids), waiting, may_leave)
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
            async with self._storage.writing() as db:
                if rows:
                    await db.execute(insert(outbox), rows)
        except IntegrityError:
            return False
        return True

    async def on_their_way(self, conversation: str) -> int:
        """How many parts a provider is being handed at this moment."""
        async with self._storage.reading() as db:
            query = select(func.count()).where(
                outbox.c.conversation_id == conversation,
                outbox.c.status == PartStatus.SENDING.value,
                outbox.c.lease_until > await self._storage.now(db),
            )
            return int((await db.execute(query)).scalar_one())

    async def sent(self, parcel: str, provider_id: str, now: datetime) -> None:
        """The provider has taken it."""
        await self._end(parcel, PartStatus.SENT, now, provider_id=provider_id[:255] or None)

    async def dead(self, parcel: str, reason: str, now: datetime) -> None:
        """It is given up; staff see it with its reason."""
        await self._end(parcel, PartStatus.DEAD, now, reason=reason[:60])

    async def again(self, parcel: str, due: datetime, reason: str) -> None:
        """It waits for its next try, unless a person has taken over meanwhile."""
        place = select(outbox.c.conversation_id).where(outbox.c.id == parcel).scalar_subquery()
        lock = select(conversations.c.id).where(conversations.c.id == place)
        async with self._storage.writing(Rank.ENDING) as db:
            await db.execute(lock.with_for_update(read=True))
            now = await self._storage.now(db)
            kept_back = await db.execute(
                update(outbox)
                .where(_is_sending(parcel), _said_by_bot(), _in(held(now)))
                .values(status=PartStatus.WITHDRAWN.value, ended_at=now, lease_until=None)
            )
            if not kept_back.rowcount:
                await db.execute(
                    update(outbox)
                    .where(_is_sending(parcel))
                    .values(
                        status=PartStatus.WAITING.value,
                        due_at=due,
                        lease_until=None,
                        reason=reason[:60],
                    )
                )

    async def receipt(
        self,
        channel: str,
        provider_id: str,
        part: str,
        status: ReceiptStatus,
        reason: str,
        now: datetime,
    ) -> bool:
        """What a provider tells of a part, by its name for it or ours; False if that is not news.

        A part of which nobody could say whether it was sent has been.
        """
        # No part is called nothing, and one that no provider has named has no name there.
        named = or_(outbox.c.id == part, outbox.c.provider_id == provider_id)
        known = or_(outbox.c.receipt.is_(None), outbox.c.receipt.in_(status.earlier))
        uncertain = outbox.c.status == PartStatus.UNCERTAIN.value
        values: dict[str, object] = {"receipt": status.value, "receipt_at": now}
        if reason:
            values["reason"] = reason[:60]
        async with self._storage.writing() as db:
            moved = await db.execute(
                update(outbox).where(outbox.c.channel == channel, named, known).values(values)
            )
            await db.execute(
                update(outbox)
                .where(outbox.c.channel == channel, named, uncertain)
                .values(status=PartStatus.SENT.value)
            )
        return bool(moved.rowcount)

    async def watermark(
        self, channel: str, address: str, status: ReceiptStatus, until: datetime, now: datetime
    ) -> int:
        """What a provider tells of all that it took for an address; how many have moved on."""
        known = or_(outbox.c.receipt.is_(None), outbox.c.receipt.in_(status.earlier))
        async with self._storage.writing() as db:
            moved = await db.execute(
                update(outbox)
                .where(
                    outbox.c.channel == channel,
                    outbox.c.address == address,
                    outbox.c.status == PartStatus.SENT.value,
                    outbox.c.ended_at <= until + HEARD_WITHIN,
                    known,
                )
                .values(receipt=status.value, receipt_at=now)
            )
        return int(moved.rowcount)

    async def renew(self, parcels: Sequence[str], until: datetime) -> None:
        """Move the end of the leases of those that are still being sent."""
        query = (
            update(outbox)
            .where(outbox.c.id.in_(parcels), outbox.c.status == PartStatus.SENDING.value)
            .values(lease_until=until)
        )
        async with self._storage.writing(Rank.ENDING) as db:
            await db.execute(query)

    async def expire(self, now: datetime, under_way: Sequence[str] = ()) -> int:
        """Call *uncertain* whatever was being sent when its sender died; how many.

        What is ``under_way`` is being sent by who asks.
        """
        async with self._storage.writing(Rank.ENDING) as db:
            ended = await db.execute(
                update(outbox)
                .where(
                    outbox.c.status == PartStatus.SENDING.value,
                    outbox.c.lease_until <= now,
                    outbox.c.id.not_in(under_way),
                )
                .values(status=PartStatus.UNCERTAIN.value, ended_at=now, lease_until=None)
            )
        return int(ended.rowcount)

    async def parts(self, conversation: str) -> tuple[tuple[Part, bool], ...]:
        """The parts of a conversation's replies in order, each with whether it has ended."""
        query = (
            select(outbox.c.part, outbox.c.ended_at)
            .where(outbox.c.conversation_id == conversation)
            .order_by(outbox.c.position)
        )
        async with self._storage.reading() as db:
            return tuple((row.part, row.ended_at is not None) for row in await db.execute(query))

    async def counts(self) -> dict[str, int]:
        """How many parts have each status."""
        query = select(outbox.c.status, func.count()).group_by(outbox.c.status)
        async with self._storage.reading() as db:
            return {str(status): int(count) for status, count in await db.execute(query)}

    async def _end(self, parcel: str, status: PartStatus, now: datetime, **values: object) -> None:
        """Only what is being sent may end: a part whose lease ran out stays uncertain."""
        query = (
            update(outbox)
            .where(_is_sending(parcel))
            .values(status=status.value, ended_at=now, lease_until=None, **values)
        )
        async with self._storage.writing(Rank.ENDING) as db:
            await db.execute(query)


def _due(now: datetime, most: int, without: Sequence[str]) -> Select[tuple[str, str]]:
    """What may be sent as far as the line itself goes: due, and the first of its conversation.

    What was never tried is always due, even when the clock has been put back since it was written.
    """
    earlier = outbox.alias()
    is_first = ~exists().where(
        earlier.c.conversation_id == outbox.c.conversation_id,
        earlier.c.position < outbox.c.position,
        earlier.c.status.in_([PartStatus.WAITING.value, PartStatus.SENDING.value]),
    )
    return (
        select(outbox.c.id, outbox.c.conversation_id)
        .where(
            outbox.c.status == PartStatus.WAITING.value,
            or_(outbox.c.attempts == 0, outbox.c.due_at <= now),
            outbox.c.channel.not_in(without),
            is_first,
        )
        .order_by(outbox.c.due_at, outbox.c.position)
        .limit(most)
    )


def _is_sending(parcel: str) -> ColumnElement[bool]:
    return and_(outbox.c.id == parcel, outbox.c.status == PartStatus.SENDING.value)


def _said_by_bot() -> ColumnElement[bool]:
    """Parts that no person wrote."""
    return exists().where(
        messages.c.id == outbox.c.message_id, messages.c.author != Author.PERSON.value
    )


def _in(kind: ColumnElement[bool]) -> ColumnElement[bool]:
    """Parts of conversations of a kind."""
    return exists().where(conversations.c.id == outbox.c.conversation_id, kind)
