"""What tests of content share: one thread for each numeric library, one encoder, one edition."""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from editions import LIMIT, SAMPLE, publish
from sqlalchemy.ext.asyncio import create_async_engine
from web_site import Site, serving

from knowledge_base.editing import EditingService
from knowledge_base.edition import Edition
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder, open_encoder
from knowledge_base.importing import read_source
from knowledge_base.schema import workspace
from knowledge_base.store import Entry, Store


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The packaged encoder; it loads at its first use."""
    return open_encoder()


@pytest.fixture(scope="session")
def sample_entries() -> list[Entry]:
    """Everything in the sample institution's catalog and policy pages."""
    programs = read_source(SAMPLE / "programs.csv", None, SAMPLE / "programs.toml", LIMIT)
    policies = read_source(SAMPLE / "policies", None, None, LIMIT)
    return [*programs.entries, *policies.entries]


@pytest.fixture(scope="session")
def sample_shelf(
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
    sample_entries: list[Entry],
    encoder: Encoder,
) -> Shelf:
    """A shelf with the sample published; tests only read it."""
    folder = tmp_path_factory.mktemp("sample")
    return publish(folder, pytestconfig, "sample", sample_entries, encoder)


@pytest.fixture(scope="session")
def sample_edition(sample_shelf: Shelf) -> Edition:
    """The sample's edition, open."""
    return sample_shelf.open()


@pytest.fixture
async def service(tmp_path: Path, encoder: Encoder) -> AsyncIterator[EditingService]:
    """The editing service over an empty working copy and an empty shelf."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'kb.sqlite'}")
    async with engine.begin() as connection:
        await connection.run_sync(workspace.create_all)
    yield EditingService(Store(engine), Shelf(tmp_path / "editions"), encoder, LIMIT)
    await engine.dispose()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A web server on loopback, without pages yet."""
    async with serving() as site:
        yield site
