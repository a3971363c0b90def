"""The working copy of all content: what was imported, and what an import would change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from knowledge_base.model import Document, Program, Skipped, Validity
from knowledge_base.record import Record
from knowledge_base.rows.records import all_records, replace_records
from knowledge_base.rows.sources import (
    EDITED,
    Origin,
    Source,
    all_sources,
    forget_source,
    found_unchanged,
    keep_source,
    locations,
    move_source,
    reschedule,
)
from knowledge_base.schedule import Schedule
from knowledge_base.schema import documents, sources

_DOCUMENT = TypeAdapter(Document)
_PROGRAM = TypeAdapter(Program)
_ASKED_AT_ONCE = 500
"""Ids in one query; older SQLite takes 999 values."""

EDITED_FORMAT = "staff"


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with the program whose facts it tells, when it tells one."""

    document: Document
    program: Program | None = None

    @property
    def facts(self) -> dict[str, Any] | None:
        """The program's typed facts as JSON values; None for a page."""
        if self.program is None:
            return None
        wire: dict[str, Any] = _PROGRAM.dump_python(self.program, mode="json")
        return wire

    @property
    def digest(self) -> str:
        """SHA-256 over everything that the entry says."""
        document = _DOCUMENT.dump_python(self.document, mode="json")
        whole = json.dumps([document, self.facts], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Changes:
    """What one import does to the working copy, by document id."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refused: tuple[Skipped, ...] = ()


class Store:
    """The working copy in the project's database; the engine's owner closes it."""

    def __init__(self, engine: AsyncEngine):
        self._engine = engine

    async def replace(
        self,
        location: str,
        format_name: str,
        entries: Sequence[Entry],
        *,
        records: Sequence[Record] = (),
        origin: Origin | None = None,
        keep: bool = True,
    ) -> Changes:
        """Make a source's content exactly `entries` and `records`, in one transaction.

        `origin` is kept with the source, to read it again.

        Without `keep` nothing is written and the changes tell what would have happened. An entry
        whose id belongs to another source is refused and left as it is.
        """
        async with self._engine.connect() as connection, connection.begin() as transaction:
            changes = await replace_source(
                connection, location, format_name, entries, records, origin or Origin()
            )
            if not keep:
                await transaction.rollback()
        return changes

    async def entries(self) -> list[Entry]:
        """Everything in the working copy, in the order of import."""
        async with self._engine.connect() as connection:
            return await all_entries(connection)

    async def records(self) -> list[Record]:
        """Every dated rule in the working copy, in the order of import."""
        async with self._engine.connect() as connection:
            return await all_records(connection)

    async def sources(self) -> list[Source]:
        """Every source, with how many documents it holds."""
        async with self._engine.connect() as connection:
            return await all_sources(connection)

    async def found_unchanged(self, source: Source) -> Changes:
        """Note that a source was looked at and holds what it held."""
        async with self._engine.begin() as connection:
            return Changes(unchanged=tuple(await found_unchanged(connection, source.id)))

    async def reschedule(
        self, source: Source, schedule: Schedule, *, only_if_due: bool = False
    ) -> bool:
        """Give a source another schedule; False when another process was faster."""
        async with self._engine.begin() as connection:
            return await reschedule(connection, source, schedule, only_if_due=only_if_due)

    async def move(self, source: Source, location: str) -> None:
        """Let a source stand at another location."""
        async with self._engine.begin() as connection:
            await move_source(connection, source.id, location)

    async def remove(self, source: Source) -> None:
        """Delete a source with its documents and rules, in one transaction."""
        async with self._engine.begin() as connection:
            await forget_source(connection, source.id)


async def replace_source(
    connection: AsyncConnection,
    location: str,
    format_name: str,
    entries: Sequence[Entry],
    records: Sequence[Record],
    origin: Origin,
) -> Changes:
    """`Store.replace` within a transaction that is the caller's."""
    source_id = await keep_source(connection, location, format_name, origin)
    known = await _known(connection, source_id, [entry.document.id for entry in entries])
    added, changed, unchanged = [], [], []
    new: list[dict[str, Any]] = []
    other: list[dict[str, Any]] = []
    elsewhere: dict[str, list[str]] = {}
    for position, entry in enumerate(entries):
        one = entry.document.id
        before = known.get(one)
        if before is None:
            added.append(one)
            new.append(_row(entry, source_id, position))
        elif before.source_id != source_id:
            elsewhere.setdefault(before.source_id, []).append(one)
        elif before.digest != entry.digest:
            changed.append(one)
            other.append(_row(entry, source_id, position))
        else:
            unchanged.append(one)
            if before.position != position:
                other.append(_row(entry, source_id, position))
    present = {entry.document.id for entry in entries}
    removed = [i for i, row in known.items() if row.source_id == source_id and i not in present]
    if new:
        await connection.execute(insert(documents), new)
    if other:
        await connection.execute(
            update(documents).where(documents.c.id == bindparam("one")),
            [{**row, "one": row["id"]} for row in other],
        )
    for start in range(0, len(removed), _ASKED_AT_ONCE):
        gone = documents.c.id.in_(removed[start : start + _ASKED_AT_ONCE])
        await connection.execute(delete(documents).where(gone))
    refused = await _refusals(connection, elsewhere)
    rules, refused_rules = await replace_records(connection, source_id, records)
    return Changes(
        (*added, *rules["added"]),
        (*changed, *rules["changed"]),
        (*unchanged, *rules["unchanged"]),
        (*removed, *rules["removed"]),
        (*refused, *refused_rules),
    )


async def _known(connection: AsyncConnection, source_id: str, ids: Sequence[str]) -> dict[str, Any]:
    """What the working copy holds of a source, and of some entries wherever they belong."""
    query = select(documents.c.id, documents.c.source_id, documents.c.digest, documents.c.position)
    known: dict[str, Any] = {}
    for row in await connection.execute(query.where(documents.c.source_id == source_id)):
        known[row.id] = row
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        some = documents.c.id.in_(ids[start : start + _ASKED_AT_ONCE])
        for row in await connection.execute(query.where(some)):
            known[row.id] = row
    return known


async def ids_of_source(connection: AsyncConnection, location: str) -> Sequence[str]:
    """Ids of the entries of a source; none of one that there is not."""
    query = select(documents.c.id).join(sources).where(sources.c.location == location)
    return (await connection.execute(query)).scalars().all()


async def all_entries(connection: AsyncConnection) -> list[Entry]:
    """Everything in the working copy, in the order of import."""
    query = (
        select(documents)
        .join(sources)
        .order_by(sources.c.imported_at, sources.c.id, documents.c.position)
    )
    return [entry_of(row) for row in await connection.execute(query)]


async def entries_by_id(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Entry]:
    """Those of some entries that the working copy holds."""
    found: dict[str, Entry] = {}
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        some = ids[start : start + _ASKED_AT_ONCE]
        rows = await connection.execute(select(documents).where(documents.c.id.in_(some)))
        found |= {row.id: entry_of(row) for row in rows}
    return found


async def keep_edited(connection: AsyncConnection, entry: Entry) -> None:
    """Let the working copy hold an entry as staff want it; from now on it is theirs.

    An import of the source that it came from then leaves it as it is, and says so.
    """
    source_id = await staff_source(connection)
    query = select(documents.c.position).where(documents.c.id == entry.document.id)
    position = await connection.scalar(query)
    if position is None:
        await connection.execute(insert(documents).values(_row(entry, source_id, 0)))
    else:
        await connection.execute(
            update(documents)
            .where(documents.c.id == entry.document.id)
            .values(_row(entry, source_id, position))
        )


async def staff_source(connection: AsyncConnection) -> str:
    """Id of the source that holds what staff have edited."""
    return await keep_source(connection, EDITED, EDITED_FORMAT, Origin())


async def _refusals(connection: AsyncConnection, ids: Mapping[str, Sequence[str]]) -> list[Skipped]:
    """Why documents, by the source that they belong to, were left as they are."""
    names = await locations(connection, list(ids))
    reason = (
        "belongs to {}, which was imported before; remove it there, give it another id, "
        "or say with `advisor sources move` that the source has moved"
    )
    edited = "was edited by staff and is kept as they want it; change it there"
    reasons = {i: edited if n == EDITED else reason.format(n) for i, n in names.items()}
    return [
        Skipped(one, reasons[owner], field="id", value=one)
        for owner, several in ids.items()
        for one in several
    ]


def _row(entry: Entry, source_id: str, position: int) -> dict[str, Any]:
    document = entry.document
    return {
        "id": document.id,
        "source_id": source_id,
        "position": position,
        "title": document.title,
        "text": document.text,
        "institution": document.institution,
        "url": document.url,
        "effective_from": document.validity.effective_from,
        "effective_to": document.validity.effective_to,
        "last_verified": document.validity.last_verified,
        "is_program": entry.program is not None,
        "facts": entry.facts,
        "digest": entry.digest,
    }


def entry_of(row: Any) -> Entry:
    """The entry in a row of the working copy."""
    document = Document(
        id=row.id,
        title=row.title,
        text=row.text,
        institution=row.institution,
        url=row.url,
        validity=Validity(row.effective_from, row.effective_to, row.last_verified),
    )
    program = _PROGRAM.validate_python(row.facts) if row.is_program else None
    return Entry(document, program)
