"""Turns under lease: which gateway works on which conversation, and how a turn ends once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.identifiers import new_id
from channels.model import Author, ConversationStatus, TurnStatus
from channels.parts import enqueue
from channels.records import Outcome, PendingTurn, Receipt
from channels.rows import NOW, held, left_alone, raise_watermark, unfinished, write_message
from channels.schema import conversations, messages, turns
from channels.storage import Rank, Storage

LEASE = timedelta(seconds=10)
"""A gateway that died is replaced after so long; one that lives renews every few seconds."""
LONGEST_PAUSE = timedelta(seconds=10)
"""What `gateway.burst_pause` may be at most."""
READY_AT_ONCE = 500
"""Conversations that are looked up at once; the rest is found by the next look."""
BETWEEN_MESSAGES = "\n"
"""Where a student pressed Enter between two messages that are read as one."""


class Turns:
    """The turns of a database, for one gateway of those that work on it.

    A turn is *accepted*, *running* under this or another gateway's lease, *answered* or *failed*. A
    conversation's turns are worked on in their order, one at a time, and not while a person holds
    the conversation. Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot
    do its part.
    """

    def __init__(self, storage: Storage, lease: timedelta = LEASE) -> None:
        self._storage = storage
        self._owner = new_id("g")
        self.lease = lease
        """For how long a turn is this gateway's unless it is renewed."""

    async def claim(self, conversation: str) -> PendingTurn | None:
        """The oldest turn without an outcome, now running under this gateway's lease.

        None when there is none, when it is not due yet, when another gateway works on it, and
        while a person holds the conversation. One that this gateway could not finish comes again.
        """
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            asked = _times(now) | {"conversation": conversation, "me": self._owner}
            found = (await db.execute(_OLDEST, asked)).first()
            if found is None:
                return None
            lease = {"turn": found.id, "me": self._owner, "until": now + self.lease}
            await db.execute(_BEGUN, lease)
            return await _pending(db, found)

    async def finish(self, turn: PendingTurn, outcome: Outcome) -> int | None:
        """Write the replies and the outcome together; the watermark after them.

        None when nothing was written: another gateway has taken the turn up or ended it, or a
        person has taken over, for whom the turn then waits.
        """
        async with self._storage.writing(Rank.ENDING) as db:
            now = await self._storage.now(db)
            # The row's lock: a take-over commits before this reply is written or after it.
            asked = {"conversation": turn.conversation, "now": now}
            if (await db.execute(_HELD, asked)).scalar_one_or_none():
                await self._put_back(db, turn.id)
                return None
            ended = await db.execute(
                _ENDED,
                {
                    "turn": turn.id,
                    "me": self._owner,
                    "status": outcome.status.value,
                    "reason": outcome.reason,
                    "intent": outcome.intent,
                    "confidence": outcome.confidence,
                    "form": outcome.form,
                    "bot_milliseconds": outcome.bot_milliseconds,
                    "finished_at": now,
                    "lease_owner": None,
                    "lease_until": None,
                },
            )
            if not ended.rowcount:
                return None
            return await _write_replies(db, turn, outcome, now)

    async def renew(self) -> None:
        """Keep what this gateway works on for as long again."""
        async with self._storage.writing(Rank.ENDING) as db:
            now = await self._storage.now(db)
            await db.execute(_RENEWED, {"me": self._owner, "until": now + self.lease})

    async def release(self) -> None:
        """Give back what this gateway has not finished, so that another need not wait."""
        async with self._storage.writing() as db:
            await self._put_back(db)

    async def inherit(self) -> None:
        """Free the turns of a gateway that died, where no other than this can be at work."""
        if self._storage.shared:
            return
        async with self._storage.writing() as db:
            await db.execute(
                update(turns)
                .where(
                    unfinished(),
                    turns.c.status == TurnStatus.RUNNING.value,
                    turns.c.lease_owner.is_distinct_from(self._owner),
                )
                .values(lease_owner=None, lease_until=None)
            )

    async def ready(self) -> tuple[str, ...]:
        """Conversations with a turn that waits for a gateway, the one that waits longest first."""
        async with self._storage.reading() as db:
            times = _times(await self._storage.now(db))
            return tuple((await db.execute(_READY, times)).scalars())

    async def _put_back(self, db: AsyncConnection, turn: str | None = None) -> None:
        query = update(turns).where(_IS_MINE)
        if turn is not None:
            query = query.where(turns.c.id == turn)
        given = query.values(status=TurnStatus.ACCEPTED.value, lease_owner=None, lease_until=None)
        await db.execute(given, {"me": self._owner})


def _times(now: datetime) -> dict[str, datetime]:
    """The points in time that the statements below name."""
    return {"now": now, "far": now + LONGEST_PAUSE}


