"""Keeps dated rules in the working copy: what an import of a source changes in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.model import Skipped
from knowledge_base.record import Record
from knowledge_base.rows.sources import EDITED
from knowledge_base.schema import records, sources


async def replace_records(
    connection: AsyncConnection, source_id: str, wanted: Sequence[Record]
) -> tuple[dict[str, list[str]], list[Skipped]]:
    """Make a source's rules exactly `wanted`; the ids by `added`, `changed`, `unchanged`,
    `removed`, and the rules that belong to another source, which are left as they are.
    """
    query = select(
        records.c.kind, records.c.id, records.c.source_id, records.c.digest, sources.c.location
    ).join(sources)
    known = {(row.kind, row.id): row for row in await connection.execute(query)}
    did: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": [], "removed": []}
    refused: list[Skipped] = []
    for position, record in enumerate(wanted):
        before = known.get((record.kind, record.id))
        row = _row(record, source_id, position)
        if before is None:
            did["added"].append(_name(record.kind, record.id))
            await connection.execute(insert(records).values(row))
        elif before.source_id != source_id:
            reason = (
                "was edited by staff and is kept as they want it; change it there"
                if before.location == EDITED
                else "belongs to a source that was imported before; give it another id"
            )
            refused.append(Skipped(_name(record.kind, record.id), reason, "id", record.id))
        else:
            same = before.digest == record.digest
            did["unchanged" if same else "changed"].append(_name(record.kind, record.id))
            await connection.execute(
                update(records).where(*_is(record.kind, record.id)).values(row)
            )
    kept = {(record.kind, record.id) for record in wanted}
    for (kind, identity), row_ in known.items():
        if row_.source_id == source_id and (kind, identity) not in kept:
            did["removed"].append(_name(kind, identity))
            await connection.execute(delete(records).where(*_is(kind, identity)))
    return did, refused


async def all_records(connection: AsyncConnection) -> list[Record]:
    """Every rule of the working copy, in the order of import."""
    query = (
        select(records.c.kind, records.c.id, records.c.data)
        .join(sources)
        .order_by(sources.c.imported_at, sources.c.id, records.c.position)
    )
    return [Record(row.kind, row.id, row.data) for row in await connection.execute(query)]


async def record_of(connection: AsyncConnection, kind: str, identity: str) -> Record | None:
    """One rule of the working copy."""
    query = select(records.c.data).where(*_is(kind, identity))
    row = (await connection.execute(query)).one_or_none()
    return Record(kind, identity, row.data) if row else None


async def keep_record(connection: AsyncConnection, record: Record, source_id: str) -> None:
    """Let the working copy hold a rule as one of a source, whichever it came from."""
    mine = _is(record.kind, record.id)
    position = await connection.scalar(select(records.c.position).where(*mine))
    row = _row(record, source_id, position or 0)
    if position is None:
        await connection.execute(insert(records).values(row))
    else:
        await connection.execute(update(records).where(*mine).values(row))


def _is(kind: str, identity: str) -> tuple[Any, Any]:
    return records.c.kind == kind, records.c.id == identity


def _name(kind: str, identity: str) -> str:
    return f"{kind}:{identity}"


def _row(record: Record, source_id: str, position: int) -> dict[str, Any]:
    return {
        "kind": record.kind,
        "id": record.id,
        "source_id": source_id,
        "position": position,
        "data": record.data,
        "digest": record.digest,
    }
