"""What every vector index must do, judged by one plain matrix product."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_base.arrays import Vectors
from knowledge_base.index import VectorIndex

Build = Callable[[Vectors], VectorIndex]


def unit_vectors(seed: int, count: int, dimension: int) -> Vectors:
    """Random rows of length 1; some rows stand twice, so that scores tie."""
    drawn = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    drawn[count // 2 : count // 2 * 2] = drawn[: count // 2]
    rows: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return rows


class VectorIndexContract:
    """Inherit it in a class whose `build` gives an index over some vectors.

    `tolerance` is how far a stored vector, and so an inner product, may be from the exact one.
    """

    build: Build
    tolerance = 1e-5

    # Several indexes inherit the test, and each keeps the examples that the other found.
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
    )
    @given(
        seed=st.integers(0, 2**32 - 1),
        size=st.integers(1, 60),
        dimension=st.integers(2, 32),
        count=st.integers(1, 80),
    )
    def test_it_finds_what_the_matrix_product_finds(
        self, seed: int, size: int, dimension: int, count: int
    ) -> None:
        """The best `count` inner products, best first, each of the row it is given for."""
        vectors = unit_vectors(seed, size, dimension)
        query = unit_vectors(seed + 1, 1, dimension)[0]
        truth = vectors @ query
        rows, scores = type(self).build(vectors).search(query, count)
        assert len(rows) == len(scores) == min(count, size)
        assert len(set(rows.tolist())) == len(rows)
        best = np.sort(truth)[::-1][: len(rows)]
        np.testing.assert_allclose(scores, best, atol=self.tolerance)
        np.testing.assert_allclose(truth[rows], scores, atol=self.tolerance)

    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
    )
    @given(
        seed=st.integers(0, 2**32 - 1),
        allowed=st.lists(st.booleans(), min_size=1, max_size=60),
        count=st.integers(1, 80),
    )
    def test_it_finds_only_what_is_allowed(
        self, seed: int, allowed: list[bool], count: int
    ) -> None:
        """The best of the allowed rows, as if the others were not there; none when none is."""
        vectors = unit_vectors(seed, len(allowed), 8)
        query = unit_vectors(seed + 1, 1, 8)[0]
        mask = np.array(allowed)
        rows, scores = type(self).build(vectors).search(query, count, mask)
        best = np.sort((vectors @ query)[mask])[::-1][:count]
        assert len(set(rows.tolist())) == len(rows)
        assert mask[rows].all()
        np.testing.assert_allclose(scores, best, atol=self.tolerance)

    def test_a_vector_finds_itself_and_its_twin(self) -> None:
        """Of rows that tie for the best, all come before the others."""
        vectors = unit_vectors(7, 10, 8)
        rows, scores = type(self).build(vectors).search(vectors[3], 3)
        assert set(rows[:2].tolist()) == {3, 8}
        assert scores[:2] == pytest.approx([1.0, 1.0], abs=self.tolerance)
        assert scores[2] < 1 - 1e-3

    def test_it_gives_back_the_vectors(self) -> None:
        """Rows come back in the order in which they are asked for."""
        vectors = unit_vectors(1, 12, 4)
        index = type(self).build(vectors)
        given_back = index.vectors(np.array([5, 0, 5]))
        np.testing.assert_allclose(given_back, vectors[[5, 0, 5]], atol=self.tolerance)
        assert index.vectors(np.array([], np.int64)).shape == (0, 4)
