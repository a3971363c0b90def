"""Makes small Word, Excel and PDF files for tests, sound ones and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import docx
import openpyxl

_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"


def docx_file(
    paragraphs: Sequence[tuple[str, str]],
    *,
    title: str = "",
    table: Sequence[Sequence[str]] = (),
    properties: Mapping[str, str] | None = None,
) -> bytes:
    """A Word document of paragraphs (style, text), a table at its end, and custom properties."""
    document = docx.Document()
    document.core_properties.title = title
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    if table:
        made = document.add_table(len(table), len(table[0]))
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                made.cell(row, column).text = cell
    file = io.BytesIO()
    document.save(file)
    return with_part(file.getvalue(), "docProps/custom.xml", _custom(properties or {}))


def _custom(properties: Mapping[str, str]) -> bytes:
    inner = "".join(
        f'<property name="{name}"><vt:lpwstr xmlns:vt="{_TYPES}">{value}</vt:lpwstr></property>'
        for name, value in properties.items()
    )
    return f'<Properties xmlns="{_CUSTOM}">{inner}</Properties>'.encode()


def xlsx_file(rows: Sequence[Sequence[Any]], **more_sheets: Sequence[Sequence[Any]]) -> bytes:
    """An Excel workbook of one sheet named `Programs`, and of others by name."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "Programs"
    for name, content in {"Programs": rows, **more_sheets}.items():
        sheet = workbook[name] if name in workbook.sheetnames else workbook.create_sheet(name)
        for row in content:
            sheet.append(list(row))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def with_part(archive: bytes, name: str, content: bytes) -> bytes:
    """An archive with one part put in place of the one of that name, or added."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return made.getvalue()


def part_of(archive: bytes, name: str) -> bytes:
    """The content of one part of an archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        return file.read(name)


Words = tuple[float, float, float, str]
"""Size of the letters, place from the lower left corner in points, and the text of one line."""


def pdf_file(pages: Sequence[Sequence[Words]], *, info: Mapping[str, str] | None = None) -> bytes:
    """A PDF whose lines stand where they are told to, with entries of its Info dictionary."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",  # The pages, when their numbers are known.
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        _dictionary(info or {}),
    ]
    kids = []
    for lines in pages:
        drawn = "".join(f"BT /F1 {s} Tf {x} {y} Td ({_escaped(t)}) Tj ET\n" for s, x, y, t in lines)
        objects.append(pdf_stream(drawn.encode("latin-1")))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(kids), b" ".join(kids))
    return pdf_of(objects)


def pdf_stream(content: bytes) -> bytes:
    """A stream object."""
    return b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content)


def pdf_of(objects: Sequence[bytes]) -> bytes:
    """A PDF of objects numbered from 1: the first is the catalog, the fourth the Info."""
    file = io.BytesIO()
    file.write(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(file.tell())
        file.write(b"%d 0 obj\n%b\nendobj\n" % (number, content))
    start = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    file.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    file.write(b"trailer << /Size %d /Root 1 0 R /Info 4 0 R >>\n" % (len(objects) + 1))
    file.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return file.getvalue()


def _dictionary(entries: Mapping[str, str]) -> bytes:
    inner = " ".join(f"/{name} ({_escaped(value)})" for name, value in entries.items())
    return f"<< {inner} >>".encode("latin-1")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
