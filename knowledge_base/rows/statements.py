"""Vectors of the single statements of passages, as rows of an edition's content."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from sqlalchemy import Connection, Engine, bindparam, inspect, select

from knowledge_base.arrays import Rows, Scores, Vectors
from knowledge_base.model import Passage
from knowledge_base.schema import published_statements
from knowledge_base.text.statements import statements

_FULL = 127
"""The largest figure of a vector is stored as this, in 8 bits with a sign; the others in
proportion. A cosine then errs by .001 at most."""
_READ_AT_ONCE = 500
_OF_ROWS = select(published_statements.c.row, published_statements.c.vectors).where(
    published_statements.c.row.in_(bindparam("rows", expanding=True))
)
_OF_TEXTS = select(published_statements.c.digest, published_statements.c.vectors).where(
    published_statements.c.digest.in_(bindparam("digests", expanding=True))
)


def statement_texts(passage: Passage) -> list[str]:
    """Each sentence, list item and row of a table with its heads, under title and headings."""
    told: list[str] = []
    rows: dict[str, list[str]] = {}
    for each in statements(passage.text):
        if each.column:
            rows.setdefault(each.quote, [each.label]).append(f"{each.column}: {each.text}")
        else:
            told.append(each.text)
    told += ["; ".join(filter(None, cells)) for cells in rows.values()]
    return [f"{passage.context}: {text}" for text in told or [passage.text]]


def digest_of(texts: Sequence[str]) -> str:
    """SHA-256 of statements' texts, hexadecimal."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def packed(vectors: Vectors) -> bytes:
    """Vectors of shape (n, d), a byte for each figure."""
    full = _FULL / np.abs(vectors).max(axis=1, keepdims=True)
    stored: bytes = np.rint(vectors * full).astype(np.int8).tobytes()
    return stored


def unpacked(stored: bytes, dimension: int) -> Vectors:
    """The unit vectors that were packed, shape (n, dimension)."""
    figures = np.frombuffer(stored, np.int8).reshape(-1, dimension).astype(np.float32)
    vectors: Vectors = figures / np.linalg.norm(figures, axis=1, keepdims=True)
    return vectors


def nearest_statement(connection: Connection, rows: Rows, query: Vectors) -> Scores:
    """For each row the cosine of a query, shape (d,), with the passage's nearest statement.

    Shape (len(rows),); 0 for a passage of which no statement is known.
    """
    nearest = np.zeros(len(rows), np.float32)
    held = _held(connection, rows)
    places = [place for place, row in enumerate(rows.tolist()) if held.get(row)]
    stored = [held[int(rows[place])] for place in places]
    if stored:
        cosines = unpacked(b"".join(stored), len(query)) @ query
        counts = [len(each) // len(query) for each in stored]
        nearest[places] = np.maximum.reduceat(cosines, np.cumsum([0, *counts[:-1]]))
    return nearest


def nearest_texts(
    connection: Connection, rows: Rows, passages: Sequence[Passage], query: Vectors
) -> list[str]:
    """For each passage, each in a row of its own, the text of its statement nearest to a query,
    shape (d,); empty where none is known, or where passages were cut into others then."""
    held, found = _held(connection, rows), []
    for row, passage in zip(rows.tolist(), passages, strict=True):
        texts, stored = statement_texts(passage), held.get(row, b"")
        known = len(stored) == len(texts) * len(query)
        near = unpacked(stored, len(query)) @ query if known else None
        found.append("" if near is None else texts[int(near.argmax())])
    return found


def _held(connection: Connection, rows: Rows) -> dict[int, bytes]:
    """The packed vectors of the statements of each row that has any."""
    held: dict[int, bytes] = {}
    for start in range(0, len(rows), _READ_AT_ONCE):
        some = rows[start : start + _READ_AT_ONCE].tolist()
        held |= dict(connection.execute(_OF_ROWS, {"rows": some}).all())
    return held


class KnownStatements:
    """Packed vectors of an earlier edition, by the digest of the statements they were made from."""

    def __init__(self, content: Engine):
        """Over an edition's content; one that was made before statements were has none."""
        self._content = content
        self._empty = not inspect(content).has_table(published_statements.name)

    def find(self, digests: Sequence[str]) -> dict[str, bytes]:
        """What is known of some digests."""
        if self._empty:
            return {}
        with self._content.connect() as connection:
            found = connection.execute(_OF_TEXTS, {"digests": list(digests)}).all()
        return dict(found)
