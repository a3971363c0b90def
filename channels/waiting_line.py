"""Who waits for a person: how many stand before a student, and whether somebody is there at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from channels.office_hours import Hours
from channels.schema import conversations
from channels.storage import Storage


@dataclass(frozen=True, slots=True)
class Standing:
    """What a student who has asked for a person is told of the wait."""

    ahead: int = 0
    """How many others wait already."""
    opens: datetime | None = None
    """When the office opens, in its own time zone; None: it is open, or nobody knows its hours."""


class WaitingLine:
    """Conversations that wait for a person, in a database.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage, office: Hours | None = None) -> None:
        """``office``: None when nobody knows when people answer."""
        self._storage = storage
        self._office = office

    async def standing(self, conversation: str) -> Standing:
        """How things stand for a conversation; its place is its own while it waits."""
        async with self._storage.reading() as db:
            now = await self._storage.now(db)
            query = select(conversations.c.waiting_since).where(conversations.c.id == conversation)
            since = (await db.execute(query)).scalar_one_or_none()
            before = select(func.count()).where(
                conversations.c.id != conversation,
                conversations.c.waiting_since < (since or now),
            )
            ahead = int((await db.execute(before)).scalar_one())
        opens = self._office.next_opening(now) if self._office and self._is_closed(now) else None
        return Standing(ahead, opens)

    async def escalate(self, after: timedelta) -> int:
        """Mark those who have waited for so long, while the office is open; how many are new."""
        async with self._storage.reading() as db:
            now = await self._storage.now(db)
            overdue = (
                conversations.c.waiting_since <= now - after,
                conversations.c.escalated_at.is_(None),
            )
            found = (await db.execute(select(conversations.c.id).where(*overdue))).first()
        if found is None or self._is_closed(now):
            return 0
        async with self._storage.writing() as db:
            mark = update(conversations).where(*overdue)
            marked = await db.execute(mark.values(escalated_at=now, updated_at=now))
            return int(marked.rowcount)

    def _is_closed(self, now: datetime) -> bool:
        return self._office is not None and not self._office.open_at(now)
