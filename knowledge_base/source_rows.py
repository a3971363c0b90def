"""Keeps what was imported from where and how, so that it can be read again or withdrawn."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.schema import documents, records, sources


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
    """The id of the source at a location, which is new or brought up to date."""
    now = datetime.now(UTC)
    facts = {
        "format": format_name,
        "checked_at": now,
        "asked_format": origin.format_name,
        "mapping_file": origin.mapping_file,
        "etag": origin.etag,
        "last_modified": origin.last_modified,
    }
    known = await connection.scalar(select(sources.c.id).where(sources.c.location == location))
    if known is not None:
        await connection.execute(update(sources).where(sources.c.id == known).values(facts))
        return str(known)
    new = f"s{uuid.uuid4().hex[:16]}"
    await connection.execute(
        insert(sources).values(id=new, location=location, imported_at=now, **facts)
    )
    return new


async def found_unchanged(connection: AsyncConnection, source_id: str) -> list[str]:
    """Note that a source was looked at; the ids of its documents."""
    now = datetime.now(UTC)
    await connection.execute(
        update(sources).where(sources.c.id == source_id).values(checked_at=now)
    )
    query = select(documents.c.id).where(documents.c.source_id == source_id)
    return list(await connection.scalars(query.order_by(documents.c.position)))


async def forget_source(connection: AsyncConnection, source_id: str) -> None:
    """Delete a source and all that came from it."""
    for table in (documents, records):
        await connection.execute(delete(table).where(table.c.source_id == source_id))
    await connection.execute(delete(sources).where(sources.c.id == source_id))


def _source(row: Row[Any]) -> Source:
    checked = row.checked_at
    return Source(
        row.id,
        row.location,
        row.format,
        row.imported_at.replace(tzinfo=UTC),  # SQLite forgets the zone
        row.documents,
        checked.replace(tzinfo=UTC) if checked else None,
        Origin(row.asked_format, row.mapping_file, row.etag, row.last_modified),
    )
