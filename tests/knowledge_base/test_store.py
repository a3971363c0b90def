"""The working copy changes in one transaction, by just what changed in the source."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from editions import page
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from knowledge_base.model import (
    Cost,
    Join,
    Offering,
    Program,
    Requirement,
    Span,
    Validity,
)
from knowledge_base.program_page import program_page
from knowledge_base.schema import workspace
from knowledge_base.store import Changes, Entry, Store

PROGRAM = Program(
    "P1",
    "Data Analytics",
    costs=(
        Cost(
            "tuition",
            Decimal("1140.50"),
            residency="in-state",
            validity=Validity(date(2026, 7, 1), date(2027, 6, 30)),
        ),
    ),
    credit_bearing=True,
    credits=Decimal("6"),
    duration=Span(Decimal(8), Decimal(8), "weeks"),
    offerings=(
        Offering(date(2027, 1, 11), apply_by=date(2026, 12, 18)),
        Offering(apply_terms="rolling admission"),
    ),
    skills=("SQL",),
    validity=Validity(date(2026, 7, 1), None, date(2026, 10, 5)),
    credential_type="certificate",
    workload=Span(Decimal(160), Decimal(160), "hours"),
    requirement=Requirement(
        "To enrol",
        parts=(
            Requirement(join=Join.ANY, parts=(Requirement("two years of work"), Requirement())),
            Requirement(program="P0"),
        ),
    ),
    accreditation=("Fictional Agency",),
)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'kb.sqlite'}")
    async with engine.begin() as connection:
        await connection.run_sync(workspace.create_all)
    yield engine
    await engine.dispose()


@pytest.fixture
def store(engine: AsyncEngine) -> Store:
    return Store(engine)


async def test_entries_come_back_as_they_were(store: Store) -> None:
    """Typed facts survive the database: amounts, dates, spans, trees, and what is unknown."""
    entries = [Entry(program_page(PROGRAM), PROGRAM), page("aid", "Ask us.")]
    await store.replace("/a", "csv", entries)
    assert await store.entries() == entries


async def test_a_second_import_changes_nothing(store: Store) -> None:
    """The same content again is unchanged, whatever the order of its rows."""
    entries = [page("a", "1"), page("b", "2")]
    assert await store.replace("/a", "pages", entries) == Changes(added=("a", "b"))
    again = await store.replace("/a", "pages", entries[::-1])
    assert set(again.unchanged) == {"a", "b"}
    assert not (again.added or again.changed or again.removed)
    assert [e.document.id for e in await store.entries()] == ["b", "a"]


async def test_only_what_changed_is_changed(store: Store) -> None:
    """Added, changed, unchanged and removed are told apart."""
    await store.replace("/a", "pages", [page("a", "1"), page("b", "2"), page("c", "3")])
    changes = await store.replace("/a", "pages", [page("a", "1"), page("b", "two"), page("d", "4")])
    assert changes == Changes(added=("d",), changed=("b",), unchanged=("a",), removed=("c",))
    assert [e.document.text for e in await store.entries()] == ["1", "two", "4"]


async def test_a_fact_that_changes_is_a_change(store: Store) -> None:
    """A program whose page reads the same but whose facts differ has changed."""
    document = program_page(PROGRAM)
    await store.replace("/a", "csv", [Entry(document, PROGRAM)])
    other = Entry(document, replace(PROGRAM, code="X"))
    assert (await store.replace("/a", "csv", [other])).changed == ("P1",)


async def test_a_dry_run_writes_nothing(store: Store) -> None:
    """It tells the same changes and leaves sources and documents as they were."""
    await store.replace("/a", "pages", [page("a", "1")])
    new = [page("a", "one"), page("b", "2")]
    changes = await store.replace("/a", "pages", new, keep=False)
    assert changes == Changes(added=("b",), changed=("a",))
    await store.replace("/other", "pages", [page("z", "9")], keep=False)
    assert [e.document.text for e in await store.entries()] == ["1"]
    assert [(s.location, s.documents) for s in await store.sources()] == [("/a", 1)]


async def test_an_id_of_another_source_is_refused(store: Store) -> None:
    """The document stays as its own source has it; the refusal names the id."""
    await store.replace("/a", "pages", [page("fees", "from a")])
    changes = await store.replace("/b", "pages", [page("fees", "from b"), page("aid", "x")])
    assert changes.added == ("aid",)
    assert [(r.field, r.value) for r in changes.refused] == [("id", "fees")]
    assert [e.document.text for e in await store.entries()] == ["from a", "x"]


async def test_a_failure_midway_changes_nothing(store: Store, engine: AsyncEngine) -> None:
    """One transaction: when a row cannot be written, those before it are not kept either."""
    await store.replace("/a", "pages", [page("a", "1"), page("gone", "2")])
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON kb_documents WHEN NEW.id = 'c' "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        )
    with pytest.raises(SQLAlchemyError, match="disk full"):
        await store.replace("/a", "pages", [page("a", "one"), page("b", "2"), page("c", "3")])
    assert [e.document.text for e in await store.entries()] == ["1", "2"]
