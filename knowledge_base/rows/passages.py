"""Passages as rows of an edition's content: written a batch at a time, and read by row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from knowledge_base.arrays import Rows
from knowledge_base.model import Passage, Validity
from knowledge_base.schema import published_documents, published_passages

_READ_AT_ONCE = 1000

_PASSAGES = select(
    published_passages,
    published_documents.c.title,
    published_documents.c.institution,
    published_documents.c.url,
    published_documents.c.effective_from,
    published_documents.c.effective_to,
    published_documents.c.last_verified,
).join(published_documents)


def searched_text(passage: Passage) -> str:
    """What both indexes know of a passage: its title and headings, then its words."""
    return f"{passage.context}\n{passage.text}"


def write_passages(connection: Connection, first_row: int, cut: Sequence[Passage]) -> list[str]:
    """Write passages into consecutive rows; returns the SHA-256 of each one's searched text."""
    digests = [hashlib.sha256(searched_text(passage).encode()).hexdigest() for passage in cut]
    rows = [
        {
            "row": first_row + place,
            "id": passage.id,
            "document_id": passage.document_id,
            "headings": list(passage.headings),
            "text": passage.text,
            "start": passage.start,
            "end": passage.end,
            "digest": digest,
        }
        for place, (passage, digest) in enumerate(zip(cut, digests, strict=True))
    ]
    if rows:
        connection.execute(insert(published_passages), rows)
    return digests


def passages_in(connection: Connection, rows: Sequence[int] | Rows) -> list[Passage]:
    """The passages in some rows, in the order of `rows`."""
    wanted = [int(row) for row in rows]
    query = _PASSAGES.where(published_passages.c.row.in_(bindparam("rows", expanding=True)))
    found = {row.row: _passage(row) for row in connection.execute(query, {"rows": wanted})}
    return [found[row] for row in wanted]


def passages_of(connection: Connection, document_id: str) -> list[Passage]:
    """The passages of a document, in order."""
    query = _PASSAGES.where(published_passages.c.document_id == document_id)
    return [_passage(row) for row in connection.execute(query.order_by(published_passages.c.start))]


def all_passages(connection: Connection) -> Iterator[Passage]:
    """Every passage in the order of the rows, read as they are asked for."""
    streaming = connection.execution_options(yield_per=_READ_AT_ONCE)
    for row in streaming.execute(_PASSAGES.order_by(published_passages.c.row)):
        yield _passage(row)


def _passage(row: Row[Any]) -> Passage:
    return Passage(
        id=row.id,
        document_id=row.document_id,
        title=row.title,
        headings=tuple(row.headings),
        text=row.text,
        start=row.start,
        end=row.end,
        institution=row.institution,
        url=row.url,
        validity=Validity(row.effective_from, row.effective_to, row.last_verified),
    )
