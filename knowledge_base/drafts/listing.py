"""The entries of the working copy as a list that can be searched, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from knowledge_base.schema import documents, sources
from knowledge_base.store import Entry, entries_by_id


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry in a list."""

    id: str
    title: str
    is_program: bool
    source: str
    effective_from: date | None
    effective_to: date | None
    last_verified: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are asked for; what is empty does not matter."""

    words: str = ""
    """Stand in the title or the id."""
    kind: str = ""
    """`program` or `page`."""
    source: str = ""
    expired_on: date | None = None
    """Expired before that day."""


class Listing:
    """Reads the working copy. The engine's owner closes it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def entries(self, wanted: Wanted, most: int, after: int = 0) -> tuple[list[Listed], int]:
        """A page of entries by title, and how many there are in all."""
        where = _conditions(wanted)
        query = (
            select(
                documents.c.id,
                documents.c.title,
                documents.c.is_program,
                sources.c.location,
                documents.c.effective_from,
                documents.c.effective_to,
                documents.c.last_verified,
            )
            .join(sources)
            .where(*where)
            .order_by(func.lower(documents.c.title), documents.c.id)
            .limit(most)
            .offset(after)
        )
        count = select(func.count()).select_from(documents.join(sources)).where(*where)
        async with self._engine.connect() as connection:
            found = [Listed(*row) for row in await connection.execute(query)]
            total = (await connection.execute(count)).scalar_one()
        return found, total

    async def entry(self, document_id: str) -> Entry | None:
        """One entry as the working copy holds it."""
        async with self._engine.connect() as connection:
            return (await entries_by_id(connection, [document_id])).get(document_id)

    async def programs(self) -> dict[str, str]:
        """The titles of all programs by id."""
        query = select(documents.c.id, documents.c.title).where(documents.c.is_program)
        async with self._engine.connect() as connection:
            return {row.id: row.title for row in await connection.execute(query)}

    async def alike(self, words: Sequence[str], most: int = 5) -> list[Listed]:
        """Entries whose title holds any of some words, for who may be about to write one twice."""
        long = [word for word in words if len(word) > 3][:8]
        if not long:
            return []
        found, _ = await self.entries(Wanted(), most=10_000)
        scored = [(sum(word in each.title.casefold() for word in long), each) for each in found]
        scored.sort(key=lambda pair: -pair[0])
        return [each for score, each in scored[:most] if score]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    for word in wanted.words.split()[:8]:
        stands = (
            column.icontains(word, autoescape=True)
            for column in (documents.c.title, documents.c.id)
        )
        where.append(or_(*stands))
    if wanted.kind in {"program", "page"}:
        where.append(documents.c.is_program.is_(wanted.kind == "program"))
    if wanted.source:
        where.append(sources.c.location == wanted.source)
    if wanted.expired_on:
        where.append(documents.c.effective_to < wanted.expired_on)
    return where
