"""Entries and whole sources as JSON, small enough to stand in a row."""

from __future__ import annotations

import zlib
from typing import Any

from pydantic import TypeAdapter

from knowledge_base.drafts.proposal import Staged
from knowledge_base.store import Entry

_ENTRY = TypeAdapter(Entry)
_STAGED = TypeAdapter(Staged)


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """JSON values of an entry."""
    wire: dict[str, Any] = _ENTRY.dump_python(entry, mode="json")
    return wire


def entry_from_json(wire: Any) -> Entry:
    """The inverse of `entry_to_json`. Raises ValueError (pydantic's) on anything else."""
    return _ENTRY.validate_python(wire)


def packed(content: Entry | Staged) -> bytes:
    """An entry or a source, compressed."""
    adapter: TypeAdapter[Any] = _ENTRY if isinstance(content, Entry) else _STAGED
    return zlib.compress(adapter.dump_json(content))


def unpacked_entry(content: bytes) -> Entry:
    """The inverse of `packed`."""
    return _ENTRY.validate_json(zlib.decompress(content))


def unpacked_source(content: bytes) -> Staged:
    """The inverse of `packed`."""
    return _STAGED.validate_json(zlib.decompress(content))
