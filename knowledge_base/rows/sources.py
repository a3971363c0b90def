"""Keeps what was imported from where and how, so that it can be read again or withdrawn."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.schedule import Schedule
from knowledge_base.schema import documents, records, sources

EDITED = "entries edited by staff"
"""Where entries stand that staff have changed by hand: the location of no file."""
UPLOADED = "upload:"
"""How the locations of files begin that were uploaded: they stand nowhere afterwards."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How a source was asked for, and what its server said to recognise it by next time."""

    format_name: str | None = None
    """The format that was named; None when it was recognised."""
    mapping_file: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Something that was imported: a file, a folder or an address."""

    id: str
    location: str
    format: str
    imported_at: datetime
    documents: int
    checked_at: datetime | None = None
    """When it was last read, or found unchanged; None when that was before this was recorded."""
    origin: Origin = field(default_factory=Origin)
    schedule: Schedule = field(default_factory=Schedule)

    @property
    def can_be_read(self) -> bool:
        """Whether it stands anywhere: what staff edit or upload does not."""
        return self.location != EDITED and not self.location.startswith(UPLOADED)


async def all_sources(connection: AsyncConnection) -> list[Source]:
    """Every source in the order of import, with how many documents it holds."""
    counted = (
        select(sources, func.count(documents.c.id).label("documents"))
        .outerjoin(documents)
        .group_by(sources.c.id)
        .order_by(sources.c.imported_at, sources.c.id)
    )
    return [_source(row) for row in await connection.execute(counted)]


async def keep_source(
    connection: AsyncConnection, location: str, format_name: str, origin: Origin
) -> str:
    """The id of the source at a location, which is new or brought up to date as read just now."""
    facts = {
        "format": format_name,
        "asked_format": origin.format_name,
        "mapping_file": origin.mapping_file,
        "etag": origin.etag,
        "last_modified": origin.last_modified,
    }
    known = await connection.scalar(select(sources.c.id).where(sources.c.location == location))
    if known is not None:
        await connection.execute(update(sources).where(sources.c.id == known).values(facts))
        await _was_read(connection, known)
        return str(known)
    new, now = f"s{uuid.uuid4().hex[:16]}", datetime.now(UTC)
    await connection.execute(
        insert(sources).values(
            id=new, location=location, imported_at=now, checked_at=now, failures=0, **facts
        )
    )
    return new


async def found_unchanged(connection: AsyncConnection, source_id: str) -> list[str]:
    """Note that a source was looked at; the ids of its documents."""
    await _was_read(connection, source_id)
    query = select(documents.c.id).where(documents.c.source_id == source_id)
    return list(await connection.scalars(query.order_by(documents.c.position)))


async def _was_read(connection: AsyncConnection, source_id: str) -> None:
    now = datetime.now(UTC)
    row = (await connection.execute(select(sources).where(sources.c.id == source_id))).one()
    values = _columns(_schedule(row).after_success(now))
    await connection.execute(
        update(sources).where(sources.c.id == source_id).values(checked_at=now, **values)
    )


async def reschedule(
    connection: AsyncConnection, source: Source, schedule: Schedule, *, only_if_due: bool
) -> bool:
    """Give a source another schedule.

    With `only_if_due` it must still be due when `source` says: so of several processes one gets it,
    and the others are told False.
    """
    wanted = update(sources).where(sources.c.id == source.id)
    if only_if_due:
        wanted = wanted.where(sources.c.due_at == source.schedule.due_at)
    done = await connection.execute(wanted.values(_columns(schedule)))
    return bool(done.rowcount)


async def move_source(connection: AsyncConnection, source_id: str, location: str) -> None:
    """Let a source stand at another location, which knows nothing of the earlier one's marks."""
    await connection.execute(
        update(sources)
        .where(sources.c.id == source_id)
        .values(location=location, etag=None, last_modified=None)
    )


async def locations(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    """Where sources stand, by id."""
    query = select(sources.c.id, sources.c.location).where(sources.c.id.in_(ids))
    return {row.id: row.location for row in await connection.execute(query)}


async def forget_source(connection: AsyncConnection, source_id: str) -> None:
    """Delete a source and all that came from it."""
    for table in (documents, records):
        await connection.execute(delete(table).where(table.c.source_id == source_id))
    await connection.execute(delete(sources).where(sources.c.id == source_id))


def _source(row: Row[Any]) -> Source:
    return Source(
        row.id,
        row.location,
        row.format,
        row.imported_at.replace(tzinfo=UTC),  # SQLite forgets the zone
        row.documents,
        _utc(row.checked_at),
        Origin(row.asked_format, row.mapping_file, row.etag, row.last_modified),
        _schedule(row),
    )


def _schedule(row: Row[Any]) -> Schedule:
    every = None if row.every_seconds is None else timedelta(seconds=row.every_seconds)
    return Schedule(every, _utc(row.due_at), row.failures, row.last_error)


def _columns(schedule: Schedule) -> dict[str, Any]:
    every = schedule.every
    return {
        "every_seconds": None if every is None else int(every.total_seconds()),
        "due_at": schedule.due_at,
        "failures": schedule.failures,
        "last_error": schedule.last_error,
    }


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
