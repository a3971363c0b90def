"""Writes the vectors of single statements into an edition, reusing those of unchanged passages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from sqlalchemy import Connection, insert

from knowledge_base.bulk_encoding import Encode
from knowledge_base.encoder import Encoder
from knowledge_base.rows.passages import passages_in
from knowledge_base.rows.statements import KnownStatements, digest_of, packed, statement_texts
from knowledge_base.schema import published_statements

_PASSAGES_AT_ONCE = 64

_Fresh = list[tuple[int, str, int]]
"""Of each passage that is encoded its row, its digest, and how many statements it has."""


def write_statements(
    connection: Connection,
    passages: int,
    encoder: Encoder,
    known: KnownStatements | None,
    progress: Callable[[str, int, int], None],
    encode: Encode,
) -> int:
    """Write the statements of that many passages; returns of how many the vectors were reused."""
    waiting: deque[_Fresh] = deque()
    reused = 0

    def fresh_texts() -> Iterator[Sequence[str]]:
        nonlocal reused
        for start in range(0, passages, _PASSAGES_AT_ONCE):
            rows = range(start, min(start + _PASSAGES_AT_ONCE, passages))
            cut = [statement_texts(passage) for passage in passages_in(connection, rows)]
            digests = [digest_of(texts) for texts in cut]
            held = known.find(digests) if known else {}
            told = list(zip(rows, digests, cut, strict=True))
            taken = [(row, digest, held[digest]) for row, digest, _ in told if digest in held]
            _write(connection, taken)
            reused += len(taken)
            fresh = [(row, digest, texts) for row, digest, texts in told if digest not in held]
            if fresh:
                waiting.append([(row, digest, len(texts)) for row, digest, texts in fresh])
                yield [text for _, _, texts in fresh for text in texts]

    done = 0
    for vectors in encode(encoder, fresh_texts()):
        fresh = waiting.popleft()
        ends = np.cumsum([count for _, _, count in fresh])[:-1]
        parts = zip(fresh, np.split(vectors, ends), strict=True)
        _write(connection, [(row, digest, packed(part)) for (row, digest, _), part in parts])
        done += len(fresh)
        progress("encoding statements", done + reused, passages)
    return reused


def _write(connection: Connection, made: Sequence[tuple[int, str, bytes]]) -> None:
    rows = [{"row": row, "digest": digest, "vectors": vectors} for row, digest, vectors in made]
    if rows:
        connection.execute(insert(published_statements), rows)
