"""Reads the sheets of an Excel workbook as tables of programs through a mapping file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from knowledge_base.catalog.archive import check_archive
from knowledge_base.catalog.mapping import Mapping, check_header
from knowledge_base.catalog.program_row import program_in
from knowledge_base.catalog.reader import Item
from knowledge_base.catalog.row import Row
from knowledge_base.errors import MappingError, SourceError
from knowledge_base.model import Skipped


class XlsxReader:
    """One program a row; the first row that is not empty names the columns."""

    name = "xlsx"
    needs_mapping = True

    def recognises(self, path: Path, head: bytes) -> bool:
        """By its extension and the mark of an archive."""
        return path.suffix.casefold() == ".xlsx" and head.startswith(b"PK")

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:
        """Every row of every sheet that has the mapped columns; other sheets are told as skipped.

        Raises SourceError, or MappingError when no sheet has the columns. Formulas count with the
        value that the program which saved the file has computed.
        """
        if mapping is None:
            raise MappingError(f"{path}: a workbook needs a mapping file (--map FILE)")
        check_archive(path, "xl/workbook.xml")
        try:
            workbook = CalamineWorkbook.from_path(path)
            sheets = {
                name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                for name in workbook.sheet_names
            }
        except (CalamineError, OSError, ValueError) as error:
            raise SourceError(f"{path}: not a readable workbook: {error}") from None
        lacking = {name: _lacking(rows, mapping) for name, rows in sheets.items()}
        if all(lacking.values()):
            closest = min(lacking, key=lambda name: len(lacking[name]), default="")
            columns = ", ".join(_header(sheets[closest])[1]) if closest else ""
            raise MappingError(
                f"{path}: the mapping names columns that no sheet has; sheet {closest!r} lacks: "
                f"{', '.join(lacking.get(closest, ()))}; it has: {columns or 'none'}"
            )
        for name, rows in sheets.items():
            if lacking[name]:
                where, needed = f"{path.name} sheet {name!r}", ", ".join(sorted(mapping.columns()))
                yield Skipped(where, f"lacks {', '.join(lacking[name])}", allowed=needed)
            else:
                yield from _programs(path, name, rows, mapping)


def _programs(
    path: Path, sheet: str, rows: Sequence[Sequence[Any]], mapping: Mapping
) -> Iterator[Item]:
    first, columns = _header(rows)
    check_header(columns, f"{path}: the header of sheet {sheet!r}")
    for number, cells in enumerate(rows[first + 1 :], first + 2):
        values = {c: _plain(v) for c, v in zip(columns, cells, strict=False) if c}
        if any(value != "" for value in values.values()):
            where = f"{path.name} sheet {sheet!r} row {number}"
            yield from program_in(Row(values, where, mapping.unknown), mapping)


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, list[str]]:
    """Position and column names of the first row that is not empty."""
    for position, cells in enumerate(rows):
        names = [str(_plain(cell)).strip() for cell in cells]
        if any(names):
            return position, names
    return 0, []


def _lacking(rows: Sequence[Sequence[Any]], mapping: Mapping) -> list[str]:
    columns = set(_header(rows)[1])
    return sorted(mapping.columns() - columns) if columns else sorted(mapping.columns())


def _plain(cell: Any) -> Any:
    """A cell as the same cell of a CSV table would be: `3` rather than `3.0`, dates in ISO 8601."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, float):
        return Decimal(repr(round(cell, 10)))  # 1140.1 is stored as 1140.0999999999999
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return cell


READER = XlsxReader()
