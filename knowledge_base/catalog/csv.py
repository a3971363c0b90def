"""Reads a CSV table of programs through a mapping file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from knowledge_base.catalog.mapping import Mapping, check_header
from knowledge_base.catalog.program_row import program_in
from knowledge_base.catalog.reader import Item
from knowledge_base.catalog.row import Row
from knowledge_base.errors import MappingError, SourceError
from knowledge_base.model import Program, Skipped
from knowledge_base.text.plain_text import text_of

DELIMITERS = ",;\t"
"""Spreadsheets save semicolons where a comma stands before a fraction, and tabs where asked to."""


class CsvReader:
    """One program a row; the header row names the columns."""

    name = "csv"
    needs_mapping = True

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002
        """By its extension: any text could be a table."""
        return path.suffix.casefold() == ".csv"

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:
        """Every row of the table. Raises SourceError, or MappingError for an unknown column."""
        if mapping is None:
            raise MappingError(f"{path}: a CSV table needs a mapping file (--map FILE)")
        text = text_of(path)
        table = csv.DictReader(io.StringIO(text), strict=True, delimiter=_delimiter(text, mapping))
        read = 0
        try:
            _check_columns(path, table.fieldnames or [], mapping)
            read = table.line_num
            for values in table:
                yield from _program(dict(values), f"{path.name} line {table.line_num}", mapping)
                read = table.line_num
        except csv.Error as error:  # An open quote swallows all lines after its own.
            where = f"{path}: the row that begins on line {read + 1}"
            raise SourceError(f"{where}: not a readable CSV table: {error}") from None


def _program(values: dict[Any, Any], where: str, mapping: Mapping) -> Iterator[Program | Skipped]:
    """The row's program; a row with a cell too many or too few has slipped and is not trusted."""
    surplus = values.pop(None, None)
    if surplus is not None:
        yield Skipped(where, "has more cells than the header", value=", ".join(surplus)[:80])
        return
    missing = next((column for column, value in values.items() if value is None), None)
    if missing is not None:
        yield Skipped(where, "has fewer cells than the header", field=missing)
        return
    yield from program_in(Row(values, where, mapping.unknown), mapping)


def _delimiter(text: str, mapping: Mapping) -> str:
    """What stands between cells: that by which the header has the mapped columns, or a comma."""
    header = text.partition("\n")[0]
    for delimiter in DELIMITERS:
        columns = {column.strip('" \r') for column in header.split(delimiter)}
        if mapping.columns() <= columns:
            return delimiter
    return DELIMITERS[0]


def _check_columns(path: Path, columns: Sequence[str], mapping: Mapping) -> None:
    if not columns:
        raise SourceError(f"{path}: is empty; a CSV table begins with a row of column names")
    check_header(columns, f"{path}: the header")
    missing = sorted(mapping.columns() - set(columns))
    if missing:
        raise MappingError(
            f"{path}: the mapping names columns that the table lacks: {', '.join(missing)}; "
            f"it has: {', '.join(sorted(columns))}"
        )


READER = CsvReader()
