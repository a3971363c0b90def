"""Entries, rules and whole sources as JSON, small enough to stand in a row."""

from __future__ import annotations

import zlib
from typing import Any

from pydantic import TypeAdapter

from knowledge_base.drafts.proposal import Staged
from knowledge_base.record import Record
from knowledge_base.store import Entry

_ENTRY = TypeAdapter(Entry)
_RECORD = TypeAdapter(Record)
_STAGED = TypeAdapter(Staged)


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """JSON values of an entry."""
    wire: dict[str, Any] = _ENTRY.dump_python(entry, mode="json")
    return wire


def entry_from_json(wire: Any) -> Entry:
    """The inverse of `entry_to_json`. Raises ValueError (pydantic's) on anything else."""
    return _ENTRY.validate_python(wire)


def packed(content: Entry | Record | Staged) -> bytes:
    """An entry, a rule or a source, compressed."""
    adapters: dict[type, TypeAdapter[Any]] = {Entry: _ENTRY, Record: _RECORD, Staged: _STAGED}
    return zlib.compress(adapters[type(content)].dump_json(content))


def unpacked_entry(content: bytes) -> Entry:
    """The inverse of `packed`."""
    return _ENTRY.validate_json(zlib.decompress(content))


def unpacked_rule(content: bytes) -> Record:
    """The inverse of `packed`."""
    return _RECORD.validate_json(zlib.decompress(content))


def unpacked_source(content: bytes) -> Staged:
    """The inverse of `packed`."""
    return _STAGED.validate_json(zlib.decompress(content))
