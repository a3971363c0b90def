"""Finds the ruled tables of PDF pages and writes them in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pdfplumber
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException


@dataclass(frozen=True, slots=True)
class Table:
    """A table as Markdown and where it stands, in points from the lower left corner."""

    left: float
    bottom: float
    right: float
    top: float
    markdown: str

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies within the table."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top


def page_tables(path: Path, pages: Sequence[int]) -> dict[int, list[Table]]:
    """The tables of some pages (counted from 0) with at least two rows and two columns.

    A page that this library cannot parse has none: its words are read as text all the same.
    """
    if not pages:
        return {}
    found: dict[int, list[Table]] = {}
    try:
        with pdfplumber.open(path) as document:
            for number in pages:
                page = document.pages[number]
                height = float(page.height)
                for table in page.find_tables():
                    left, top, right, bottom = table.bbox
                    markdown = _markdown(table.extract())
                    if markdown:
                        place = Table(left, height - bottom, right, height - top, markdown)
                        found.setdefault(number, []).append(place)
                page.close()
    except (PdfminerException, MalformedPDFException, ValueError, KeyError, TypeError, IndexError):
        return found
    return found


def _markdown(rows: Sequence[Sequence[str | None]]) -> str:
    """The rows as a Markdown table whose first row is the header; empty when it is no table."""
    cells = [[" ".join((cell or "").split()).replace("|", "\\|") for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    if len(cells) < 2 or len(cells[0]) < 2:
        return ""
    lines = [f"| {' | '.join(row)} |" for row in cells]
    lines.insert(1, f"|{' --- |' * len(cells[0])}")
    return "\n".join(lines)
