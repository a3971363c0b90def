"""The tables of content: the working copy that staff edit, and the content of one edition."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

workspace = MetaData()
"""The working copy, in the project's one database; migrated by Alembic."""

sources = Table(
    "kb_sources",
    workspace,
    Column("id", String(32), primary_key=True),
    Column("location", Text, nullable=False, unique=True),
    Column("format", String(40), nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False),
    Column("checked_at", DateTime(timezone=True)),
    Column("asked_format", String(40)),
    Column("mapping_file", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("every_seconds", Integer),
    Column("due_at", DateTime(timezone=True)),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_error", Text),
)

documents = Table(
    "kb_documents",
    workspace,
    Column("id", String(400), primary_key=True),
    Column("source_id", ForeignKey("kb_sources.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("url", Text),
    Column("effective_from", Date),
    Column("effective_to", Date),
    Column("last_verified", Date),
    Column("is_program", Boolean, nullable=False),
    Column("facts", JSON),
    Column("digest", String(64), nullable=False),
    # A list of thousands is sorted and searched in these alone, without the texts beside them.
    Index("ix_kb_documents_title_id", "title", "id"),
    Index("ix_kb_documents_last_verified_id", "last_verified", "id"),
)

records = Table(
    "kb_records",
    workspace,
    Column("kind", String(40), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("source_id", ForeignKey("kb_sources.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("data", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
)
"""Dated rules, such as what an exam is worth in credit; `data` holds one rule."""

content = MetaData()
"""The content of an edition, in a read-only SQLite file of its own."""

published_documents = Table(
    "documents",
    content,
    Column("id", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("institution", Text, nullable=False),
    Column("url", Text),
    Column("effective_from", Date),
    Column("effective_to", Date),
    Column("last_verified", Date),
    Column("is_program", Boolean, nullable=False),
    Column("code", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("facts", JSON),
)
"""What is long comes last: SQLite then finds the rest of a row without reading through it."""

published_passages = Table(
    "passages",
    content,
    Column("row", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("document_id", ForeignKey("documents.id"), nullable=False, index=True),
    Column("headings", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
)

published_statements = Table(
    "statements",
    content,
    Column("row", ForeignKey("passages.row"), primary_key=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("vectors", LargeBinary, nullable=False),
)
"""The vectors of each passage's single statements, a byte for each figure, one after another."""

published_records = Table(
    "records",
    content,
    Column("row", Integer, primary_key=True),
    Column("kind", String, nullable=False, index=True),
    Column("id", String, nullable=False),
    Column("data", JSON, nullable=False),
)

published_descriptions = Table(
    "descriptions",
    content,
    Column("phrase", String, primary_key=True),
    Column("programs", JSON, nullable=False),
    Column("vector", LargeBinary, nullable=False),
)
"""What programs are called, teach and lead to, with the vector of each phrase, float32."""

published_programs = Table(
    "programs",
    content,
    Column("id", ForeignKey("documents.id"), primary_key=True),
    Column("credit_bearing", Boolean),
    Column("credits", Float),
    Column("credit_kind", Text, nullable=False),
    Column("days_low", Float),
    Column("days_high", Float),
    Column("hours_low", Float),
    Column("hours_high", Float),
    Column("workload_low", Float),
    Column("workload_high", Float),
    Column("no_prerequisites", Boolean),
)
"""One row for each program with the facts of which it has one; NULL is unknown. `hours` are per
week, `workload` is hours in all."""

published_prices = Table(
    "prices",
    content,
    Column("program_id", ForeignKey("programs.id"), nullable=False, index=True),
    Column("currency", String, nullable=False),
    Column("delivery", Text, nullable=False),
    Column("residency", Text, nullable=False),
    Column("tuition", Float),
    Column("total_low", Float, nullable=False),
    Column("total_high", Float),
)
"""One row for each price at which a program can be had; a fee that is not stated leaves
`total_high` NULL; an empty `delivery` means any, an empty `residency` everybody."""

published_runs = Table(
    "runs",
    content,
    Column("program_id", ForeignKey("programs.id"), nullable=False, index=True),
    Column("starts", Date),
    Column("apply_by", Date),
    Column("delivery", Text, nullable=False),
    Column("location", Text, nullable=False),
)
"""One row for each dated run; `location` holds its plain words, empty where it is not said."""

published_terms = Table(
    "terms",
    content,
    Column("program_id", ForeignKey("programs.id"), nullable=False, index=True),
    Column("field", String, nullable=False),
    Column("value", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("stems", Text, nullable=False),
)
"""One row for each value that is found by its words. An empty value says that the source states
that there is none."""

published_facts = Table(
    "facts",
    content,
    Column("row", Integer, primary_key=True),
    Column("document_id", ForeignKey("documents.id"), nullable=False, index=True),
    Column("property", Text, nullable=False),
    Column("programs", JSON, nullable=False),
    Column("low", Float),
    Column("high", Float),
    Column("day", Date),
    Column("unit", String, nullable=False, index=True),
    Column("bound", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("effective_from", Date),
    Column("effective_to", Date),
    Column("last_verified", Date),
)
"""One row for each value that a document states; `start` and `end` are places in its text."""

published_conflicts = Table(
    "conflicts",
    content,
    Column("row", Integer, primary_key=True),
    Column("property", Text, nullable=False),
    Column("one", JSON, nullable=False),
    Column("other", JSON, nullable=False),
)
"""One row for each two facts that contradict each other."""
