"""What a statement gives does not depend on how its rows come from the connection's thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from advisor.sqlite import AT_ONCE, CONNECTIONS, connection, open_sqlite

MANY = AT_ONCE * 2 + 1


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A database with a table of more rows than are fetched at once."""
    engine = open_sqlite(f"sqlite+aiosqlite:///{tmp_path / 'some.sqlite'}")
    async with engine.begin() as db:
        await db.exec_driver_sql("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
        await db.exec_driver_sql(
            "INSERT INTO numbers VALUES (?)", [(number,) for number in range(MANY)]
        )
    yield engine
    await engine.dispose()


async def test_all_rows_come_whether_at_once_or_one_by_one(engine: AsyncEngine) -> None:
    """In order, each once; who stops early may go on with the connection."""
    query = "SELECT number FROM numbers ORDER BY number"
    async with engine.connect() as db:
        every = (await db.exec_driver_sql(query)).scalars().all()
        parted = text(query).execution_options(yield_per=100)
        streamed = [row.number async for row in await db.stream(parted)]
        first = (await db.exec_driver_sql(query)).first()
        again = (await db.exec_driver_sql("SELECT count(*) FROM numbers")).scalar_one()
    assert list(every) == streamed == [*range(MANY)]
    assert (tuple(first or ()), again) == ((0,), MANY)


async def test_a_statement_that_fails_leaves_nothing_behind(engine: AsyncEngine) -> None:
    """Its transaction is undone, and the next one sees a whole table."""
    with pytest.raises(IntegrityError):
        async with engine.begin() as db:
            await db.exec_driver_sql("DELETE FROM numbers WHERE number > 0")
            await db.exec_driver_sql("INSERT INTO numbers VALUES (0)")
    async with engine.begin() as db:
        changed = await db.exec_driver_sql("UPDATE numbers SET number = -1 WHERE number = 0")
        assert changed.rowcount == 1
    async with engine.connect() as db:
        count = (await db.exec_driver_sql("SELECT count(*) FROM numbers")).scalar_one()
    assert count == MANY


async def test_what_was_written_but_not_committed_is_undone_with_its_connection(
    engine: AsyncEngine,
) -> None:
    """Whoever gets the connection next sees what was committed."""
    async with engine.connect() as db:
        await db.exec_driver_sql("DELETE FROM numbers")
    for _ in range(CONNECTIONS + 1):
        async with engine.connect() as db:
            assert (await db.exec_driver_sql("SELECT count(*) FROM numbers")).scalar_one() == MANY


async def test_a_close_ends_though_the_connection_is_stopped_meanwhile(tmp_path: Path) -> None:
    """As when a task is cancelled while it closes one: the thread ends once, and nobody waits."""
    opened = await connection(str(tmp_path / "some.sqlite"))
    closing = asyncio.create_task(opened.close())
    await asyncio.sleep(0)
    opened.stop()
    await asyncio.wait_for(closing, timeout=5)
    opened._thread.join(timeout=5)
    assert not opened._thread.is_alive()
