"""An edition: an immutable folder of published content, open for reading."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Engine,
    Row,
    Select,
    create_engine,
    func,
    inspect,
    or_,
    select,
)
from sqlalchemy.exc import OperationalError

from knowledge_base.arrays import Allowed, Rows, Scores, Vectors
from knowledge_base.descriptions import Descriptions
from knowledge_base.errors import DamagedEdition
from knowledge_base.index import FaissIndex, VectorIndex
from knowledge_base.lexical import LexicalIndex
from knowledge_base.model import Document, Passage, Program, Validity
from knowledge_base.rows.documents import DocumentRows
from knowledge_base.rows.known_vectors import KnownVectors
from knowledge_base.rows.passages import passages_in, passages_of
from knowledge_base.rows.statements import KnownStatements, nearest_statement, nearest_texts
from knowledge_base.schema import (
    published_descriptions,
    published_documents,
    published_passages,
    published_records,
)

_PROGRAM = TypeAdapter(Program)
CONTENT, VECTORS, LEXICAL, MANIFEST = (
    "content.sqlite",
    "vectors.faiss",
    "lexical",
    "manifest.json",
)


_MASKS = 16
"""Days, and institutions, of which an open edition remembers the rows: a byte for each passage."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an edition is made of; `files` maps each file's name to its SHA-256."""

    id: str
    published_at: str
    encoder: str
    dimension: int
    documents: int
    passages: int
    programs: int
    reused_vectors: int
    files: dict[str, str]
    facts: int = 0
    """Values that the documents state; editions made before facts were read have none."""
    conflicts: int = 0
    """Pairs of facts that contradict each other."""
    statement_encoder: str = ""
    """What made the vectors of single statements; editions made before have none."""
    reused_statements: int = 0
    """Passages whose statements' vectors were taken from the edition before."""
    calibration: dict[str, list[float]] | None = None
    """How confidence is computed; None in editions made before it was stored: as shipped."""

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read a manifest file. Raises DamagedEdition."""
        try:
            return cls.parse(path.read_bytes(), str(path))
        except OSError as error:
            raise DamagedEdition(
                f"{path} cannot be read: {error}; publish again or roll back"
            ) from None

    @classmethod
    def parse(cls, raw: bytes, place: str) -> Manifest:
        """Read the bytes of a manifest that was found at a place. Raises DamagedEdition."""
        try:
            manifest = cls(**json.loads(raw))
            missing = {CONTENT, VECTORS, f"{LEXICAL}/size.json"} - manifest.files.keys()
            if missing:
                raise ValueError(f"it does not list {', '.join(sorted(missing))}")
            if outside := [n for n in manifest.files if ".." in Path(n).parts or n[:1] == "/"]:
                raise ValueError(f"it lists {outside[0]!r}, which is outside the edition")
            return manifest
        except (TypeError, AttributeError, ValueError) as error:
            raise DamagedEdition(
                f"{place} cannot be read: {error}; publish again or roll back"
            ) from None


class Edition:
    """A published edition, open for reading. Safe to use from several threads."""

    def __init__(self, folder: Path, manifest: Manifest):
        self._folder = folder
        self.manifest = manifest
        self.vectors: VectorIndex = FaissIndex.load(folder / VECTORS)
        self.lexical = LexicalIndex.load(folder / LEXICAL)
        self._database = _read_only(folder / CONTENT)
        self._in_force = lru_cache(_MASKS)(self._read_in_force)
        self._of_institution = lru_cache(_MASKS)(self._read_of_institution)

    @property
    def id(self) -> str:
        """The edition's name on the shelf."""
        return self.manifest.id

    def passages(self, rows: Sequence[int] | Rows) -> list[Passage]:
        """The passages in some rows, in the order of `rows`."""
        with self._database.connect() as connection:
            return passages_in(connection, rows)

    def nearest_statement(self, rows: Rows, query: Vectors) -> Scores:
        """For each of some rows the cosine of a query with the nearest single statement of its
        passage, shape (len(rows),). Only where the manifest names a `statement_encoder`."""
        with self._database.connect() as connection:
            return nearest_statement(connection, rows, query)

    def nearest_texts(self, rows: Rows, passages: Sequence[Passage], query: Vectors) -> list[str]:
        """For each of some rows with its passage the statement that is nearest to a query, under
        title and headings; empty where none is known."""
        with self._database.connect() as connection:
            return nearest_texts(connection, rows, passages, query)

    def document(self, document_id: str) -> tuple[Document, tuple[Passage, ...]] | None:
        """A document with its passages in order, or None."""
        with self._database.connect() as connection:
            row = connection.execute(
                select(published_documents).where(published_documents.c.id == document_id)
            ).one_or_none()
            if row is None:
                return None
            return _document(row), tuple(passages_of(connection, document_id))

    def documents(self) -> list[Document]:
        """Every document, by title."""
        query = select(published_documents).order_by(published_documents.c.title)
        with self._database.connect() as connection:
            return [_document(row) for row in connection.execute(query)]

    @cached_property
    def records(self) -> dict[str, list[dict[str, Any]]]:
        """Per kind: the data of every dated rule in order. An edition made before has none."""
        query = select(published_records.c.kind, published_records.c.data)
        found: dict[str, list[dict[str, Any]]] = {}
        if inspect(self._database).has_table(published_records.name):
            with self._database.connect() as connection:
                for kind, data in connection.execute(query.order_by(published_records.c.row)):
                    found.setdefault(kind, []).append(data)
        return found

    @cached_property
    def descriptions(self) -> Descriptions:
        """What describes programs, for questions that name none. An edition made before has
        nothing."""
        columns = published_descriptions.c
        if not inspect(self._database).has_table(published_descriptions.name):
            return Descriptions()
        with self._database.connect() as connection:
            rows = connection.execute(select(columns.programs, columns.vector)).all()
        return (
            Descriptions(
                tuple(tuple(row.programs) for row in rows),
                np.stack([np.frombuffer(row.vector, np.float32) for row in rows]),
            )
            if rows
            else Descriptions()
        )

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        """Every program with its typed facts, in the order of publication."""
        query = select(published_documents.c.facts).where(published_documents.c.is_program)
        with self._database.connect() as connection:
            return tuple(_PROGRAM.validate_python(facts) for facts in connection.scalars(query))

    def rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """What a query on the tables of the content finds.

        Raises DamagedEdition when the edition is so old that it lacks one of them.
        """
        try:
            with self._database.connect() as connection:
                return connection.execute(query).all()
        except OperationalError:
            raise DamagedEdition(
                f"edition {self.id} was published by an earlier version; publish again"
            ) from None

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """Per program id: the names it goes by, its title and its code."""
        columns = (
            published_documents.c.id,
            published_documents.c.title,
            published_documents.c.code,
        )
        query = select(*columns).where(published_documents.c.is_program)
        with self._database.connect() as connection:
            return {i: tuple(filter(None, (t, c))) for i, t, c in connection.execute(query)}

    def document_ids(self, rows: Rows) -> npt.NDArray[np.str_]:
        """The document id of each of some rows, shape (len(rows),)."""
        return self._documents.ids(rows)

    @cached_property
    def _documents(self) -> DocumentRows:
        columns = published_passages.c.document_id, func.min(published_passages.c.row)
        query = select(*columns).group_by(published_passages.c.document_id)
        with self._database.connect() as connection:
            first_rows = dict(connection.execute(query).all())
        return DocumentRows(first_rows, self.manifest.passages)

    @cached_property
    def institutions(self) -> tuple[str, ...]:
        """Names of the institutions whose content this is, in order; never an empty one."""
        column = published_documents.c.institution
        query = select(column).where(column != "").distinct().order_by(column)
        with self._database.connect() as connection:
            return tuple(connection.scalars(query))

    def of_institution(self, name: str) -> Allowed:
        """Whether each row's document is of an institution, or of none, shape (passages,)."""
        return self._of_institution(name)

    def _read_of_institution(self, name: str) -> Allowed:
        return self._rows_where(published_documents.c.institution.in_([name, ""]))

    @cached_property
    def of_pages(self) -> Allowed:
        """Whether each row is of a page that is no program's, shape (passages,)."""
        return self._rows_where(~published_documents.c.is_program)

    def pages_in_force(self, day: date, institution: str | None) -> Allowed:
        """Whether each row is of a page that holds on a day, of an institution or of none, and
        that is no program's; shape (passages,)."""
        allowed: Allowed = self.in_force(day) & self.of_pages
        return allowed if institution is None else allowed & self.of_institution(institution)

    def in_force(self, day: date) -> Allowed:
        """Whether each row's document holds on a day, shape (passages,)."""
        return self._in_force(day)

    def _read_in_force(self, day: date) -> Allowed:
        columns = published_documents.c
        return ~self._rows_where(or_(columns.effective_from > day, columns.effective_to < day))

    def _rows_where(self, condition: ColumnElement[bool]) -> Allowed:
        query = select(published_documents.c.id).where(condition)
        with self._database.connect() as connection:
            return self._documents.of(connection.scalars(query))

    def known_vectors(self) -> KnownVectors:
        """The vectors with the digests of their texts, for the next edition to reuse."""
        query = select(published_passages.c.digest).order_by(published_passages.c.row)
        with self._database.connect() as connection:
            return KnownVectors(connection.scalars(query), self.vectors)

    def known_statements(self) -> KnownStatements:
        """The vectors of single statements, for the next edition to reuse."""
        return KnownStatements(self._database)

    def close(self) -> None:
        """Let go of the database file."""
        self._database.dispose()


def _document(row: Any) -> Document:
    validity = Validity(row.effective_from, row.effective_to, row.last_verified)
    return Document(row.id, row.title, row.text, row.institution, row.url, validity)


def _read_only(path: Path) -> Engine:
    return create_engine(f"sqlite:///file:{path}?mode=ro&immutable=1&uri=true")


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
