"""SQLite as the assistant opens it: one way to a connection's thread and back for each statement.

The driver makes a cursor, runs it, fetches from it and closes it by four messages to that thread;
each costs more than most of our statements do.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from typing import Any, Self

from aiosqlite import Connection
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

BUSY_MILLISECONDS = 10_000
"""How long SQLite waits for another writer."""
CONNECTIONS = 15
"""Kept open, each with its thread: opening one costs as much as some ten statements."""
AT_ONCE = 256
"""Rows that are fetched where a statement runs; further ones when they are asked for."""

Row = tuple[Any, ...]


def open_sqlite(url: str) -> AsyncEngine:
    """A database in WAL mode, so that readers do not wait for the writer."""
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        connect_args={"async_creator_fn": connection},
    )
    event.listen(engine.sync_engine, "connect", _prepare)
    return engine


def connection(path: str, **options: Any) -> ShortConnection:
    """A connection that opens when it is awaited; ``options`` are those of `sqlite3.connect`."""
    made = ShortConnection(partial(sqlite3.connect, path, **options), AT_ONCE)
    # As SQLAlchemy does with the driver's own: one that is left open must not hold up an end.
    made._thread.daemon = True
    return made


class ShortConnection(Connection):
    """The driver's connection, with fewer messages to its thread."""

    def stop(self) -> asyncio.Future[None] | None:
        """End the thread, once: who asked a thread that has ended again would wait for ever.

        A task that is cancelled while it closes a connection stops it, and so does the close that
        was under way.
        """
        return super().stop() if self._running else None

    def cursor(self) -> Cursor:  # type: ignore[override]  # what SQLAlchemy asks of one
        """A cursor that costs nothing before it runs."""
        return Cursor(self)

    async def commit(self) -> None:
        """Nothing to do where no transaction was begun."""
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Nothing to do where no transaction was begun, as when something was only read."""
        if self.in_transaction:
            await super().rollback()

    async def run(self, work: Callable[[], Any]) -> Any:
        """What the connection's thread makes of some work."""
        return await self._execute(work)  # type: ignore[no-untyped-call]


class Cursor:
    """One statement and its rows, of which the first come back with it."""

    def __init__(self, connection: ShortConnection) -> None:
        self.description: tuple[Row, ...] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1
        self._connection = connection
        self._rows: list[Row] = []
        self._open: sqlite3.Cursor | None = None

    async def __aenter__(self) -> Self:
        """Itself."""
        return self

    async def execute(self, statement: str, parameters: Iterable[Any] = ()) -> None:
        """Run a statement, and fetch its first rows. Raises `sqlite3.Error`."""
        await self._connection.run(lambda: self._run("execute", statement, parameters))

    async def executemany(self, statement: str, parameters: Iterable[Iterable[Any]]) -> None:
        """Run a statement with each of some values. Raises `sqlite3.Error`."""
        await self._connection.run(lambda: self._run("executemany", statement, parameters))

    async def fetchall(self) -> list[Row]:
        """The rows that nobody fetched yet."""
        rows, self._rows = self._rows, []
        if self._open is not None:
            rows += await self._connection.run(self._open.fetchall)
            await self.close()
        return rows

    async def fetchmany(self, size: int | None = None) -> list[Row]:
        """So many of them."""
        most = size or self.arraysize
        if len(self._rows) < most and self._open is not None:
            further = partial(self._open.fetchmany, most - len(self._rows))
            self._rows += await self._connection.run(further)
        rows, self._rows = self._rows[:most], self._rows[most:]
        return rows

    async def fetchone(self) -> Row | None:
        """The next of them."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def __aiter__(self) -> AsyncIterator[Row]:
        """Each of them."""
        while (row := await self.fetchone()) is not None:
            yield row

    async def close(self) -> None:
        """Let go of the rows that nobody fetched."""
        cursor, self._open = self._open, None
        if cursor is not None:
            await self._connection.run(cursor.close)

    def _run(self, how: str, statement: str, parameters: Iterable[Any]) -> None:
        """What the connection's thread does."""
        cursor = self._connection._conn.cursor()
        getattr(cursor, how)(statement, parameters)
        self.description, self.lastrowid = cursor.description, cursor.lastrowid
        self._rows = cursor.fetchmany(AT_ONCE) if cursor.description else []
        self.rowcount = cursor.rowcount
        if len(self._rows) == AT_ONCE:
            self._open = cursor
        else:
            cursor.close()


def _prepare(connected: Any, _record: object) -> None:
    cursor = connected.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
