"""Who sees to it that an entry or a rule is still true, and which are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, insert, select
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
LONGEST_DAYS = 3 * 366
"""Longest interval that staff may set: three years."""


class Caring:
    """What verifiers do. The engine's owner closes it."""

    def __init__(self, engine: AsyncEngine, note: Note = unnoted) -> None:
        self._engine = engine
        self._note = note

    async def queue(self, today: date, most: int = 200) -> Sequence[Care]:
        """Entries that are due, the stalest first: never verified ones before all others."""
        everything = [each for each in await self._all() if (each.overdue(today) or 0) >= 0]
        return sorted(everything, key=lambda each: _staleness(each, today), reverse=True)[:most]

    async def of(self, document_id: str) -> Care:
        """Who verifies one entry. Raises UnknownProposal."""
        found = await self._all(document_id)
        if not found:
            raise UnknownProposal("There is no such entry or rule.")
        return found[0]

    async def _all(self, subject: str | None = None) -> list[Care]:
        """Entries, and rules by kind and id, with who sees to them."""
        pages = select(documents.c.id, documents.c.title, documents.c.last_verified, care)
        pages = pages.outerjoin(care, care.c.document_id == documents.c.id)
        name = records.c.kind + ":" + records.c.id
        rules = select(records.c.kind, records.c.id, records.c.data, care)
        rules = rules.outerjoin(care, care.c.document_id == name)
        if subject is not None:
            pages, rules = pages.where(documents.c.id == subject), rules.where(name == subject)
        async with self._engine.connect() as connection:
            found = [
                _care(row, row.id, row.title, row.last_verified)
                for row in await connection.execute(pages)
            ]
            for row in await connection.execute(rules):
                record = Record(row.kind, row.id, row.data)
                if source := source_of(record):
                    verified = source.validity.last_verified
                    whole = rule_subject(row.kind, row.id)
                    found.append(_care(row, whole, name_of(record), verified, row.kind))
        return found

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
