"""FAISS finds what a plain matrix product finds, before and after it was saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from contract_vector_index import VectorIndexContract, unit_vectors

from knowledge_base.index import BruteForceIndex, FaissIndex


class TestBruteForce(VectorIndexContract):
    """The oracle itself."""

    build = staticmethod(BruteForceIndex)


class TestFaiss(VectorIndexContract):
    """The index that editions hold."""

    build = staticmethod(FaissIndex.build)


def test_saved_and_opened_it_finds_the_same(tmp_path: Path) -> None:
    """A file that was saved answers as the index in memory did."""
    vectors = unit_vectors(3, 50, 16)
    index = FaissIndex.build(vectors)
    index.save(tmp_path / "vectors.faiss")
    opened = FaissIndex.load(tmp_path / "vectors.faiss")
    for row in range(10):
        for before, after in zip(
            index.search(vectors[row], 7), opened.search(vectors[row], 7), strict=True
        ):
            np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(opened.vectors(np.arange(50)), vectors)


def test_an_empty_index_finds_nothing() -> None:
    """No rows, no hits, no crash."""
    rows, scores = FaissIndex.build(np.empty((0, 4), np.float32)).search(
        np.ones(4, np.float32) / 2, 5
    )
    assert len(rows) == len(scores) == 0
