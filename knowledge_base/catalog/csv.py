"""Reads a CSV table of programs through a mapping file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from knowledge_base.catalog.mapping import Mapping, Row
from knowledge_base.catalog.program_row import to_program
from knowledge_base.catalog.reader import Item
from knowledge_base.errors import MappingError, SourceError
from knowledge_base.model import Program, Skipped


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
                    yield _program(dict(values), f"{path.name} line {table.line_num}", mapping)
        except (csv.Error, UnicodeDecodeError) as error:
            raise SourceError(f"{path}: not a readable UTF-8 CSV table: {error}") from None


def _program(values: dict[Any, Any], where: str, mapping: Mapping) -> Program | Skipped:
    """The row's program; a row with a cell too many or too few has slipped and is not trusted."""
    surplus = values.pop(None, None)
    if surplus is not None:
        return Skipped(where, "has more cells than the header", value=", ".join(surplus))
    missing = next((column for column, value in values.items() if value is None), None)
    if missing is not None:
        return Skipped(where, "has fewer cells than the header", field=missing)
    return to_program(Row(values, where, mapping.unknown), mapping)


def _check_columns(path: Path, columns: Sequence[str], mapping: Mapping) -> None:
    if not columns:
        raise SourceError(f"{path}: is empty; a CSV table begins with a row of column names")
    known = set(columns)
    twice = sorted(column for column in known if list(columns).count(column) > 1)
    if twice:
        raise SourceError(f"{path}: columns that stand twice in the header: {', '.join(twice)}")
    missing = sorted(mapping.columns() - known)
    if missing:
        raise MappingError(
            f"{path}: the mapping names columns that the table lacks: {', '.join(missing)}; "
            f"it has: {', '.join(sorted(known))}"
        )


READER = CsvReader()
