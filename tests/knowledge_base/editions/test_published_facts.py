"""An edition holds the facts that its documents state; strict publishing refuses contradictions."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from contract_readers import write
from editions import LIMIT
from sqlalchemy.ext.asyncio import create_async_engine

from knowledge_base.editing import EditingService
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.errors import ConflictingFacts
from knowledge_base.schema import workspace
from knowledge_base.store import Store

LOCKERS = """---
id: lockers
title: Lockers
institution: Fictional College
effective_from: 2026-01-01
---
The locker deposit is $15. Lockers may be kept for at most 20 weeks.
"""
HALL = """---
id: hall
title: Sports hall
institution: Fictional College
effective_from: 2026-01-01
---
In the hall the locker deposit is $18.
"""


@pytest.fixture
async def service(tmp_path: Path, encoder: Encoder) -> AsyncIterator[EditingService]:
    """The editing service over an empty working copy and an empty shelf."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'kb.sqlite'}")
    async with engine.begin() as connection:
        await connection.run_sync(workspace.create_all)
    yield EditingService(Store(engine), Shelf(tmp_path / "editions"), encoder, LIMIT)
    await engine.dispose()


async def test_published_facts_can_be_asked_in_sql(service: EditingService, tmp_path: Path) -> None:
    """Each value stands in the edition with its unit, bound, sentence and place."""
    await service.import_source(write(tmp_path / "lockers.md", LOCKERS))
    manifest = await service.publish()
    assert (manifest.facts, manifest.conflicts) == (2, 0)
    with sqlite3.connect(tmp_path / "editions" / manifest.id / "content.sqlite") as database:
        rows = database.execute(
            "SELECT property, low, unit, bound, sentence, substr(text, start + 1, end - start),"
            " facts.effective_from FROM facts JOIN documents ON documents.id = document_id"
        ).fetchall()
    assert rows == [
        (
            "locker deposit",
            15,
            "USD",
            "exact",
            "The locker deposit is $15.",
            "$15",
            "2026-01-01",
        ),
        (
            "Lockers may be kept for at",
            20,
            "weeks",
            "at most",
            "Lockers may be kept for at most 20 weeks.",
            "20 weeks",
            "2026-01-01",
        ),
    ]


async def test_a_contradiction_is_counted_and_strictly_refused(
    service: EditingService, tmp_path: Path
) -> None:
    """Publishing says how many there are; with `strict` the edition before stays live."""
    await service.import_source(write(tmp_path / "lockers.md", LOCKERS))
    first = await service.publish(strict=True)
    await service.import_source(write(tmp_path / "hall.md", HALL))
    (conflict,) = await service.conflicts()
    assert {conflict.one.document_id, conflict.other.document_id} == {"lockers", "hall"}
    with pytest.raises(ConflictingFacts) as refused:
        await service.publish(strict=True)
    for part in ("The locker deposit is $15.", "the locker deposit is $18.", "lockers", "hall"):
        assert part in str(refused.value)
    assert [e.id for e in await service.editions() if e.current] == [first.id]
    second = await service.publish()
    assert second.conflicts == 1
    assert [e.id for e in await service.editions() if e.current] == [second.id]


async def test_withdrawing_one_side_ends_a_contradiction(
    service: EditingService, tmp_path: Path
) -> None:
    """A page that has ended before the other begins contradicts nothing."""
    ended = HALL.replace("2026-01-01", "2025-01-01\neffective_to: 2025-12-31")
    await service.import_source(write(tmp_path / "lockers.md", LOCKERS))
    await service.import_source(write(tmp_path / "hall.md", ended))
    assert await service.conflicts() == []
    assert (await service.publish(strict=True)).facts == 3
