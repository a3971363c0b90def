"""Brings the database's tables up to date with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select

from advisor.settings import Settings
from advisor.wiring import database

LOCK = 0x61647669736F72
"""A number of our own among a database's advisory locks."""


async def migrate(settings: Settings) -> None:
    """Create the state folder and the tables, or upgrade them. Raises OSError on a full disk."""
    settings.state.mkdir(parents=True, exist_ok=True)
    async with database(settings) as engine, engine.begin() as connection:
        await connection.run_sync(_upgrade)


def alembic_config() -> Config:
    """Alembic's configuration without an `alembic.ini`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Gateways that start together wait for the first of them.
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
