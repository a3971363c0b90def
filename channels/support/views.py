"""Views that people keep of their inbox: a name for a set of filters, one's own or everybody's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.exc import IntegrityError

from channels.identifiers import new_id
from channels.schema import saved_views
from channels.storage import Storage

LONGEST_NAME = 60
MOST = 30
"""Views that are shown to one person."""


@dataclass(frozen=True, slots=True)
class View:
    """A view as it stands above the list; ``query`` is `Filters.query`."""

    id: str
    name: str
    query: str
    shared: bool
    mine: bool


class Views:
    """Saved views.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def of(self, account: str) -> tuple[View, ...]:
        """One's own and everybody's, by name."""
        seen = or_(saved_views.c.account_id == account, saved_views.c.shared)
        query = select(saved_views).where(seen).order_by(saved_views.c.name).limit(MOST)
        async with self._storage.reading() as db:
            return tuple(
                View(row.id, row.name, row.query, row.shared, row.account_id == account)
                for row in await db.execute(query)
            )

    async def save(self, account: str, name: str, query: str, shared: bool) -> bool:
        """Keep a view; False when it has no name, or one that this person has used."""
        name = name.strip()[:LONGEST_NAME]
        if not name:
            return False
        row: dict[str, object] = {"id": new_id("w"), "account_id": account, "name": name}
        row |= {"query": query, "shared": shared}
        try:
            async with self._storage.writing() as db:
                now = await self._storage.now(db)
                await db.execute(insert(saved_views).values(row | {"at": now}))
        except IntegrityError:
            return False
        return True

    async def drop(self, account: str, view: str) -> None:
        """Take away one of one's own."""
        mine = (saved_views.c.id == view) & (saved_views.c.account_id == account)
        async with self._storage.writing() as db:
            await db.execute(delete(saved_views).where(mine))
