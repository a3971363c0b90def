"""Erases a conversation from every store, the bot's too, and keeps a receipt without its words."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol, Self

import structlog
from sqlalchemy import Connection, Row, column, delete, insert, inspect, select, update
from sqlalchemy import table as sql_table
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.identifiers import new_id
from channels.model import Author
from channels.schema import conversations, erasures, messages, metadata
from channels.storage import Storage
from channels.word_index import forget_words
from knowledge_base.drafts.forgetting import forget, made_of

AGAIN_SECONDS = 30.0
"""Between tries to reach a bot that was away; a restart of the bot takes about as long."""

log = structlog.get_logger(__name__)


class Forgetful(Protocol):
    """Whoever remembers conversations besides the gateway."""

    async def forget(self, conversation: str) -> bool:
        """Whether nothing is remembered of it any more."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """The receipt of an erasure: ``erased`` counts the rows of each table.

    ``bot_at`` is when the bot said that it forgot the conversation; None: it has not yet.
    """

    id: str
    conversation: str
    erased: dict[str, int]
    at: datetime
    bot_at: datetime | None = None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """From a row of the table ``erasures``."""
        return cls(row.id, row.conversation_id, row.erased, row.at, row.bot_at)

    def to_wire(self) -> dict[str, Any]:
        """One JSON object: what went from each table, and when the bot had forgotten it."""
        return {
            "receipt": self.id,
            "conversation": self.conversation,
            "at": self.at.isoformat(),
            "tables": self.erased,
            "bot": self.bot_at.isoformat() if self.bot_at else None,
        }


class Eraser:
    """Erases on demand, and tells the bot until it has heard.

    Methods raise `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage, bot: Forgetful) -> None:
        self._storage = storage
        self._bot = bot
        self._waits = asyncio.Event()
        self._waits.set()

    async def erase(self, conversation: str) -> Erasure:
        """Erase what the gateway holds of a conversation, then what the bot does.

        A turn that is under way finds its conversation gone when it ends, and writes nothing.
        """
        now = datetime.now(UTC)
        async with self._storage.writing() as db:
            erased = await _erase(db, conversation)
            receipt = Erasure(new_id("e"), conversation, erased, now)
            await db.execute(
                insert(erasures).values(
                    id=receipt.id, conversation_id=conversation, erased=erased, at=now
                )
            )
        await self._empty_log()
        log.info("conversation_erased", receipt=receipt.id, erased=erased)
        return await self._tell_bot(receipt)

    async def run(self) -> None:
        """Tell the bot of erasures that it has not confirmed, for as long as there are any."""
        while True:
            await self._waits.wait()
            self._waits.clear()
            try:
                for receipt in await self._unconfirmed():
                    await self._tell_bot(receipt)
            except SQLAlchemyError as error:
                log.error("erasures_unreadable", error=type(error).__name__)
                self._waits.set()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _tell_bot(self, receipt: Erasure) -> Erasure:
        if not await self._bot.forget(receipt.conversation):
            log.warning("bot_has_not_forgotten", receipt=receipt.id)
            self._waits.set()
            return receipt
        now = datetime.now(UTC)
        async with self._storage.writing() as db:
            mine = erasures.c.id == receipt.id
            await db.execute(update(erasures).where(mine).values(bot_at=now))
        return replace(receipt, bot_at=now)

    async def _unconfirmed(self) -> list[Erasure]:
        query = select(erasures).where(erasures.c.bot_at.is_(None)).order_by(erasures.c.at)
        async with self._storage.reading() as db:
            return [Erasure.from_row(row) for row in await db.execute(query)]

    async def _empty_log(self) -> None:
        """SQLite's index of words holds them until it is merged, and its log until it is emptied.

        A reader may be in the way; then the next erasure, or the next full log, empties it.
        """
        if self._storage.shared:
            return
        try:
            await forget_words(self._storage)
            async with self._storage.reading() as db:
                await db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        except DBAPIError as error:
            log.info("log_not_emptied", error=type(error).__name__)


async def overwrite_what_goes(db: AsyncConnection) -> None:
    """Have SQLite overwrite what is deleted (sqlite.org/pragma.html#pragma_secure_delete).

    PostgreSQL frees it by its own vacuum.
    """
    if db.dialect.name == "sqlite":
        await db.exec_driver_sql("PRAGMA secure_delete=ON")


async def _erase(db: AsyncConnection, conversation: str) -> dict[str, int]:
    """Rows erased of each table that names a conversation, those that point at others first."""
    await overwrite_what_goes(db)
    erased = await _forget_words(db, conversation)
    for name in await db.run_sync(tables_naming):
        table = sql_table(name, column("conversation_id"))
        mine = table.c.conversation_id == conversation
        erased[name] = (await db.execute(delete(table).where(mine))).rowcount
    gone = await db.execute(delete(conversations).where(conversations.c.id == conversation))
    return {**erased, conversations.name: gone.rowcount}


async def _forget_words(db: AsyncConnection, conversation: str) -> dict[str, int]:
    """What staff made of a student's words, unless another student wrote the same.

    The messages of a turn are one question, as they are read.
    """
    mine = messages.c.conversation_id == conversation
    by_student = messages.c.author == Author.STUDENT.value
    query = select(messages.c.turn_id, messages.c.text).where(mine, by_student)
    by_turn: dict[str | None, list[str]] = {}
    for row in await db.execute(query.order_by(messages.c.seq)):
        by_turn.setdefault(row.turn_id, []).append(row.text)
    words = {text for texts in by_turn.values() for text in (*texts, " ".join(texts))}
    used = await made_of(db, words) if words else frozenset()
    if not used:
        return {}
    others = select(messages.c.text).where(messages.c.text.in_(used), ~mine, by_student)
    return await forget(db, used - set((await db.execute(others)).scalars()))


def tables_naming(connection: Connection) -> list[str]:
    """Every table of the database that names a conversation, whichever part of it declares it.

    The gateway's come in an order in which none is pointed at any more, after all others.
    """
    tables = inspect(connection)
    found = {
        name
        for name in tables.get_table_names()
        if any(each["name"] == "conversation_id" for each in tables.get_columns(name))
    }
    ours = [table.name for table in reversed(metadata.sorted_tables) if table.name in found]
    return [*sorted(found.difference(ours)), *(name for name in ours if name != erasures.name)]
