"""Who has asked a channel to send them nothing more; kept until they ask for messages again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from channels.schema import opt_outs
from channels.storage import Storage

Named = str | BindParameter[str]
"""A word, or the name by which a constant statement is given it."""


class OptOuts:
    """Addresses to which nothing may be sent.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def set(self, channel: str, address: str, at: datetime) -> None:
        """Send nothing there from now on."""
        row = {"channel": channel, "address": address, "at": at}
        try:
            async with self._storage.writing() as db:
                await db.execute(insert(opt_outs).values(row))
        except IntegrityError:
            return  # It was so before.

    async def lift(self, channel: str, address: str) -> None:
        """Messages are wanted again."""
        async with self._storage.writing() as db:
            await db.execute(delete(opt_outs).where(_is(channel, address)))

    async def has(self, channel: str, address: str) -> bool:
        """Whether nothing may be sent there."""
        asked = {"of_channel": channel, "of_address": address}
        async with self._storage.reading() as db:
            return (await db.execute(_HAS, asked)).first() is not None


def _is(channel: Named, address: Named) -> ColumnElement[bool]:
    return (opt_outs.c.channel == channel) & (opt_outs.c.address == address)


_HAS = select(opt_outs.c.address).where(_is(bindparam("of_channel"), bindparam("of_address")))
