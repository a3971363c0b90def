"""Clears what was kept for long enough, once a day, by one gateway, with a receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    delete,
    exists,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from channels.erasing import Eraser, overwrite_what_goes
from channels.identifiers import new_id
from channels.privacy.settings import PrivacySettings
from channels.rows import unfinished
from channels.schema import (
    clearings,
    conversations,
    deliveries,
    erasures,
    messages,
    outbox,
    setup_links,
    staff_sessions,
    turns,
    web_sessions,
)
from channels.storage import Storage

LOOK_SECONDS = 600.0
"""Between looks whether the day was cleared; a gateway that has just begun waits as long."""
GIVEN_UP = timedelta(hours=1)
"""After so long without an end, another gateway takes a clearing up; ten thousand conversations
take minutes."""
AT_ONCE = 200
"""Conversations that are looked up at once, so that erasing them holds nothing up."""
NOBODY = "gone "
"""Begins the address of a conversation whose student is no longer known."""

log = structlog.get_logger(__name__)


class Retention:
    """What is cleared when, by the settings. Every class of data has a method and a name.

    Methods raise `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(
        self,
        storage: Storage,
        settings: PrivacySettings,
        eraser: Eraser,
        *,
        ended: Callable[[str], Awaitable[None]] | None = None,
        logs: Path | None = None,
    ) -> None:
        """``ended`` is told of every conversation that goes; ``logs`` is where log files lie."""
        self._storage = storage
        self._settings = settings
        self._eraser = eraser
        self._ended = ended
        self._logs = logs

    async def run(self) -> None:
        """Clear once on each day of UTC, whichever gateway comes first."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.clear_today()
            except SQLAlchemyError as error:
                log.error("not_cleared", error=type(error).__name__)

    async def clear_today(self) -> dict[str, int] | None:
        """Clear, unless it was done today or another gateway is at it; how much of each class."""
        today = datetime.now(UTC).date()
        if not await self._begin(today):
            return None
        removed = await self.clear()
        async with self._storage.writing() as db:
            mine = clearings.c.day == today.isoformat()
            values = {"removed": removed, "ended_at": await self._storage.now(db)}
            await db.execute(update(clearings).where(mine).values(values))
        log.info("cleared", removed=removed)
        return removed

    async def clear(self, *, dry_run: bool = False) -> dict[str, int]:
        """Clear every class that is due, or only count what would go."""
        now = datetime.now(UTC)
        return {
            "transcripts": await self._transcripts(now, dry_run),
            "contacts": await self._contacts(now, dry_run),
            "deliveries": await self._rows(self._old_deliveries(now), dry_run),
            "sessions": await self._rows(self._old_sessions(now), dry_run),
            "audit": await self._rows(self._old_receipts(now), dry_run),
            "logs": await asyncio.to_thread(self._old_logs, now, dry_run),
        }

    async def _begin(self, today: date) -> bool:
        """Whether this gateway is the one to clear today."""
        day = today.isoformat()
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            row = (await db.execute(select(clearings).where(clearings.c.day == day))).first()
            if row is not None:
                mine = (clearings.c.day == day) & (clearings.c.started_at == row.started_at)
                if row.ended_at is not None or row.started_at > now - GIVEN_UP:
                    return False
                again = update(clearings).where(mine).values(started_at=now)
                return bool((await db.execute(again)).rowcount)
        try:
            async with self._storage.writing() as db:
                await db.execute(insert(clearings).values(day=day, started_at=now))
        except IntegrityError:
            return False
        return True

    async def _transcripts(self, now: datetime, dry_run: bool) -> int:
        """Conversations with all that belongs to them, at the bot too."""
        days = self._settings.keep_transcripts_days
        if not days:
            return 0
        old = _idle(now - timedelta(days=days))
        if dry_run:
            return await self._count(conversations, old)
        count = 0
        while found := await self._some(select(conversations.c.id).where(old).limit(AT_ONCE)):
            for conversation in found:
                await self._eraser.erase(conversation)
                if self._ended:
                    await self._ended(conversation)
            count += len(found)
        return count

    async def _contacts(self, now: datetime, dry_run: bool) -> int:
        """Whose a conversation was: from then on it is nobody's."""
        days = self._settings.keep_contacts_days
        if not days:
            return 0
        known = conversations.c.address.not_like(f"{NOBODY}%")
        old = _idle(now - timedelta(days=days)) & known
        if dry_run:
            return await self._count(conversations, old)
        count = 0
        while found := await self._some(select(conversations.c.id).where(old).limit(AT_ONCE)):
            async with self._storage.writing() as db:
                await overwrite_what_goes(db)
                for conversation in found:
                    mine = conversations.c.id == conversation
                    nobody = {"address": f"{NOBODY}{new_id('n')}", "student": None}
                    values = {**nobody, "reply_to": null()}
                    await db.execute(update(conversations).where(mine).values(values))
                    for table in (web_sessions, deliveries, outbox):
                        theirs = table.c.conversation_id == conversation
                        await db.execute(delete(table).where(theirs))
                    said = messages.c.conversation_id == conversation
                    await db.execute(update(messages).where(said).values(delivery_id=None))
            count += len(found)
        return count

    def _old_deliveries(self, now: datetime) -> list[tuple[Table, ColumnElement[bool]]]:
        before = now - timedelta(days=self._settings.keep_deliveries_days)
        return [(outbox, outbox.c.ended_at < before), (deliveries, deliveries.c.at < before)]

    def _old_sessions(self, now: datetime) -> list[tuple[Table, ColumnElement[bool]]]:
        before = now - timedelta(days=self._settings.keep_sessions_days)
        return [
            (staff_sessions, staff_sessions.c.seen_at < before),
            (setup_links, setup_links.c.expires_at < before),
        ]

    def _old_receipts(self, now: datetime) -> list[tuple[Table, ColumnElement[bool]]]:
        days = self._settings.keep_audit_days
        if not days:
            return []
        before = now - timedelta(days=days)
        return [
            (erasures, (erasures.c.at < before) & erasures.c.bot_at.is_not(None)),
            (clearings, clearings.c.started_at < before),
        ]

    def _old_logs(self, now: datetime, dry_run: bool) -> int:
        """Log files that were rotated away; the one that is written has no number after it."""
        if self._logs is None:
            return 0
        before = (now - timedelta(days=self._settings.keep_logs_days)).timestamp()
        rotated = (path for path in self._logs.glob("*.log[.-]*") if path.is_file())
        old = [path for path in rotated if path.stat().st_mtime < before]
        for path in old if not dry_run else ():
            path.unlink(missing_ok=True)
        return len(old)

    async def _rows(self, due: Sequence[tuple[Table, ColumnElement[bool]]], dry_run: bool) -> int:
        if dry_run:
            return sum([await self._count(table, old) for table, old in due])
        count = 0
        for table, old in due:
            async with self._storage.writing() as db:
                await overwrite_what_goes(db)
                count += (await db.execute(delete(table).where(old))).rowcount
        return count

    async def _count(self, table: Table, old: ColumnElement[bool]) -> int:
        async with self._storage.reading() as db:
            query = select(func.count()).select_from(table).where(old)
            return int((await db.execute(query)).scalar_one())

    async def _some(self, query: Select[Any]) -> list[str]:
        async with self._storage.reading() as db:
            return list((await db.execute(query)).scalars())


def _idle(before: datetime) -> ColumnElement[bool]:
    """Conversations in which nothing was said since then, and nothing waits to be answered."""
    waits = exists().where(turns.c.conversation_id == conversations.c.id, unfinished())
    return (conversations.c.updated_at < before) & ~waits
