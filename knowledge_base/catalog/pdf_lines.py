"""Rebuilds lines, paragraphs and headings of a PDF, which only knows where letters stand."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import pypdfium2
import pypdfium2.raw as pdfium

from knowledge_base.catalog.pdf_tables import Table

_HEADING_RATIO = 1.12
"""Letters this much larger than the text's are a heading: 12.5 points over 11; superscripts and
fractions are smaller, and the next size that style sheets use for text is one tenth larger."""
_LONGEST_HEADING = 150
"""Characters; larger letters over more than this are a lead, not a heading."""
_PARAGRAPH_GAP = 1.65
"""Distance of two lines, in letter sizes, that parts paragraphs: text is set at 1.0 to 1.5."""
_RULES = 4
"""Drawn paths that can make a table; a page with fewer has none."""
_BULLET = re.compile(r"^\s*[•●▪◦‣–·∙\uf0b7\uf0a7]\s*")
_PAGE_NUMBER = re.compile(
    r"(?:page |p\. ?)?[-–]? ?(?:\d{1,4}|[ivxl]+)(?: ?(?:of|/) ?\d{1,4})? ?[-–]?", re.I
)
_LINE_BREAKS = (0x0A, 0x0D)
_SOFT_HYPHENS = (0x02, 0xAD, 0xFFFE)
"""What PDFium gives for a hyphen that only breaks a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with the size of its letters and where it begins, in points."""

    text: str
    size: float
    x: float
    y: float


def page_lines(page: pypdfium2.PdfPage) -> tuple[list[Line], bool]:
    """The lines of a page in the file's order, and whether it has lines drawn as for a table."""
    kinds = [pdfium.FPDF_PAGEOBJ_PATH]
    rules = sum(1 for _, _ in zip(range(_RULES), page.get_objects(filter=kinds), strict=False))
    text = page.get_textpage()
    try:
        return list(_lines(text)), rules >= _RULES
    finally:
        text.close()


def _lines(text: pypdfium2.PdfTextPage) -> Iterator[Line]:
    letters: list[str] = []
    first = -1
    for position in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, position)
        if code in _SOFT_HYPHENS:
            letters.append("\xad")
        elif code not in _LINE_BREAKS:
            letters.append(chr(code) if 0x20 <= code <= 0x10FFFF else " ")
            if first < 0 and not letters[-1].isspace():
                first = position
        elif first >= 0:
            yield _line(text, letters, first)
            letters, first = [], -1
    if first >= 0:
        yield _line(text, letters, first)


def _line(text: pypdfium2.PdfTextPage, letters: list[str], first: int) -> Line:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, first, x, y)
    size = pdfium.FPDFText_GetFontSize(text, first)
    matrix = pdfium.FS_MATRIX()
    if pdfium.FPDFText_GetMatrix(text, first, matrix):
        size *= abs(matrix.d) or 1.0  # Some writers set size 1 and scale it.
    words = " ".join("".join(letters).split())
    return Line(words, round(size * 2) / 2, x.value, y.value)


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without headers, footers and page numbers.

    Those are first or last lines in letters no larger than the text's that stand, but for the
    page's number, at the same height of at least half of the pages, and of three at least.
    """
    usual = _usual_size(pages)
    edges: Counter[tuple[str, int]] = Counter()
    for number, lines in enumerate(pages, 1):
        edges.update({_mark(x, number) for x in (*lines[:2], *lines[-2:]) if x.size <= usual})
    running = {mark for mark, count in edges.items() if count >= max(3, len(pages) / 2)}
    kept = []
    for number, lines in enumerate(pages, 1):
        inner = range(2, len(lines) - 2)
        kept.append(
            [x for i, x in enumerate(lines) if i in inner or _mark(x, number) not in running]
        )
    return kept


def _mark(line: Line, page: int) -> tuple[str, int]:
    """What a running line has in common on all pages: its words without the page's number, and its
    height. Any other number may be a fact, as in `Tuition: $900`."""
    is_number = _PAGE_NUMBER.fullmatch(line.text)
    return "#" if is_number else re.sub(rf"(?<!\S){page}(?!\S)", "#", line.text), round(line.y)


def _usual_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size in which most letters are set; 0 without any."""
    weights: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            weights[line.size] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 0.0


def to_markdown(
    pages: Sequence[Sequence[Line]], tables: Mapping[int, Sequence[Table]]
) -> tuple[str, str]:
    """Markdown of all pages, and the first of the largest headings (empty when there is none)."""
    least = _usual_size(pages) * _HEADING_RATIO
    sizes = sorted({x.size for lines in pages for x in lines if x.size > least}, reverse=True)
    levels = {size: min(position, 4) for position, size in enumerate(sizes, 1)}
    blocks: list[tuple[int, str]] = []
    for number, lines in enumerate(pages):
        blocks += _blocks(lines, tables.get(number, ()), levels)
    parts = ["#" * level + " " * bool(level) + text for level, text in blocks]
    headings = sorted((block for block in blocks if block[0]), key=lambda block: block[0])
    return "\n\n".join(parts) + "\n" if parts else "", headings[0][1] if headings else ""


def _blocks(
    lines: Sequence[Line], tables: Sequence[Table], levels: Mapping[float, int]
) -> Iterator[tuple[int, str]]:
    """Headings (with their level) and paragraphs, lists and tables (level 0), top to bottom."""
    told: set[int] = set()

    def place(line: Line) -> int | None:
        return next((i for i, one in enumerate(tables) if one.holds(line.x, line.y)), None)

    for table, group in groupby(lines, key=place):
        if table is None:
            yield from _paragraphs(list(group), levels)
        elif table not in told:
            told.add(table)
            yield 0, tables[table].markdown


def _paragraphs(lines: Sequence[Line], levels: Mapping[float, int]) -> Iterator[tuple[int, str]]:
    block: list[Line] = []
    for line in lines:
        if block and _parted(block[-1], line):
            yield _joined(block, levels)
            block = []
        block.append(line)
    if block:
        yield _joined(block, levels)


def _parted(above: Line, below: Line) -> bool:
    if above.size != below.size or _BULLET.match(below.text):
        return True
    gap = above.y - below.y
    return gap < 0 or gap > _PARAGRAPH_GAP * max(above.size, 1.0)


def _joined(block: Sequence[Line], levels: Mapping[float, int]) -> tuple[int, str]:
    text = ""
    for line in block:
        text += line.text if not text or text.endswith("\xad") else f" {line.text}"
        text = text.removesuffix("\xad") + "\xad" * text.endswith("\xad")
    text = text.replace("\xad ", "").replace("\xad", "")
    level = levels.get(block[0].size, 0)
    if level and len(text) <= _LONGEST_HEADING:
        return level, text
    return 0, _BULLET.sub("- ", text)
