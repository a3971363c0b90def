"""Where channels that fetch their messages go on, such as a mailbox's last message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from channels.schema import bookmarks
from channels.storage import Storage


class StoredBookmark:
    """The bookmark of one channel. Both methods raise `sqlalchemy.exc.SQLAlchemyError`."""

    def __init__(self, storage: Storage, channel: str) -> None:
        self._storage = storage
        self._channel = channel

    async def read(self) -> dict[str, Any] | None:
        """As `channels.delivery.channel.Bookmark`."""
        query = select(bookmarks.c.place).where(bookmarks.c.channel == self._channel)
        async with self._storage.reading() as db:
            place: dict[str, Any] | None = (await db.execute(query)).scalar_one_or_none()
        return place

    async def write(self, place: dict[str, Any]) -> None:
        """As `channels.delivery.channel.Bookmark`."""
        mine = bookmarks.c.channel == self._channel
        async with self._storage.writing() as db:
            changed = await db.execute(update(bookmarks).where(mine).values(place=place))
            if not changed.rowcount:
                await db.execute(insert(bookmarks).values(channel=self._channel, place=place))
