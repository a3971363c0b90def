"""What tests of content share: one thread for each numeric library, one encoder, one edition."""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import pytest
from editions import LIMIT, SAMPLE, publish

from knowledge_base.edition import Edition
from knowledge_base.encoder import Encoder, open_encoder
from knowledge_base.importing import read_source
from knowledge_base.shelf import Shelf
from knowledge_base.store import Entry


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
