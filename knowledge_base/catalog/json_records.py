"""Reads programs from JSON objects, a list of them or one a line, through a mapping file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.program_row import program_in
from knowledge_base.catalog.reader import Item, start_of_text
from knowledge_base.catalog.row import Row
from knowledge_base.errors import MappingError, SourceError
from knowledge_base.model import Skipped
from knowledge_base.text.plain_text import text_of


class JsonRecordsReader:
    """One program an object; dotted paths in the mapping reach nested values."""

    name = "json_records"
    needs_mapping = True

    def recognises(self, path: Path, head: bytes) -> bool:
        """JSON or JSON lines; the pages format is asked first."""
        begins_well = start_of_text(head)[:1] in {b"{", b"["}
        return path.suffix.casefold() in {".json", ".jsonl"} and begins_well

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:
        """Every object of the file. Raises SourceError, or MappingError without a mapping."""
        if mapping is None:
            raise MappingError(f"{path}: JSON records need a mapping file (--map FILE)")
        for where, value in _objects(path):
            if isinstance(value, dict):
                yield from program_in(Row(value, where, mapping.unknown), mapping)
            elif isinstance(value, _Unreadable):
                yield Skipped(where, f"is not JSON: {value}")
            else:
                yield Skipped(where, "is not an object", allowed='{"title": …}')


def _objects(path: Path) -> Iterator[tuple[str, Any]]:
    text = text_of(path)
    try:
        if path.suffix.casefold() == ".json":
            whole = json.loads(text)
            for position, value in enumerate(whole if isinstance(whole, list) else [whole], 1):
                yield f"{path.name} item {position}", value
            return
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path}: not readable JSON: {error}") from None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path.name} line {number}"
        try:
            yield where, json.loads(line)
        except (ValueError, RecursionError) as error:
            yield where, _Unreadable(str(error))


class _Unreadable(str):
    """The reason why a line is not JSON."""


READER = JsonRecordsReader()
