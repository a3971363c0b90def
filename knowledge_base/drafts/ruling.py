"""The dated rules of the working copy as a list that can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from knowledge_base.record import Record
from knowledge_base.rules.naming import name_of, source_of
from knowledge_base.schema import records, sources


@dataclass(frozen=True, slots=True)
class ListedRule:
    """One rule in a list; a fact that is only asked for stands on no page and has no dates."""

    kind: str
    id: str
    name: str
    source: str
    page: str
    effective_from: date | None
    effective_to: date | None
    last_verified: date | None


class Ruling:
    """Reads the working copy. The engine's owner closes it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def rules(self, words: str = "", kind: str = "") -> Sequence[ListedRule]:
        """Rules of a kind whose name, id or page holds some words; no kind is all of them."""
        query = select(records.c.kind, records.c.id, records.c.data, sources.c.location)
        query = query.join(sources).order_by(records.c.kind, records.c.id)
        if kind:
            query = query.where(records.c.kind == kind)
        async with self._engine.connect() as connection:
            found = [_listed(row) for row in await connection.execute(query)]
        sought = words.casefold().split()
        return [
            rule
            for rule in found
            if all(word in f"{rule.name} {rule.id} {rule.page}".casefold() for word in sought)
        ]


def _listed(row: Any) -> ListedRule:
    record = Record(row.kind, row.id, row.data)
    source = source_of(record)
    name = name_of(record)
    if source is None:
        return ListedRule(row.kind, row.id, name, row.location, "", None, None, None)
    days = source.validity
    return ListedRule(
        row.kind,
        row.id,
        name,
        row.location,
        source.document_id,
        days.effective_from,
        days.effective_to,
        days.last_verified,
    )
