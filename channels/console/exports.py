"""Files that people open in a spreadsheet: CSV in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from aiohttp import web

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets read as the beginning of a formula, as OWASP lists it ("CSV Injection")."""
BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""

Row = TypeVar("Row")
Cell = str | int | float | bool | datetime | None


def neutral(value: Cell) -> str:
    """A cell as text; text that a spreadsheet would compute gets a leading apostrophe."""
    if isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA_STARTS) else value


def csv_line(cells: Iterable[Cell]) -> str:
    """One row of CSV (RFC 4180), each cell quoted and neutral."""
    line = io.StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(map(neutral, cells))
    return line.getvalue()


async def send_csv(
    request: web.Request,
    name: str,
    columns: Sequence[str],
    rows: AsyncIterable[Iterable[Cell]],
) -> web.StreamResponse:
    """Answer with rows as they are read, as a file of that name."""
    return await _send(
        request, name, "text/csv", BYTE_ORDER_MARK + csv_line(columns), rows, csv_line
    )


async def send_json_lines(
    request: web.Request, name: str, rows: AsyncIterable[Mapping[str, object]]
) -> web.StreamResponse:
    """Answer with one JSON object a line as they are read, as a file of that name."""

    def line(row: Mapping[str, object]) -> str:
        return json.dumps(row, ensure_ascii=False, default=str) + "\n"

    return await _send(request, name, "application/x-ndjson", "", rows, line)


async def _send(
    request: web.Request,
    name: str,
    media_type: str,
    first: str,
    rows: AsyncIterable[Row],
    line: Callable[[Row], str],
) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{media_type}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    await response.write(first.encode())
    async for row in rows:
        await response.write(line(row).encode())
    await response.write_eof()
    return response
