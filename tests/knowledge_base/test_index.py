"""FAISS finds what a plain matrix product finds, before and after it was saved."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from contract_vector_index import VectorIndexContract, unit_vectors

from knowledge_base.arrays import Vectors
from knowledge_base.index import EXACT_ROWS, BruteForceIndex, FaissIndex

NEARLY = partial(FaissIndex.build, exact_rows=0)


class TestBruteForce(VectorIndexContract):
    """The oracle itself."""

    build = staticmethod(BruteForceIndex)


class TestFaiss(VectorIndexContract):
    """The index of an edition of ordinary size."""

    build = staticmethod(FaissIndex.build)


class TestInvertedLists(VectorIndexContract):
    """The index of a large edition; over a few rows it reads every list, so it misses none."""

    build = staticmethod(NEARLY)
    tolerance = 1e-3


def clustered(seed: int, count: int, centres: Vectors) -> Vectors:
    """Unit vectors around some centres, as passages lie around their subjects."""
    random = np.random.default_rng(seed)
    near = centres[random.integers(len(centres), size=count)]
    drawn = near + 0.07 * random.standard_normal(near.shape)
    rows: Vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return rows


@pytest.fixture(scope="module")
def many() -> tuple[Vectors, Vectors, FaissIndex]:
    """More rows than are compared one by one, queries among them, and the index over the rows."""
    centres = unit_vectors(1, 400, 64)
    rows = clustered(2, EXACT_ROWS + 10_000, centres)
    return rows, clustered(3, 100, centres), FaissIndex.build(rows)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.02])
def test_a_large_index_finds_nearly_all(
    many: tuple[Vectors, Vectors, FaissIndex], share: float
) -> None:
    """Of the ten nearest, at least 95 % are found, also where few rows are allowed."""
    rows, queries, index = many
    allowed = np.random.default_rng(4).random(len(rows)) < share
    oracle = BruteForceIndex(rows)
    found = [
        len(np.intersect1d(index.search(q, 10, allowed)[0], oracle.search(q, 10, allowed)[0]))
        for q in queries
    ]
    assert np.mean(found) / 10 >= 0.95


@pytest.mark.parametrize("build", [FaissIndex.build, NEARLY], ids=["exact", "nearly"])
def test_saved_and_opened_it_finds_the_same(tmp_path: Path, build: type[FaissIndex]) -> None:
    """A file that was saved answers as the index in memory did."""
    vectors = unit_vectors(3, 50, 16)
    index = build(vectors)
    index.save(tmp_path / "vectors.faiss")
    opened = FaissIndex.load(tmp_path / "vectors.faiss")
    for row in range(10):
        for before, after in zip(
            index.search(vectors[row], 7), opened.search(vectors[row], 7), strict=True
        ):
            np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(opened.vectors(np.arange(50)), index.vectors(np.arange(50)))


def test_vectors_that_were_given_back_can_be_indexed_again_without_loss() -> None:
    """What one publication takes over from another does not wear off."""
    once = NEARLY(unit_vectors(5, 40, 16)).vectors(np.arange(40))
    np.testing.assert_array_equal(NEARLY(once).vectors(np.arange(40)), once)


def test_an_empty_index_finds_nothing() -> None:
    """No rows, no hits, no crash."""
    rows, scores = FaissIndex.build(np.empty((0, 4), np.float32)).search(
        np.ones(4, np.float32) / 2, 5
    )
    assert len(rows) == len(scores) == 0
