"""Who sees to it that an entry or a rule is still true, and which are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, nulls_first, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from knowledge_base.drafts.drafting import Note, unnoted
from knowledge_base.drafts.item import rule_subject
from knowledge_base.drafts.proposal import Care, Person, UnknownProposal
from knowledge_base.drafts.schema import care
from knowledge_base.record import Record
from knowledge_base.rules.naming import name_of, source_of
from knowledge_base.schema import documents, records

INTERVAL_DAYS = 90
"""How often an entry is verified unless staff say otherwise: once a quarter, so that a fee that
changes with a term is looked at in it."""
_AT_ONCE = 500
LONGEST_DAYS = 3 * 366
"""Longest interval that staff may set: three years."""


class Caring:
    """What verifiers do. The engine's owner closes it."""

    def __init__(self, engine: AsyncEngine, note: Note = unnoted) -> None:
        self._engine = engine
        self._note = note

    async def queue(self, today: date, most: int = 200) -> Sequence[Care]:
        """Entries and rules that are due, the stalest first: never verified ones before all."""
        async with self._engine.connect() as connection:
            pages = await _stale_pages(connection, today, most)
            found = await _cared(connection, pages) + await _rules(connection)
        due = [each for each in found if (each.overdue(today) or 0) >= 0]
        return sorted(due, key=lambda each: _staleness(each, today), reverse=True)[:most]

    async def of(self, document_id: str) -> Care:
        """Who verifies one entry. Raises UnknownProposal."""
        async with self._engine.connect() as connection:
            found = await _cared(connection, [document_id])
            found = found or await _rules(connection, document_id)
        if not found:
            raise UnknownProposal("There is no such entry or rule.")
        return found[0]

    async def assign(
        self, person: Person, document_id: str, verifier: str, interval_days: int
    ) -> None:
        """Say who verifies an entry, and after how many days it is due again.

        Raises ValueError for another number of days than 1 to `LONGEST_DAYS`, and UnknownProposal.
        """
        if not 1 <= interval_days <= LONGEST_DAYS:
            raise ValueError(f"Say 1 to {LONGEST_DAYS} days.")
        before = await self.of(document_id)
        async with self._engine.begin() as connection:
            await _keep(
                connection, document_id, verifier.strip()[:120], before.verified_on, interval_days
            )
            detail = {"verifier": verifier, "days": interval_days}
            await self._note(connection, person, "assign", document_id, detail)

    async def verify(self, person: Person, document_id: str, today: date) -> None:
        """Note that an entry was found true today. Raises UnknownProposal."""
        before = await self.of(document_id)
        async with self._engine.begin() as connection:
            verifier = before.verifier or person.name
            await _keep(connection, document_id, verifier, today, before.interval_days)
            await self._note(connection, person, "verify", document_id, {})


async def _stale_pages(connection: AsyncConnection, today: date, most: int) -> list[str]:
    """Ids of entries among which the stalest are, found without reading them.

    Of those that staff look after, all that may be due; of the others the oldest.
    """
    seen = await connection.execute(
        select(care.c.document_id, care.c.verified_on, care.c.interval_days)
    )
    kept = seen.all()
    latest = today - timedelta(days=INTERVAL_DAYS)
    verified = documents.c.last_verified
    others = (
        select(documents.c.id)
        .where(or_(verified.is_(None), verified <= latest))
        .where(documents.c.id.not_in(select(care.c.document_id)))
        .order_by(nulls_first(verified.asc()), documents.c.id)
        .limit(most)
    )
    due = [
        row.document_id
        for row in kept
        if row.verified_on is None or (today - row.verified_on).days >= row.interval_days
    ]
    return [*due, *(await connection.execute(others)).scalars()]


async def _cared(connection: AsyncConnection, ids: Sequence[str]) -> list[Care]:
    """Those of some entries that there are, with who sees to them."""
    query = select(documents.c.id, documents.c.title, documents.c.last_verified, care)
    query = query.outerjoin(care, care.c.document_id == documents.c.id)
    found: list[Care] = []
    for first in range(0, len(ids), _AT_ONCE):
        mine = documents.c.id.in_(ids[first : first + _AT_ONCE])
        rows = await connection.execute(query.where(mine))
        found += [_care(row, row.id, row.title, row.last_verified) for row in rows]
    return found


async def _rules(connection: AsyncConnection, subject: str | None = None) -> list[Care]:
    """The rules that stand on a page, or one by its kind and id, with who sees to them."""
    name = records.c.kind + ":" + records.c.id
    query = select(records.c.kind, records.c.id, records.c.data, care)
    query = query.outerjoin(care, care.c.document_id == name)
    if subject is not None:
        query = query.where(name == subject)
    found = []
    for row in await connection.execute(query):
        record = Record(row.kind, row.id, row.data)
        if source := source_of(record):
            verified = source.validity.last_verified
            whole = rule_subject(row.kind, row.id)
            found.append(_care(row, whole, name_of(record), verified, row.kind))
    return found


def _care(
    row: Row[Any], subject: str, title: str, last_verified: date | None, rule: str = ""
) -> Care:
    verified = max(filter(None, (last_verified, row.verified_on)), default=None)
    interval = row.interval_days or INTERVAL_DAYS
    return Care(subject, title, row.verifier or "", verified, interval, rule)


async def _keep(
    connection: AsyncConnection,
    document_id: str,
    verifier: str,
    verified_on: date | None,
    interval_days: int,
) -> None:
    await connection.execute(delete(care).where(care.c.document_id == document_id))
    await connection.execute(
        insert(care).values(
            document_id=document_id,
            verifier=verifier,
            verified_on=verified_on,
            interval_days=interval_days,
        )
    )


def _staleness(each: Care, today: date) -> tuple[bool, int]:
    overdue = each.overdue(today)
    return overdue is None, overdue or 0
