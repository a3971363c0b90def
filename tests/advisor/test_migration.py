"""Migrations make just the tables that the code declares."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from advisor.migration import migrate
from advisor.settings import Settings, load_settings
from advisor.wiring import database
from channels.schema import metadata as conversations
from knowledge_base.schema import workspace as content


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADVISOR_STATE", str(tmp_path / "state"))
    return load_settings()


async def test_migrated_tables_equal_the_declared_ones(settings: Settings) -> None:
    """Alembic finds no difference between a migrated database and the metadata."""
    await migrate(settings)

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [*compare_metadata(context, [content, conversations])]  # type: ignore[arg-type]

    async with database(settings) as engine, engine.connect() as connection:
        assert await connection.run_sync(differences) == []


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
