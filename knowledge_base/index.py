"""Nearest vectors by inner product, exactly or nearly; the only module that knows faiss."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Protocol, Self

import faiss
import numpy as np

from knowledge_base.arrays import Allowed, Rows, Scores, Vectors

EXACT_ROWS = 30_000
"""Up to here every vector is compared: 1.8 ms at the 95th percentile on one quiet core, so that
the five turns that a follow-up searches for stay below 10. At 50,000 it is 4 ms, at 100,000 13."""
_LISTS = 4
"""Lists of a larger index, times the root of its rows."""
_PROBES = 64
"""Lists that are read for a query when every row is allowed. Recall of the ten nearest with 32, 64
and 128 of them was .95, .98 and .99 among a million, .92, .97 and above among 30,000."""
_TRAINING = 64
"""Vectors for each list that its centre is learned from, in `_ROUNDS` rounds of k-means."""
_ROUNDS = 10
_BATCH = 50_000
"""Vectors added at a time, so that those of a large edition may lie in a mapped file."""


class VectorIndex(Protocol):
    """Finds the rows whose vectors have the largest inner product with a query."""

    def search(
        self, query: Vectors, count: int, allowed: Allowed | None = None
    ) -> tuple[Rows, Scores]:
        """At most `count` rows, best first, with their inner products; `query` has shape (d,).

        With `allowed`, of shape (n,), only rows for which it is true; None: all.
        """
        ...

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of some rows, shape (len(rows), d)."""
        ...


class FaissIndex:
    """A FAISS index of the type that its size asks for, kept in FAISS's own file format.

    Up to `EXACT_ROWS` an IndexFlatIP; beyond, inverted lists of vectors in 16-bit floats, of which
    the nearest lists are read. docs/decisions/0018 has the figures.
    """

    def __init__(self, index: faiss.Index):
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors, exact_rows: int = EXACT_ROWS) -> Self:
        """Index unit vectors of shape (n, d); the row numbers are their order."""
        exact = len(vectors) <= exact_rows
        index: faiss.Index = (
            faiss.IndexFlatIP(vectors.shape[1]) if exact else _inverted_lists(vectors)
        )
        for start in range(0, len(vectors), _BATCH):
            index.add(np.ascontiguousarray(vectors[start : start + _BATCH]))
        if isinstance(index, faiss.IndexIVF):
            index.make_direct_map()
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open a file that `save` wrote, mapped into memory."""
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    def save(self, path: Path) -> None:
        """Write FAISS's own format."""
        faiss.write_index(self._index, str(path))

    def search(
        self, query: Vectors, count: int, allowed: Allowed | None = None
    ) -> tuple[Rows, Scores]:
        """At most `count` rows that are allowed, best first, with their inner products."""
        total = self._index.ntotal
        findable = total if allowed is None else int(np.count_nonzero(allowed))
        if findable == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        scores, rows = self._index.search(
            query.reshape(1, -1),
            min(count, findable),
            params=self._parameters(allowed if findable < total else None, findable / total),
        )
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def _parameters(self, allowed: Allowed | None, share: float) -> faiss.SearchParameters:
        """The fewer rows are allowed, the more lists are read: about as many rows are compared."""
        selector = None if allowed is None else _selector(allowed)
        if not isinstance(self._index, faiss.IndexIVF):
            return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        lists = min(self._index.nlist, math.ceil(_PROBES / share))
        return faiss.SearchParametersIVF(sel=selector, nprobe=lists)  # type: ignore[call-arg]

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of some rows; a larger index keeps them in 16-bit floats."""
        if len(rows) == 0:
            return np.empty((0, self._index.d), np.float32)
        found: Vectors = self._index.reconstruct_batch(np.asarray(rows, np.int64))
        return found


def _selector(allowed: Allowed) -> faiss.IDSelector:
    bits = np.packbits(allowed, bitorder="little")
    return faiss.IDSelectorBitmap(bits)  # type: ignore[arg-type, call-arg]


def _inverted_lists(vectors: Vectors) -> faiss.IndexIVFScalarQuantizer:
    """An empty index whose lists have their centres; the same vectors give the same centres."""
    count, dimension = vectors.shape
    lists = min(count, int(_LISTS * math.sqrt(count)))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
        False,
    )
    index.cp.niter, index.cp.min_points_per_centroid = _ROUNDS, 1
    sample = np.random.default_rng(0).choice(count, min(count, lists * _TRAINING), replace=False)
    index.train(np.ascontiguousarray(vectors[np.sort(sample)]))
    return index


class BruteForceIndex:
    """The plain implementation that judges the others: one matrix product."""

    def __init__(self, vectors: Vectors):
        self._vectors = vectors

    def search(
        self, query: Vectors, count: int, allowed: Allowed | None = None
    ) -> tuple[Rows, Scores]:
        """At most `count` rows that are allowed, best first, with their inner products."""
        scores = self._vectors @ query
        rows = np.argsort(-scores, kind="stable")
        if allowed is not None:
            rows = rows[allowed[rows]]
        return rows[:count].astype(np.int64), scores[rows[:count]]

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of some rows."""
        return self._vectors[rows]
