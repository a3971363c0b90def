"""What is held of one student: found by whichever name they are known, and given out whole."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, MetaData, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.erasing import tables_naming
from channels.schema import conversations, metadata, opt_outs
from channels.storage import Storage

WITHHELD = frozenset({"token_hash", "lease_owner", "lease_until", "signing_key"})
"""Columns of the machine's own: proofs of who somebody is, and which process is at work."""
MOST = 500
"""Conversations of one student that are found; a search that finds more names nobody."""


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation with all rows that name it, by table, in the order in which they were made."""

    conversation: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]]

    @property
    def id(self) -> str:
        """The conversation's id."""
        return str(self.conversation["id"])

    def to_wire(self) -> dict[str, Any]:
        """One JSON object."""
        return {"conversation": self.conversation, **self.rows}


class Holdings:
    """What the database holds of students.

    Methods raise `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def of(self, name: str) -> tuple[Held, ...]:
        """The conversations of whoever is known by ``name``, the newest first.

        It is the id of a conversation, an address or a number on any channel, or the student's id
        as an embedding site vouches for it; an email address finds every thread of it.
        """
        async with self._storage.reading() as db:
            query = (
                select(conversations)
                .where(_is_known_as(name))
                .order_by(conversations.c.updated_at.desc())
                .limit(MOST)
            )
            found = [_wire(dict(row._mapping)) for row in await db.execute(query)]
            return tuple([await _held(db, conversation) for conversation in found])

    async def refuses(self, name: str) -> list[dict[str, Any]]:
        """Where this address asked to be sent nothing more; kept so that nothing is."""
        query = select(opt_outs).where(opt_outs.c.address == name)
        async with self._storage.reading() as db:
            return [_wire(dict(row._mapping)) for row in await db.execute(query)]


def _is_known_as(name: str) -> ColumnElement[bool]:
    known = conversations.c
    # An email's conversation is a sender and a thread, with a space between.
    threads = known.address.startswith(f"{name} ", autoescape=True)
    return or_(known.id == name, known.address == name, known.student == name, threads)


async def _held(db: AsyncConnection, conversation: dict[str, Any]) -> Held:
    rows: dict[str, list[dict[str, Any]]] = {}
    for name in await db.run_sync(tables_naming):
        table = metadata.tables.get(name)
        if table is None:
            table = await db.run_sync(_reflected, name)
        mine = table.c.conversation_id == conversation["id"]
        query = select(table).where(mine)
        order = next((table.c[c] for c in ("seq", "position", "at") if c in table.c), None)
        found = await db.execute(query if order is None else query.order_by(order))
        if wires := [_wire(dict(row._mapping)) for row in found]:
            rows[name] = wires
    return Held(conversation, rows)


def _reflected(connection: Connection, name: str) -> Table:
    return Table(name, MetaData(), autoload_with=connection)


def _wire(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what is the machine's own, with times in ISO 8601 and files in Base64."""
    return {
        name: _plain(value)
        for name, value in row.items()
        if name not in WITHHELD and value is not None
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
