"""Vectors in PostgreSQL with pgvector, where several machines search one index in a database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import structlog
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from knowledge_base.arrays import Allowed, Rows, Scores, Vectors
from knowledge_base.errors import VectorsUnreachable
from knowledge_base.index import EXACT_ROWS, VectorIndex

if TYPE_CHECKING:
    import psycopg

log = structlog.get_logger(__name__)

_PREFIX = "advisor_vectors_"
_KEPT_TABLES = 3
"""The live edition's, and two to roll back to; an earlier one is filled again when it is live."""
_BATCH = 10_000
_LISTED_ROWS = 10_000
"""Row numbers that a query names at most, as allowed or as not; beyond, the edition's own index."""
_LONGEST_SEARCH = 1_000
"""Milliseconds that a search may take; a question searches up to five times in ten seconds."""
_PAUSE_SECONDS = 30.0
"""How long a database that failed is left alone."""
_CONNECT = {
    "connect_timeout": 2,
    "options": (
        f"-c statement_timeout={_LONGEST_SEARCH} -c hnsw.ef_search=400 "
        "-c hnsw.iterative_scan=strict_order"  # Goes on until enough rows are allowed.
    ),
}


class VectorDatabase:
    """One table of vectors for each of the latest editions. Opens no connection by itself."""

    def __init__(self, url: str):
        """A PostgreSQL address. Raises VectorsUnreachable when it, or a package, is missing."""
        try:
            address = make_url(url).set(drivername="postgresql+psycopg")
            self._engine = create_engine(
                address, connect_args=_CONNECT, pool_pre_ping=True, hide_parameters=True
            )
        except ArgumentError:
            raise VectorsUnreachable(
                "knowledge_base.vector_database: not an address; "
                "it looks like postgresql://user:password@host/database"
            ) from None
        except ImportError as error:
            raise VectorsUnreachable(
                f"knowledge_base.vector_database: the package {error.name} is not installed; run "
                f"`pip install pgvector 'psycopg[binary]'` in the assistant's environment"
            ) from None

    def prepare(self) -> None:
        """Install the extension if it is not. Raises VectorsUnreachable."""
        with self._writing() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
            query = text("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
            version = str(connection.scalar(query))
        if tuple(map(int, version.split(".")[:2])) < (0, 8):
            raise VectorsUnreachable(
                f"the vector database has pgvector {version}; 0.8 or newer is needed"
            )

    def add(self, edition_id: str, own: VectorIndex, count: int) -> None:
        """Hold the vectors of an edition, all or none; nothing happens when they are there.

        `count` is the number of rows of `own`, the edition's index. Raises VectorsUnreachable.
        """
        table = _table(edition_id)
        with self._writing() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:t))"), {"t": table})
            if connection.scalar(text("SELECT to_regclass(:t)"), {"t": table}) is not None:
                return
            dimension = own.vectors(np.arange(1)).shape[1]
            connection.execute(
                text(f"CREATE TABLE {table} (row integer PRIMARY KEY, it vector({dimension}))")
            )
            _copy(connection, table, own, count)
            if count > EXACT_ROWS:
                connection.execute(text(f"CREATE INDEX ON {table} USING hnsw (it vector_ip_ops)"))
            connection.execute(text(f"ANALYZE {table}"))
        self._drop_old(table)

    def index(self, edition_id: str, own: VectorIndex) -> VectorIndex:
        """The index of an edition that was added; `own` answers while the database does not."""
        return PgvectorIndex(self._engine, _table(edition_id), own)

    def _drop_old(self, kept: str) -> None:
        query = text(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() "
            "AND starts_with(tablename, :prefix) ORDER BY tablename DESC"
        )
        with self._writing() as connection:
            tables = list(connection.scalars(query, {"prefix": _PREFIX}))
            for table in tables[_KEPT_TABLES:]:
                if table != kept:
                    connection.execute(text(f"DROP TABLE IF EXISTS {table}"))

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                yield connection
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise VectorsUnreachable(
                f"the vector database cannot be used: {reason}; "
                f"check knowledge_base.vector_database and the server"
            ) from None


class PgvectorIndex:
    """The vectors of one edition in a database; exact up to `EXACT_ROWS` rows, then HNSW.

    Stored vectors are read from the edition's own index, and so is everything else while the
    database fails, which the log says.
    """

    def __init__(self, engine: Engine, table: str, own: VectorIndex):
        self._searching = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._table, self._own = table, own
        self._left_alone_until = 0.0

    def search(
        self, query: Vectors, count: int, allowed: Allowed | None = None
    ) -> tuple[Rows, Scores]:
        """At most `count` rows that are allowed, best first, with their inner products."""
        some, listed = _condition(allowed)
        if len(listed) > _LISTED_ROWS or time.monotonic() < self._left_alone_until:
            return self._own.search(query, count, allowed)
        try:
            found = self._found(query, count, some, listed)
        except SQLAlchemyError as error:
            self._left_alone_until = time.monotonic() + _PAUSE_SECONDS
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            log.warning("vector_database_failed", table=self._table, reason=reason)
            return self._own.search(query, count, allowed)
        rows, scores = zip(*found, strict=True) if found else ((), ())
        return np.array(rows, np.int64), np.array(scores, np.float32)

    def _found(
        self, query: Vectors, count: int, some: str, listed: list[int]
    ) -> list[tuple[int, float]]:
        statement = text(
            f"SELECT row, -(it <#> CAST(:query AS vector)) FROM {self._table} {some} "  # noqa: S608
            f"ORDER BY it <#> CAST(:query AS vector) LIMIT :count"
        )
        values: dict[str, object] = {"query": str(query.tolist()), "count": count}
        if some:
            values["listed"] = listed
        with self._searching.connect() as connection:
            return [(row, score) for row, score in connection.execute(statement, values)]

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of some rows."""
        return self._own.vectors(rows)


def _condition(allowed: Allowed | None) -> tuple[str, list[int]]:
    """A mask as a condition on the rows, by whichever of the two lists is shorter."""
    if allowed is None or allowed.all():
        return "", []
    if np.count_nonzero(allowed) * 2 <= len(allowed):
        return "WHERE row = ANY(:listed)", np.flatnonzero(allowed).tolist()
    return "WHERE row <> ALL(:listed)", np.flatnonzero(~allowed).tolist()


def _copy(connection: Connection, table: str, own: VectorIndex, count: int) -> None:
    from pgvector.psycopg import register_vector  # noqa: PLC0415  # an extra

    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    register_vector(driver)
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} (row, it) FROM STDIN WITH (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["int4", "vector"])
        for start in range(0, count, _BATCH):
            rows = np.arange(start, min(start + _BATCH, count))
            for row, vector in zip(rows.tolist(), own.vectors(rows), strict=True):
                copy.write_row((row, vector))


def _table(edition_id: str) -> str:
    return _PREFIX + edition_id.lower().replace("-", "_")
