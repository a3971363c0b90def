"""Takes the tables out of a message, for channels that show them as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from channels.delivery.plain import text_of


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells in plain text, the head first; ``markdown`` is where they come from."""

    rows: tuple[tuple[str, ...], ...]
    markdown: str


def prose_and_tables(markdown: str) -> Iterator[str | Table]:
    """The message in order: Markdown between tables, and tables. A table in a list stays prose."""
    lines = markdown.splitlines(keepends=True)
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    done = 0
    for place, token in enumerate(tokens):
        if token.type != "table_open" or token.level or token.map is None:
            continue
        first, end = token.map
        before = "".join(lines[done:first])
        if before.strip():
            yield before
        yield Table(tuple(_rows(tokens[place:])), "".join(lines[first:end]))
        done = end
    rest = "".join(lines[done:])
    if rest.strip():
        yield rest


def _rows(tokens: Sequence[Token]) -> Iterator[tuple[str, ...]]:
    cells: list[str] = []
    for token in tokens:
        if token.type == "table_close":
            return
        if token.type == "tr_open":
            cells = []
        elif token.type == "inline":
            cells.append(text_of(token.content))
        elif token.type == "tr_close":
            yield tuple(cells)
