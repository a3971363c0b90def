"""Finds the conversations of an inbox, a page at a time from the newest on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import Row, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.model import Author
from channels.schema import Moment, accounts, conversations, messages, tags
from channels.storage import Storage
from channels.support.filters import Filters, State
from channels.word_index import conversations_with

PAGE = 25
KNOWN_SECONDS = 60.0
MOST_WAITING = 50
"""Conversations that wait for a person and are shown above the list; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation in the list; ``latest`` is what the student wrote last."""

    id: str
    channel: str
    language: str | None
    topic: str | None
    confidence: float | None
    helpful: bool | None
    messages: int
    updated_at: datetime
    waiting_since: datetime | None
    """None: nobody is waited for."""
    escalated: bool
    holder: str
    """Name of the person who speaks; empty: the assistant does."""
    assigned: str
    """Name of the person who looks after it; empty: nobody does."""
    latest: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list begins: after this conversation."""

    at: datetime
    id: str

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """The inverse of `str`; None of anything else."""
        moment, _, conversation = text.partition("_")
        try:
            at = datetime.fromisoformat(moment)
        except ValueError:
            return None
        return cls(at if at.tzinfo else at.replace(tzinfo=UTC), conversation)

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC).replace(tzinfo=None).isoformat()}_{self.id}"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of an inbox. ``waiting`` stands above the first page only."""

    waiting: tuple[Line, ...]
    lines: tuple[Line, ...]
    following: Place | None
    """Where the next page begins; None on the last."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a filter can be set to, in the order of the alphabet."""

    channels: tuple[str, ...]
    topics: tuple[str, ...]
    languages: tuple[str, ...]


class Finder:
    """Reads inboxes.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._known: tuple[float, Known] | None = None

    async def find(self, filters: Filters, me: str, after: Place | None = None) -> Found:
        """Those who wait for a person, the longest first, then the others, the newest first."""
        async with self._storage.reading() as db:
            now = await self._storage.now(db)
            words = await conversations_with(db, filters.q)
            wanted = filters.conditions(me, now, words)
            is_waiting = conversations.c.waiting_since.is_not(None)
            lines = _lines(now).where(*wanted)
            waiting: list[Row[Any]] = []
            if after is None and filters.state in ("", State.WAITING):
                waiting = list(await db.execute(_longest_first(lines.where(is_waiting))))
            if filters.state == State.WAITING:
                return Found(await _with_tags(db, waiting), (), None)
            rows = list(await db.execute(_newest_first(lines.where(~is_waiting), after)))
            shown, rest = rows[:PAGE], rows[PAGE:]
            following = Place(shown[-1].updated_at, shown[-1].id) if rest else None
            return Found(await _with_tags(db, waiting), await _with_tags(db, shown), following)

    async def known(self) -> Known:
        """Channels, topics and languages that conversations have; looked up once a minute."""
        now = time.monotonic()
        if self._known is None or now - self._known[0] > KNOWN_SECONDS:
            columns = (conversations.c.channel, conversations.c.topic, conversations.c.language)
            async with self._storage.reading() as db:
                found = [
                    await db.execute(select(column).where(column.is_not(None)).distinct())
                    for column in columns
                ]
            self._known = now, Known(*(tuple(sorted(rows.scalars())) for rows in found))
        return self._known[1]

    async def waiting(self) -> int:
        """How many conversations wait for a person."""
        query = select(func.count()).where(conversations.c.waiting_since.is_not(None))
        async with self._storage.reading() as db:
            return int((await db.execute(query)).scalar_one())


def _lines(now: datetime) -> Select[Any]:
    """A line of each conversation, still to be narrowed and put in order."""
    holders, keepers = accounts.alias("holders"), accounts.alias("keepers")
    holds = (holders.c.id == conversations.c.held_by) & (conversations.c.held_until > now)
    said = (messages.c.conversation_id == conversations.c.id) & (
        messages.c.author == Author.STUDENT.value
    )
    latest = select(messages.c.text).where(said).order_by(messages.c.seq.desc()).limit(1)
    return (
        select(
            conversations,
            holders.c.name.label("holder"),
            keepers.c.name.label("assigned"),
            latest.scalar_subquery().label("latest"),
        )
        .outerjoin_from(conversations, holders, holds)
        .outerjoin(keepers, keepers.c.id == conversations.c.assigned_to)
    )


def _longest_first(lines: Select[Any]) -> Select[Any]:
    return lines.order_by(
        conversations.c.escalated_at.is_(None), conversations.c.waiting_since, conversations.c.id
    ).limit(MOST_WAITING)


def _newest_first(lines: Select[Any], after: Place | None) -> Select[Any]:
    key = tuple_(conversations.c.updated_at, conversations.c.id)
    if after:
        lines = lines.where(key < tuple_(literal(after.at, Moment), literal(after.id)))
    return lines.order_by(conversations.c.updated_at.desc(), conversations.c.id.desc()).limit(
        PAGE + 1
    )


async def _with_tags(db: AsyncConnection, rows: list[Row[Any]]) -> tuple[Line, ...]:
    """Rows as lines, with the tags of each."""
    query = select(tags).where(tags.c.conversation_id.in_([row.id for row in rows]))
    mine: dict[str, list[str]] = {}
    for row in (await db.execute(query.order_by(tags.c.tag))) if rows else ():
        mine.setdefault(row.conversation_id, []).append(row.tag)
    return tuple(
        Line(
            id=row.id,
            channel=row.channel,
            language=row.language,
            topic=row.topic,
            confidence=row.confidence,
            helpful=row.helpful,
            messages=row.last_seq,
            updated_at=row.updated_at,
            waiting_since=row.waiting_since,
            escalated=row.escalated_at is not None,
            holder=row.holder or "",
            assigned=row.assigned or "",
            latest=row.latest or "",
            tags=tuple(mine.get(row.id, ())),
        )
        for row in rows
    )
