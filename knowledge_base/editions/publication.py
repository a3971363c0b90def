"""Builds the folder of an edition from the working copy, reusing the vectors it can."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, create_engine, insert

from knowledge_base.arrays import Rows, Vectors
from knowledge_base.bulk_encoding import Encode, in_this_process
from knowledge_base.descriptions import phrases_of
from knowledge_base.edition import CONTENT, LEXICAL, MANIFEST, VECTORS, Manifest, sha256_of
from knowledge_base.editions.published_facts import facts_in, write_facts
from knowledge_base.editions.published_statements import write_statements
from knowledge_base.encoder import Encoder, statement_encoder
from knowledge_base.errors import NothingToPublish
from knowledge_base.facts.conflicts import conflicts
from knowledge_base.facts.fact import Conflict, Fact
from knowledge_base.filters.rows import (
    Purposes,
    price_rows,
    program_row,
    run_rows,
    term_rows,
)
from knowledge_base.index import FaissIndex
from knowledge_base.lexical import LexicalIndex
from knowledge_base.model import Program
from knowledge_base.passages import passages
from knowledge_base.ranking.confidence import CALIBRATION
from knowledge_base.record import Record
from knowledge_base.rows.known_vectors import KnownVectors
from knowledge_base.rows.passages import (
    all_passages,
    passages_in,
    searched_text,
    write_passages,
)
from knowledge_base.rows.statements import KnownStatements
from knowledge_base.schema import (
    content,
    published_descriptions,
    published_documents,
    published_prices,
    published_programs,
    published_records,
    published_runs,
    published_terms,
)
from knowledge_base.store import Entry

_WRITTEN_AT_ONCE = 200
"""Documents whose passages are cut and written together."""
_ENCODED_AT_ONCE = 64
_COPIED_AT_ONCE = 10_000
"""Passages whose vectors are in memory together, new ones and reused ones."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Reusable:
    """Vectors of an earlier edition, where the same encoders made them."""

    passages: KnownVectors | None = None
    statements: KnownStatements | None = None


def build_edition(
    folder: Path,
    edition_id: str,
    now: datetime,
    entries: Sequence[Entry],
    encoder: Encoder,
    reusable: Reusable,
    progress: Progress,
    records: Sequence[Record] = (),
    encode: Encode = in_this_process,
) -> Manifest:
    """Write content, vectors, lexical index and manifest into an empty folder.

    Texts and vectors lie on the disk, not in memory: of a passage only its digest and its words are
    held. `reusable` are the vectors of an earlier edition.
    Raises NothingToPublish when the entries hold no passage.
    """
    digests = _write_content(folder / CONTENT, entries, records, progress)
    if not digests:
        raise NothingToPublish("there is no content to publish; run `advisor import` first")
    stated = facts_in(entries, progress)
    disagreeing = conflicts(stated, now.date())
    _write_stated(folder / CONTENT, stated, disagreeing)
    _write_descriptions(folder / CONTENT, [e.program for e in entries if e.program], encoder)
    engine = create_engine(f"sqlite:///{folder / CONTENT}")
    with engine.connect() as connection, _room(folder, len(digests), encoder.dimension) as vectors:
        reused = _fill(vectors, connection, digests, encoder, reusable.passages, progress, encode)
        progress("indexing vectors", 0, 2)
        FaissIndex.build(vectors).save(folder / VECTORS)
        progress("indexing words", 1, 2)
        LexicalIndex.build(map(searched_text, all_passages(connection))).save(folder / LEXICAL)
        progress("indexed", 2, 2)
    comparing = statement_encoder(encoder)
    with engine.begin() as connection:
        reused_statements = write_statements(
            connection, len(digests), comparing, reusable.statements, progress, encode
        )
    engine.dispose()
    manifest = Manifest(
        id=edition_id,
        published_at=now.isoformat(timespec="seconds"),
        encoder=encoder.name,
        dimension=encoder.dimension,
        documents=len(entries),
        passages=len(digests),
        programs=sum(entry.program is not None for entry in entries),
        reused_vectors=reused,
        files={
            str(p.relative_to(folder)): sha256_of(p)
            for p in sorted(folder.rglob("*"))
            if p.is_file()
        },
        statement_encoder=comparing.name,
        reused_statements=reused_statements,
        facts=len(stated),
        conflicts=len(disagreeing),
        calibration=CALIBRATION.to_store(),
    )
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    return manifest


@contextmanager
def _room(folder: Path, count: int, dimension: int) -> Iterator[Vectors]:
    """An array of shape (count, dimension) in a file that is gone afterwards."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".vectors-") as file:
        yield np.memmap(file.name, np.float32, "w+", shape=(count, dimension))


def _fill(
    vectors: Vectors,
    connection: Connection,
    digests: Sequence[str],
    encoder: Encoder,
    reusable: KnownVectors | None,
    progress: Progress,
    encode: Encode,
) -> int:
    """Write the vectors of all passages in order; returns how many were reused."""
    known = np.full(len(digests), -1, np.int64)
    if reusable is not None:
        known = reusable.rows(digests)
        for rows in _batches(np.flatnonzero(known >= 0), _COPIED_AT_ONCE):
            vectors[rows] = reusable.vectors(known[rows])
    missing = np.flatnonzero(known < 0)
    texts = (
        [searched_text(passage) for passage in passages_in(connection, rows)]
        for rows in _batches(missing, _ENCODED_AT_ONCE)
    )
    done = 0
    for found in encode(encoder, texts):
        vectors[missing[done : done + len(found)]] = found
        done += len(found)
        progress("encoding passages", done, len(missing))
    return len(digests) - len(missing)


def _batches(rows: Rows, size: int) -> Iterator[Rows]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _write_content(
    path: Path, entries: Sequence[Entry], records: Sequence[Record], progress: Progress
) -> list[str]:
    """Write documents, passages, rules and typed facts; returns the passages' digests in order."""
    engine = create_engine(f"sqlite:///{path}")
    content.create_all(engine)
    digests: list[str] = []
    with engine.begin() as connection:
        for start in range(0, len(entries), _WRITTEN_AT_ONCE):
            some = entries[start : start + _WRITTEN_AT_ONCE]
            connection.execute(insert(published_documents), [_document_row(e) for e in some])
            cut = [passage for entry in some for passage in passages(entry.document)]
            digests += write_passages(connection, len(digests), cut)
            progress("cutting pages into passages", start + len(some), len(entries))
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
    return digests


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


def _write_descriptions(path: Path, programs: Sequence[Program], encoder: Encoder) -> None:
    phrases = phrases_of(programs)
    if not phrases:
        return
    vectors = encoder.encode([*phrases])
    rows = [
        {"phrase": phrase, "programs": ids, "vector": vector.tobytes()}
        for (phrase, ids), vector in zip(phrases.items(), vectors, strict=True)
    ]
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(insert(published_descriptions), rows)
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
