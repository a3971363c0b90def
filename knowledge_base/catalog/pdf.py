"""Reads a PDF: its text with headings guessed by the size of letters, its tables as tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pypdfium2

from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.pdf_lines import Line, page_lines, to_markdown, without_running_lines
from knowledge_base.catalog.pdf_tables import Table, page_tables
from knowledge_base.catalog.reader import Item
from knowledge_base.catalog.stated import NAMES, stated_page
from knowledge_base.errors import SourceError, SourceTooLarge
from knowledge_base.model import Skipped

_BEGIN, _END = b"%PDF-", b"%%EOF"
_MARK_WITHIN = 1024
"""Bytes at either end within which viewers look for them (PDF Reference 1.7, appendix H.3)."""
MOST_PAGES = 2_000
"""The text of 300 pages of 350 words took 1.6 s on one busy core: this many take 11."""
MOST_TABLE_PAGES = 300
"""Pages whose tables are looked for; 100 among 300 pages took 5 s more than the text alone. Tables
after them are read as text."""


class PdfReader:
    """One page a file; entries of its Info dictionary state id, address and dates."""

    name = "pdf"
    needs_mapping = False

    def recognises(self, path: Path, head: bytes) -> bool:
        """By its mark, wherever it stands in the first bytes, as viewers do."""
        return path.suffix.casefold() == ".pdf" and _BEGIN in head[:_MARK_WITHIN]

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:  # noqa: ARG002
        """The page.

        Raises SourceError for a damaged or locked file, SourceTooLarge for too many pages.
        """
        _check_ends(path)
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            reason = "it asks for a password" if "password" in str(error).casefold() else str(error)
            raise SourceError(f"{path}: cannot be opened: {reason}") from None
        try:
            yield from _items(path, document)
        finally:
            document.close()


def _check_ends(path: Path) -> None:
    """Raise SourceError unless the file begins and ends as a PDF: else it would be half read."""
    with path.open("rb") as file:
        if _BEGIN not in file.read(_MARK_WITHIN):
            raise SourceError(f"{path}: is not a PDF")
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _MARK_WITHIN))
        if _END not in file.read():
            raise SourceError(f"{path}: is cut short: a PDF ends with {_END.decode()}")


def _items(path: Path, document: pypdfium2.PdfDocument) -> Iterator[Item]:
    if len(document) > MOST_PAGES:
        raise SourceTooLarge(
            f"{path}: has {len(document):,} pages, over the limit of {MOST_PAGES:,}; split it"
        )
    pages: list[list[Line]] = []
    ruled: list[int] = []
    for number in range(len(document)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError as error:
            raise SourceError(f"{path}: page {number + 1} cannot be read: {error}") from None
        lines, has_rules = page_lines(page)
        pages.append(lines)
        if has_rules:
            ruled.append(number)
        page.close()
    if not any(pages):
        yield Skipped(
            path.name, "has no text", allowed="a PDF with text; run OCR over scanned pages"
        )
        return
    if ruled[MOST_TABLE_PAGES:]:
        where = f"{path.name} page {ruled[MOST_TABLE_PAGES] + 1}"
        yield Skipped(where, "and all after it: tables are read as plain text; split the file")
    tables: dict[int, list[Table]] = page_tables(path, ruled[:MOST_TABLE_PAGES])
    text, heading = to_markdown(without_running_lines(pages), tables)
    stated = {name: document.get_metadata_value(name) for name in NAMES}
    stated["title"] = stated["title"] or document.get_metadata_value("Title")
    yield stated_page(path, text, stated, title=heading)


READER = PdfReader()
