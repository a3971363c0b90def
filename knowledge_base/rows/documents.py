"""Which rows of an edition are which document's, without a name beside each of a million rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from knowledge_base.arrays import Allowed, Rows


class DocumentRows:
    """The passages of a document stand in consecutive rows, so its first row tells them all."""

    def __init__(self, first_rows: Mapping[str, int], total: int):
        """Each document's first row, and how many rows there are in all."""
        self._ids = sorted(first_rows, key=first_rows.__getitem__)
        self._firsts = np.array([first_rows[i] for i in self._ids], np.int64)
        self._lengths = np.diff(self._firsts, append=total)
        self._numbers = {name: number for number, name in enumerate(self._ids)}

    def ids(self, rows: Rows) -> npt.NDArray[np.str_]:
        """The document id of each of some rows, shape (len(rows),)."""
        numbers = np.searchsorted(self._firsts, rows, side="right") - 1
        return np.array([self._ids[number] for number in numbers], np.str_)

    def of(self, document_ids: Iterable[str]) -> Allowed:
        """Whether each row belongs to one of some documents, shape (total,)."""
        chosen = np.zeros(len(self._ids), np.bool_)
        chosen[[self._numbers[i] for i in document_ids if i in self._numbers]] = True
        rows: Allowed = np.repeat(chosen, self._lengths)
        return rows
