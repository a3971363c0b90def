"""Nearest vectors by inner product; the only module that knows faiss."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, Self

import faiss
import numpy as np

from knowledge_base.arrays import Rows, Scores, Vectors


class VectorIndex(Protocol):
    """Finds the rows whose vectors have the largest inner product with a query."""

    def search(self, query: Vectors, count: int) -> tuple[Rows, Scores]:
        """At most `count` rows, best first, with their inner products; `query` has shape (d,)."""
        ...

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of some rows, shape (len(rows), d)."""
        ...


class FaissIndex:
    """An exact FAISS index (IndexFlatIP), kept in FAISS's own file format."""

    def __init__(self, index: faiss.Index):
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Index unit vectors of shape (n, d); the row numbers are their order."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open a file that `save` wrote, mapped into memory."""
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP))

    def save(self, path: Path) -> None:
        """Write FAISS's own format."""
        faiss.write_index(self._index, str(path))

    def search(self, query: Vectors, count: int) -> tuple[Rows, Scores]:
        """At most `count` rows, best first, with their inner products."""
        size = min(count, self._index.ntotal)
        if size == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        scores, rows = self._index.search(query.reshape(1, -1), size)
        return rows[0], scores[0]

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of some rows."""
        if len(rows) == 0:
            return np.empty((0, self._index.d), np.float32)
        found: Vectors = self._index.reconstruct_batch(np.asarray(rows, np.int64))
        return found


class BruteForceIndex:
    """The plain implementation that judges the others: one matrix product."""

    def __init__(self, vectors: Vectors):
        self._vectors = vectors

    def search(self, query: Vectors, count: int) -> tuple[Rows, Scores]:
        """At most `count` rows, best first, with their inner products."""
        scores = self._vectors @ query
        rows = np.argsort(-scores, kind="stable")[:count]
        return rows.astype(np.int64), scores[rows]

    def vectors(self, rows: Rows) -> Vectors:
        """The stored vectors of some rows."""
        return self._vectors[rows]
