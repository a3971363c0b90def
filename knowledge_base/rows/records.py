"""Keeps dated rules in the working copy: what an import of a source changes in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge_base.model import Skipped
from knowledge_base.record import Record
from knowledge_base.schema import records, sources


async def replace_records(
    connection: AsyncConnection, source_id: str, wanted: Sequence[Record]
) -> tuple[dict[str, list[str]], list[Skipped]]:
    """Make a source's rules exactly `wanted`; the ids by `added`, `changed`, `unchanged`,
    `removed`, and the rules that belong to another source, which are left as they are.
    """
    query = select(records.c.kind, records.c.id, records.c.source_id, records.c.digest)
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
            reason = "belongs to a source that was imported before; give it another id"
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
