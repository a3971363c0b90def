"""Reads Markdown tables cell by cell, each cell with the words of its row and its column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.M)
_RULE = re.compile(r"^[\s|:-]+$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell beyond its row's first one: `text[start:end]` holds `text` of the cell.

    `row` is what the first cell of the row says, `column` what the head of the column says,
    `line` the span of the whole row.
    """

    row: str
    column: str
    text: str
    start: int
    end: int
    line: tuple[int, int]


def cells(text: str) -> Iterator[Cell]:
    """Every cell with a row label and a column head, in order; rows without a head are left out."""
    head: list[str] = []
    previous = -2
    for match in _ROW.finditer(text):
        parts = list(_parts(match.group(), match.start()))
        if match.start() > previous + 1:
            head = [part for part, _ in parts]
        elif not _RULE.match(match.group()):
            for position, (part, start) in enumerate(parts[1 : len(head)], 1):
                line = (match.start(), match.end())
                yield Cell(parts[0][0], head[position], part, start, start + len(part), line)
        previous = match.end()


def _parts(row: str, offset: int) -> Iterator[tuple[str, int]]:
    """The row's cells without white space, and where each begins in the text."""
    begin = row.index("|") + 1
    for piece in row[begin : row.rindex("|")].split("|"):
        lead = len(piece) - len(piece.lstrip())
        yield piece.strip(), offset + begin + lead
        begin += len(piece) + 1
