"""Vectors of an earlier edition, so that a publication encodes only what has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from knowledge_base.arrays import Rows, Vectors
from knowledge_base.index import VectorIndex


class KnownVectors:
    """Vectors by the SHA-256 of the text that each was made from; a million take 40 MB."""

    def __init__(self, digests: Iterable[str], index: VectorIndex):
        """The digests (hexadecimal) of the index's rows, in their order."""
        keys = np.array([bytes.fromhex(digest) for digest in digests], "S32")
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]
        self._index = index

    def rows(self, digests: Sequence[str]) -> Rows:
        """For each digest a row with its vector, or -1 where none is known."""
        if len(self._keys) == 0:
            return np.full(len(digests), -1, np.int64)
        wanted = np.array([bytes.fromhex(digest) for digest in digests], "S32")
        places = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        found: Rows = np.where(self._keys[places] == wanted, self._order[places], -1)
        return found

    def vectors(self, rows: Rows) -> Vectors:
        """The vectors in some rows, shape (len(rows), d)."""
        return self._index.vectors(rows)
