"""The line of parts on their way to providers: claimed under a lease, kept until they ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.model import Part
from channels.parts import PartStatus, in_conversations, rows_of, said_by_bot
from channels.records import Entry
from channels.rows import NOW, held, left_alone
from channels.schema import conversations, outbox
from channels.storage import Rank, Storage

MOST_ATTEMPTS = 10
"""With doubling delays up to five minutes some 17 minutes; then a person has to look."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A part that is to be sent now; ``attempts`` counts this try."""

    id: str
    channel: str
    address: str
    part: Part
    attempts: int


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
        asked = {"at": now, "most": most, "without": list(without)}
        async with self._storage.writing() as db:
            found = (await db.execute(_DUE, asked)).all()
            if not found:
                return ()
            await _lock(db, [row.conversation_id for row in found])
            mine = {"these": [row.id for row in found]}
            ids = (await db.execute(_FREE, mine)).scalars().all()
            claim = {"these": ids, "now": await self._storage.now(db), "until": now + lease}
            return tuple(Parcel(*row) for row in await db.execute(_CLAIMED, claim))

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
        rows = [row | place for row in rows_of(conversation, entry.id, entry.seq, parts, at)]
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
                .where(_is_sending(parcel), said_by_bot(), in_conversations(held(now)))
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

    async def renew(self, parcels: Sequence[str], until: datetime) -> None:
        """Move the end of the leases of those that are still being sent."""
        async with self._storage.writing(Rank.ENDING) as db:
            await db.execute(_RENEWED, {"these": list(parcels), "until": until})

    async def expire(
        self, now: datetime, under_way: Sequence[str] = (), once: Sequence[str] = ()
    ) -> int:
        """End the sending of what was being sent when its sender died; how many are *uncertain*.

        A part of a channel of ``once``, whose provider takes a part once however often it comes,
        is sent again instead. What is ``under_way`` is being sent by who asks.
        """
        lapsed = and_(
            outbox.c.status == PartStatus.SENDING.value,
            outbox.c.lease_until <= now,
            outbox.c.id.not_in(under_way),
        )
        async with self._storage.writing(Rank.ENDING) as db:
            if once:
                await self._put_back(db, and_(lapsed, outbox.c.channel.in_(once)), now)
            ended = await db.execute(
                update(outbox)
                .where(lapsed)
                .values(status=PartStatus.UNCERTAIN.value, ended_at=now, lease_until=None)
            )
        return int(ended.rowcount)

    async def _put_back(
        self, db: AsyncConnection, lapsed: ColumnElement[bool], now: datetime
    ) -> None:
        """Let parts wait for their next try, if one is left and no person has taken over."""
        places = (await db.execute(select(outbox.c.conversation_id).where(lapsed))).scalars().all()
        if not places:
            return
        await _lock(db, places)
        kept_back = and_(said_by_bot(), in_conversations(held(await self._storage.now(db))))
        await db.execute(
            update(outbox)
            .where(lapsed, outbox.c.attempts < MOST_ATTEMPTS, ~kept_back)
            .values(status=PartStatus.WAITING.value, due_at=now, lease_until=None)
        )

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
        ended = {"status": status.value, "ended_at": now, "lease_until": None, **values}
        async with self._storage.writing(Rank.ENDING) as db:
            await db.execute(_ENDED, {"parcel": parcel} | ended)


def _due() -> Select[tuple[str, str]]:
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
            or_(outbox.c.attempts == 0, outbox.c.due_at <= bindparam("at")),
            outbox.c.channel.not_in(bindparam("without", expanding=True)),
            is_first,
        )
        .order_by(outbox.c.due_at, outbox.c.position)
        .limit(bindparam("most"))
    )


async def _lock(db: AsyncConnection, places: Sequence[str]) -> None:
    """Keep take-overs out of conversations; they are locked before parts, here as there."""
    await db.execute(_LOCKED, {"these": list(places)})


def _is_sending(parcel: str | BindParameter[str]) -> ColumnElement[bool]:
    return and_(outbox.c.id == parcel, outbox.c.status == PartStatus.SENDING.value)


_THESE: BindParameter[Sequence[str]] = bindparam("these", expanding=True)
_DUE = _due()
_FREE = (
    select(outbox.c.id)
    .where(outbox.c.id.in_(_THESE), outbox.c.status == PartStatus.WAITING.value)
    .with_for_update(skip_locked=True)
)
_CLAIMED = (
    update(outbox)
    .where(
        outbox.c.id.in_(_THESE),
        outbox.c.status == PartStatus.WAITING.value,
        or_(~said_by_bot(), in_conversations(left_alone(NOW))),
    )
    .values(
        status=PartStatus.SENDING.value,
        attempts=outbox.c.attempts + 1,
        lease_until=bindparam("until"),
    )
    .returning(outbox.c.id, outbox.c.channel, outbox.c.address, outbox.c.part, outbox.c.attempts)
)
_LOCKED = (
    select(conversations.c.id)
    .where(conversations.c.id.in_(_THESE))
    .order_by(conversations.c.id)
    .with_for_update(read=True)
)
_RENEWED = (
    update(outbox)
    .where(outbox.c.id.in_(_THESE), outbox.c.status == PartStatus.SENDING.value)
    .values(lease_until=bindparam("until"))
)
_ENDED = update(outbox).where(_is_sending(bindparam("parcel")))
