"""Reads a CSV table of programs through a mapping file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from knowledge_base.catalog.mapping import Mapping, Row
from knowledge_base.catalog.program_row import to_program
from knowledge_base.catalog.reader import Item
from knowledge_base.errors import MappingError, SourceError


class CsvReader:
    """One program a row; the header row names the columns."""

    name = "csv"
    needs_mapping = True

    def recognises(self, path: Path, head: bytes) -> bool:
        """By its extension: any text could be a table."""
        return path.suffix.casefold() == ".csv" and b"\0" not in head

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:
        """Every row of the table. Raises SourceError, or MappingError for an unknown column."""
        if mapping is None:
            raise MappingError(f"{path}: a CSV table needs a mapping file (--map FILE)")
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                table = csv.DictReader(file, strict=True)
                _check_columns(path, table.fieldnames or [], mapping)
                for values in table:
                    where = f"{path.name} row {table.line_num}"
                    yield to_program(Row(dict(values), where), mapping)
        except (csv.Error, UnicodeDecodeError) as error:
            raise SourceError(f"{path}: not a readable UTF-8 CSV table: {error}") from None


def _check_columns(path: Path, columns: object, mapping: Mapping) -> None:
    known = set(columns) if isinstance(columns, list) else set()
    asked = {column for column in mapping.fields.model_dump().values() if column}
    asked |= {rule.amount for rule in mapping.costs}
    asked |= {rule.amount for rule in (mapping.duration, mapping.effort) if rule}
    missing = sorted(asked - known)
    if missing:
        raise MappingError(
            f"{path}: the mapping names columns that the table lacks: {', '.join(missing)}; "
            f"it has: {', '.join(sorted(known))}"
        )


READER = CsvReader()
