"""Whether what the institution writes by itself, unasked, still comes to a student."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, select

from channels.carrier import Post
from channels.model import Author
from channels.schema import conversations, messages, opt_outs
from channels.storage import Storage

WEB = "web"
VOICE = "voice"
AT_ONCE = 500
"""Conversations that one query asks about: SQLite takes some thousand values in one."""


class Reach(StrEnum):
    """Whether what is written comes to the student."""

    OPEN = "open"
    CALL = "call"
    """They called: nothing that is written is heard."""
    OPTED_OUT = "opted_out"
    """They asked the channel for no more messages."""
    SWITCHED_OFF = "switched_off"
    """The channel is not set up any more."""
    CLOSED = "closed"
    """The channel takes messages only for a while after the student's last one, which is over."""


class Reaching:
    """Asks the database and the channels; raises `sqlalchemy.exc.SQLAlchemyError`."""

    def __init__(self, storage: Storage, post: Post) -> None:
        self._storage = storage
        self._post = post

    async def of(self, conversation: str) -> Reach | None:
        """Whether a student can be written to; None when there is no such conversation."""
        return (await self.of_each([conversation])).get(conversation)

    async def of_each(self, wanted: Sequence[str]) -> dict[str, Reach]:
        """The same of several, by their ids; without those that there are none of."""
        found: dict[str, Reach] = {}
        async with self._storage.reading() as db:
            now = await self._storage.now(db)
            for first in range(0, len(wanted), AT_ONCE):
                for row in await db.execute(_places(wanted[first : first + AT_ONCE])):
                    found[row.id] = self._reach(row, now)
        return found

    def _reach(self, row: Row[Any], now: datetime) -> Reach:
        if row.channel == VOICE:
            return Reach.CALL
        if row.channel != WEB and not self._post.carries(row.channel):
            return Reach.SWITCHED_OFF
        if row.opted_out:
            return Reach.OPTED_OUT
        window = self._post.window(row.channel, row.address)
        if window and (row.wrote_at is None or now - row.wrote_at >= window):
            return Reach.CLOSED
        return Reach.OPEN


def _places(wanted: Sequence[str]) -> Select[Any]:
    """Where conversations are had, and when their students wrote last."""
    place = conversations.c
    out = exists().where(opt_outs.c.channel == place.channel, opt_outs.c.address == place.address)
    wrote = and_(messages.c.conversation_id == place.id, messages.c.author == Author.STUDENT.value)
    last = select(func.max(messages.c.at)).where(wrote).scalar_subquery()
    return select(
        place.id, place.channel, place.address, out.label("opted_out"), last.label("wrote_at")
    ).where(place.id.in_(wanted))
