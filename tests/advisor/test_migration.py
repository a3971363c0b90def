"""Migrations make just the tables that the code declares."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from postgresql_server import Server, new_database, start_postgresql
from sqlalchemy import Connection, inspect

from advisor.migration import migrate
from advisor.settings import Settings, load_settings
from advisor.wiring import database
from channels.schema import metadata as conversations
from knowledge_base.schema import workspace as content


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL of our own."""
    yield from start_postgresql()


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADVISOR_STATE", str(tmp_path / "state"))


@pytest.fixture
def settings(state: None) -> Settings:
    return load_settings()


@pytest.fixture
def on_postgresql(state: None, postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ADVISOR_DATABASE_URL", new_database(postgresql))
    return load_settings()


async def differences(settings: Settings) -> list[object]:
    """What Alembic finds between the database and the metadata."""

    def compare(connection: Connection) -> list[object]:
        # The index of words is made by statements of its own, alike in both.
        of_words = ("message_places", "message_search", "ix_messages_words")
        opts = {
            "compare_type": True,
            "include_name": lambda name, _type, _parents: not str(name).startswith(of_words),
        }
        context = MigrationContext.configure(connection, opts=opts)
        return [*compare_metadata(context, [content, conversations])]  # type: ignore[arg-type]

    async with database(settings) as engine, engine.connect() as connection:
        return await connection.run_sync(compare)


async def test_migrated_tables_equal_the_declared_ones(settings: Settings) -> None:
    """Alembic finds no difference between a migrated database and the metadata."""
    await migrate(settings)
    assert await differences(settings) == []


async def test_gateways_that_start_together_migrate_once(on_postgresql: Settings) -> None:
    """Several bring one PostgreSQL up to date at the same moment; its tables are the declared."""
    await asyncio.gather(*(migrate(on_postgresql) for _ in range(3)))
    assert await differences(on_postgresql) == []


async def test_migrating_twice_changes_nothing(settings: Settings) -> None:
    """A second start finds the tables as they are."""
    await migrate(settings)
    await migrate(settings)
    async with database(settings) as engine, engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        mode = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar()
    declared = {*content.tables, *conversations.tables}
    assert declared <= set(names)
    assert mode == "wal"