_IS_MINE = and_(
    unfinished(), turns.c.status == TurnStatus.RUNNING.value, turns.c.lease_owner == bindparam("me")
)
_IS_FREE = or_(turns.c.lease_until.is_(None), turns.c.lease_until <= NOW)
_IS_DUE = or_(
    turns.c.due_at.is_(None),
    turns.c.due_at <= NOW,
    # Later than any pause: written by another clock, such as before this one was put back.
    turns.c.due_at > bindparam("far"),
)


def _oldest() -> Select[Any]:
    """The one turn that may be begun; nothing when its row is another transaction's at the moment.

    The order is settled before rows are locked: skipping a locked row must not lead to a later one.
    """
    earlier = turns.alias()
    first = select(func.min(earlier.c.seq)).where(
        earlier.c.conversation_id == bindparam("conversation"),
        unfinished(earlier.c.status),
    )
    return (
        select(
            turns,
            conversations.c.channel,
            conversations.c.address,
            conversations.c.language,
            conversations.c.reply_to,
        )
        .join_from(turns, conversations)
        .where(
            turns.c.conversation_id == bindparam("conversation"),
            turns.c.seq == first.scalar_subquery(),
            unfinished(),
            _IS_DUE,
            or_(turns.c.lease_owner == bindparam("me"), _IS_FREE),
            left_alone(NOW),
        )
        .with_for_update(of=turns, skip_locked=True)
    )


_MINE = conversations.c.id == bindparam("conversation")
_OLDEST = _oldest()
_READY = (
    select(turns.c.conversation_id)
    .join_from(turns, conversations)
    .where(unfinished(), _IS_DUE, _IS_FREE, left_alone(NOW))
    .group_by(turns.c.conversation_id)
    .order_by(func.min(turns.c.accepted_at))
    .limit(READY_AT_ONCE)
)
_BEGUN = (
    update(turns)
    .where(turns.c.id == bindparam("turn"))
    .values(
        status=TurnStatus.RUNNING.value,
        lease_owner=bindparam("me"),
        lease_until=bindparam("until"),
    )
)
_RENEWED = update(turns).where(_IS_MINE).values(lease_until=bindparam("until"))
_HELD = select(held(NOW)).where(_MINE).with_for_update()
_ENDED = update(turns).where(turns.c.id == bindparam("turn"), _IS_MINE)
_SAID = (
    select(messages.c.text)
    .where(messages.c.turn_id == bindparam("turn"), messages.c.author == Author.STUDENT.value)
    .order_by(messages.c.seq)
)
_CHANGED = update(conversations).where(_MINE)
_WAITS = _CHANGED.values(
    status=ConversationStatus.WAITING.value,
    waiting_since=func.coalesce(conversations.c.waiting_since, NOW),
)


async def _pending(db: AsyncConnection, row: Row[Any]) -> PendingTurn:
    """A turn with the words of all messages that it holds."""
    said = (await db.execute(_SAID, {"turn": row.id})).scalars()
    return PendingTurn(
        id=row.id,
        conversation=row.conversation_id,
        text=BETWEEN_MESSAGES.join(said),
        payload=row.payload,
        accepted_at=row.accepted_at,
        channel=row.channel,
        hint=row.language_hint,
        language=row.language or row.language_hint,
        address=row.address,
        reply_to=row.reply_to,
        page_program=row.page_program,
        first=row.seq == 1,
    )


async def _write_replies(
    db: AsyncConnection, turn: PendingTurn, outcome: Outcome, now: datetime
) -> int:
    """The replies with their parts, and what the outcome changes of the conversation."""
    last = await raise_watermark(db, turn.conversation, len(outcome.replies), now) or 0
    first = last - len(outcome.replies) + 1
    for seq, reply in enumerate(outcome.replies, first):
        receipt = Receipt(turn.conversation, turn.id, new_id("m"), seq)
        await write_message(db, reply, receipt, now)
        parts = outcome.parts[seq - first] if outcome.parts else ()
        await enqueue(db, turn.conversation, receipt.message_id, seq, parts, now)
    mine = {"conversation": turn.conversation}
    if changed := _changed(outcome):
        await db.execute(_CHANGED, mine | changed)
    if outcome.conversation_status is ConversationStatus.WAITING:
        await db.execute(_WAITS, mine | {"now": now})
    return last


def _changed(outcome: Outcome) -> dict[str, Any]:
    """What an outcome changes of its conversation: small talk leaves the topic as it was."""
    changed: dict[str, Any] = {}
    if outcome.language:
        changed["language"] = outcome.language
    if any(reply.kind == "answer" for reply in outcome.replies):
        changed |= {"topic": outcome.intent, "confidence": outcome.confidence, "helpful": None}
    return changed
