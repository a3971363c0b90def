"""The entries of the working copy as a list that can be searched, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add

from sqlalchemy import ColumnElement, case, func, or_, select
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
    ids: Sequence[str] | None = None
    """None is any."""


class Listing:
    """Reads the working copy. The engine's owner closes it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def entries(self, wanted: Wanted, most: int, after: int = 0) -> tuple[list[Listed], int]:
        """A page of entries by title, and how many there are in all."""
        these = select(documents.c.id).where(*_conditions(wanted))
        if wanted.source:
            these = these.join(sources).where(sources.c.location == wanted.source)
        by_title = func.lower(documents.c.title), documents.c.id
        some = these.order_by(*by_title).limit(most).offset(after).subquery()
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
            .where(documents.c.id.in_(select(some.c.id)))
            .order_by(*by_title)
        )
        count = select(func.count()).select_from(these.subquery())
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
        title = func.lower(documents.c.title)
        holds = [title.contains(word, autoescape=True) for word in long]
        score = reduce(add, (case((one, 1), else_=0) for one in holds))
        best = (
            select(documents.c.id)
            .where(or_(*holds))
            .order_by(score.desc(), title, documents.c.id)
            .limit(most)
        )
        async with self._engine.connect() as connection:
            ids = list((await connection.execute(best)).scalars())
        found, _ = await self.entries(Wanted(ids=tuple(ids)), most)
        return sorted(found, key=lambda each: ids.index(each.id))


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
    if wanted.ids is not None:
        where.append(documents.c.id.in_(wanted.ids))
    if wanted.expired_on:
        where.append(documents.c.effective_to < wanted.expired_on)
    return where
