"""The gateway's way into its database: one writer at a time where it must be, and one clock."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import IntEnum
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as WaitedTooLong
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

WRITERS = 64
"""Transactions that may write at once where rows are locked; the pool holds fewer connections."""
WAIT_SECONDS = 5.0
"""A write takes milliseconds: who waits longer stands behind a database that is locked."""


class Rank(IntEnum):
    """Whose write goes first where many wait: who ends work goes before who brings more.

    Else a gateway that is sent more than it can do would take message after message, and never
    come to record that it has answered one.
    """

    ENDING = 0
    WORKING = 1
    BRINGING = 2


class Line:
    """So many at a time; those who wait come in by rank, and among equals by their coming."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: list[tuple[Rank, int, asyncio.Future[None]]] = []
        self._numbers = count()

    async def enter(self, rank: Rank) -> None:
        """Wait for a place; who is cancelled meanwhile has none."""
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place to whoever is next."""
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class Storage:
    """A database, SQLite for one gateway or PostgreSQL for several.

    Both ways in raise `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.shared = engine.dialect.name != "sqlite"
        """Whether other gateways may work on the same database."""
        # SQLite has one writer: waiting here costs less than its busy handler, which sleeps.
        self._writers = Line(WRITERS if self.shared else 1)
        self.records = True
        """Whether nothing was refused since a student last brought something: a full disk refuses
        all that adds a row, while reads, and writes that change nothing, go on."""

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read on."""
        async with self._engine.connect() as db:
            yield db

    @asynccontextmanager
    async def writing(self, rank: Rank = Rank.WORKING) -> AsyncIterator[AsyncConnection]:
        """A transaction; in SQLite nobody else writes between what it reads and what it writes."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._writers.enter(rank)
        except TimeoutError:
            self.records = False
            raise WaitedTooLong("another write did not end") from None
        try:
            async with self._engine.begin() as db:
                if not self.shared:
                    # Else the lock is taken by the first write, after what was read may have moved.
                    await db.exec_driver_sql("BEGIN IMMEDIATE")
                yield db
        except IntegrityError:  # what is there already, such as a repeated delivery
            raise
        except DBAPIError:
            self.records = False
            raise
        else:
            self.records = self.records or rank is Rank.BRINGING
        finally:
            self._writers.leave()

    async def now(self, db: AsyncConnection) -> datetime:
        """The time by the clock that all gateways share, so that leases mean the same to each."""
        if not self.shared:
            return datetime.now(UTC)
        at: datetime = (await db.execute(select(func.clock_timestamp()))).scalar_one()
        return at.astimezone(UTC)
