"""Builds the folder of an edition from the working copy, reusing the vectors it can."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, create_engine, insert

from knowledge_base.arrays import Vectors
from knowledge_base.conflicts import conflicts
from knowledge_base.edition import CONTENT, LEXICAL, MANIFEST, VECTORS, Manifest, sha256_of
from knowledge_base.encoder import Encoder
from knowledge_base.errors import NothingToPublish
from knowledge_base.fact import Conflict, Fact
from knowledge_base.filters.rows import (
    Purposes,
    price_rows,
    program_row,
    run_rows,
    term_rows,
)
from knowledge_base.index import FaissIndex
from knowledge_base.lexical import LexicalIndex
from knowledge_base.model import Passage, Program
from knowledge_base.passages import passages
from knowledge_base.published_facts import facts_in, write_facts
from knowledge_base.record import Record
from knowledge_base.schema import (
    content,
    published_documents,
    published_passages,
    published_prices,
    published_programs,
    published_records,
    published_runs,
    published_terms,
)
from knowledge_base.store import Entry

_BATCH = 64

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def build_edition(
    folder: Path,
    edition_id: str,
    now: datetime,
    entries: Sequence[Entry],
    encoder: Encoder,
    reusable: dict[str, Vectors],
    progress: Progress,
    records: Sequence[Record] = (),
) -> Manifest:
    """Write content, vectors, lexical index and manifest into an empty folder.

    Raises NothingToPublish when the entries hold no passage.
    """
    cut: list[Passage] = []
    for done, entry in enumerate(entries, 1):
        cut += passages(entry.document)
        progress("cutting pages into passages", done, len(entries))
    if not cut:
        raise NothingToPublish("there is no content to publish; run `advisor import` first")
    texts = [f"{passage.context}\n{passage.text}" for passage in cut]
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    _write_content(folder / CONTENT, entries, cut, digests, records)
    stated = facts_in(entries, progress)
    disagreeing = conflicts(stated, now.date())
    _write_stated(folder / CONTENT, stated, disagreeing)
    vectors, reused = _vectors(texts, digests, encoder, reusable, progress)
    progress("indexing vectors", 0, 2)
    FaissIndex.build(vectors).save(folder / VECTORS)
    progress("indexing words", 1, 2)
    LexicalIndex.build(texts).save(folder / LEXICAL)
    progress("indexed", 2, 2)
    manifest = Manifest(
        id=edition_id,
        published_at=now.isoformat(timespec="seconds"),
        encoder=encoder.name,
        dimension=vectors.shape[1],
        documents=len(entries),
        passages=len(cut),
        programs=sum(entry.program is not None for entry in entries),
        reused_vectors=reused,
        files={
            str(p.relative_to(folder)): sha256_of(p)
            for p in sorted(folder.rglob("*"))
            if p.is_file()
        },
        facts=len(stated),
        conflicts=len(disagreeing),
    )
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    return manifest


def _vectors(
    texts: Sequence[str],
    digests: Sequence[str],
    encoder: Encoder,
    reusable: dict[str, Vectors],
    progress: Progress,
) -> tuple[Vectors, int]:
    """Vectors of all texts in order, and how many were reused."""
    missing = [row for row, digest in enumerate(digests) if digest not in reusable]
    vectors = np.empty((len(texts), encoder.dimension), np.float32)
    for row, digest in enumerate(digests):
        if digest in reusable:
            vectors[row] = reusable[digest]
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        vectors[batch] = encoder.encode([texts[row] for row in batch])
        progress("encoding passages", start + len(batch), len(missing))
    return vectors, len(texts) - len(missing)


def _write_content(
    path: Path,
    entries: Sequence[Entry],
    cut: Iterable[Passage],
    digests: Sequence[str],
    records: Sequence[Record],
) -> None:
    engine = create_engine(f"sqlite:///{path}")
    content.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(published_documents), [_document_row(entry) for entry in entries])
        connection.execute(
            insert(published_passages),
            [
                {
                    "row": row,
                    "id": passage.id,
                    "document_id": passage.document_id,
                    "headings": list(passage.headings),
                    "text": passage.text,
                    "start": passage.start,
                    "end": passage.end,
                    "digest": digests[row],
                }
                for row, passage in enumerate(cut)
            ],
        )
        if records:
            connection.execute(
                insert(published_records),
                [
                    {"row": row, "kind": record.kind, "id": record.id, "data": record.data}
                    for row, record in enumerate(records)
                ],
            )
        _write_facts(connection, [entry.program for entry in entries if entry.program])
    engine.dispose()


def _write_facts(connection: Connection, programs: Sequence[Program]) -> None:
    purposes = Purposes(programs)
    tables = {
        published_programs: [program_row(p) for p in programs],
        published_prices: [row for p in programs for row in price_rows(p, purposes)],
        published_runs: [row for p in programs for row in run_rows(p)],
        published_terms: [row for p in programs for row in term_rows(p)],
    }
    for table, rows in tables.items():
        if rows:
            connection.execute(insert(table), rows)


def _write_stated(path: Path, stated: Sequence[Fact], disagreeing: Sequence[Conflict]) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        write_facts(connection, stated, disagreeing)
    engine.dispose()


def _document_row(entry: Entry) -> dict[str, Any]:
    document = entry.document
    return {
        "id": document.id,
        "title": document.title,
        "text": document.text,
        "institution": document.institution,
        "url": document.url,
        "effective_from": document.validity.effective_from,
        "effective_to": document.validity.effective_to,
        "last_verified": document.validity.last_verified,
        "is_program": entry.program is not None,
        "code": entry.program.code if entry.program else "",
        "facts": entry.facts,
    }
