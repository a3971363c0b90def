"""Files and folders that would harm whoever reads them carelessly, and what is said of each."""

from __future__ import annotations

import csv
import io
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from office_files import docx_file, with_part, xlsx_file

MAPPING = (
    '[fields]\nid = "code"\ntitle = "title"\n[[costs]]\npurpose = "tuition"\namount = "price"\n'
)
HEADER = "code,title,price\n"
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Hostile:
    """One source."""

    name: str
    make: Callable[[Path], None]
    said: str
    """Words of its refusal, or of what is told as skipped."""
    taken: tuple[str, ...] | None = None
    """Documents that are taken all the same; None: the source is refused."""
    format: str | None = None


def of(content: str | bytes | Callable[[], bytes]) -> Callable[[Path], None]:
    """A file of this content, which is made only when it is needed."""

    def make(path: Path) -> None:
        made = content() if callable(content) else content
        path.write_bytes(made.encode() if isinstance(made, str) else made)

    return make


def junk(path: Path) -> None:
    """200 MB that are on no disk."""
    with path.open("wb") as file:
        file.truncate(200 * _MEGABYTE)


def docx_bomb() -> bytes:
    """150 MB of zeros as a part of a Word document."""
    return with_part(docx_file([("Normal", "x")]), "word/media/a.bin", bytes(150 * _MEGABYTE))


def docx_traversal() -> bytes:
    """A Word document whose archive names a file outside of it."""
    return with_part(docx_file([("Normal", "Ask us.")]), "../../../escaped", b"x")


def xlsx_bomb() -> bytes:
    """150 MB of spaces as a sheet."""
    return with_part(
        xlsx_file([["code", "title"]]), "xl/worksheets/sheet9.xml", b" " * 150 * _MEGABYTE
    )


def xlsx_laughs() -> bytes:
    """Entities that grow to a billion words."""
    return with_part(xlsx_file([["code", "title"]]), "xl/sharedStrings.xml", laughs("sst").encode())


def laughs(root: str) -> str:
    """XML of a few hundred bytes that means gigabytes."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><{root}>&l9;</{root}>'


def pdf(stream: bytes, pages: int) -> bytes:
    """A PDF whose pages all show one compressed stream."""
    kids = " ".join(f"{number + 3} 0 R" for number in range(pages))
    font = "<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    content = f"{pages + 3} 0 R"
    page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources{font}/Contents {content}>>"
    packed = zlib.compress(stream, 9)
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode(),
        *[page.encode()] * pages,
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
    ]
    objects = b"".join(b"%d 0 obj\n%b\nendobj\n" % one for one in enumerate(bodies, 1))
    return b"%PDF-1.4\n" + objects + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def links_out(folder: Path) -> None:
    """Links to a file beside the folder, and to the folder above."""
    (folder.parent / "secret.md").write_text("# Secret\n\nNobody may read this.\n")
    folder.mkdir()
    (folder / "aid.md").write_text("# Aid\n\nAsk us.\n")
    (folder / "notes.md").symlink_to(folder.parent / "secret.md")
    (folder / "up").symlink_to(folder.parent, target_is_directory=True)


def odd_names(folder: Path) -> None:
    """Names that clear the screen, or are half a character; and a pipe that nobody writes to."""
    folder.mkdir()
    (folder / "plans.md").write_text("# Plans\n\nAsk us.\n")
    (folder / "\x1b[2Jfees.md").write_text("# Fees\n\nText.\n")
    Path(os.fsdecode(os.fsencode(folder) + b"/half\xff.md")).write_text("# Half\n\nText.\n")
    os.mkfifo(folder / "never.md")


def formulas() -> bytes:
    """Cells that a spreadsheet would run."""
    table = io.StringIO()
    cells = ['=HYPERLINK("http://evil.example";"x")', "+1+1", '@SUM(1)"', "-2+3", "\t=1"]
    rows = [(f"A{number}", cell, "3") for number, cell in enumerate(cells)]
    csv.writer(table).writerows([*rows, ("A9", "Data", "=1+1")])
    return (HEADER + table.getvalue()).encode()


FILES = (
    Hostile("junk.pdf", junk, "200,000,000 bytes, over the limit", format="pdf"),
    Hostile("zeros.md", of(bytes(_MEGABYTE)), "line 1: not UTF-8 text: byte 0x00"),
    Hostile("noise.html", of(lambda: os.urandom(20 * _MEGABYTE)), "not text in utf-8"),
    Hostile("noise.csv", of(lambda: os.urandom(20 * _MEGABYTE)), "not UTF-8 text: byte"),
    Hostile("bomb.docx", of(docx_bomb), "unpacks to more than 100 times"),
    Hostile("bomb.xlsx", of(xlsx_bomb), "unpacks to more than 100 times"),
    Hostile("laughs.xlsx", of(xlsx_laughs), "declares a document type"),
    Hostile("up.docx", of(docx_traversal), "", taken=("up",)),
    Hostile("bomb.pdf", of(lambda: pdf(b"0 0 m " * 30 * _MEGABYTE, 1)), "has no text", taken=()),
    Hostile(
        "pages.pdf",
        of(lambda: pdf(b"BT /F 9 Tf (Ha) Tj ET " * 100_000, 1_500)),
        "seconds of the processor",
    ),
    Hostile("deep.jsonld", of("[" * 5 * _MEGABYTE), "deep.jsonld: ", format="schema_org"),
    Hostile("deep.json", of('{"a":' * _MEGABYTE), "not readable JSON", format="json_records"),
    Hostile("deep.jsonl", of('{"doc_id":' + "[" * _MEGABYTE + "\n"), "is not JSON", taken=()),
    Hostile("deep.html", of("<div>" * _MEGABYTE), "nested more than 1,000 elements"),
    Hostile("deep.md", of(f"---\na: {'[' * 100_000}\n---\nx\n"), "not valid YAML"),
    Hostile("aliases.md", of(
        "---\na0: &a0 [x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
        + "id: *a8\n---\nx\n"
    ), "is not a text", taken=()),
    Hostile("half.jsonl", of(
        '{"doc_id": "a", "title": "A", "text": "\\ud800"}\n'
        '{"doc_id": "b", "title": "B", "text": "Ask us."}\n'
    ), "half a character", taken=("b",)),
    Hostile("wide.csv", of(",".join(map(str, range(_MEGABYTE))) + "\n1\n"), "names 1,000,000 colu"),
    Hostile("open.csv", of(f'{HEADER}A1,"Data,3\n' + "A2,Welding,4\n" * 500_000), "on line 2"),
    Hostile("cells.csv", of(HEADER + "a,b,1," * 2 * _MEGABYTE), "more cells than the head", ()),
    Hostile("rows.csv", of(HEADER + "x\n" * 10 * _MEGABYTE), "holds more than 200,000 pages"),
    Hostile("formulas.csv", of(formulas), "'price' = '=1+1'", taken=("A0", "A1", "A2", "A3", "A4")),
    Hostile("office.csv", of(f"{HEADER}A1,Caf\xe9,3\n".encode("cp1252")), "line 2: not UTF-8 text"),
    Hostile("unmarked.csv", of(f"{HEADER}A1,Data,3\n".encode("utf-16-le")), "byte 0x00"),
    Hostile("marked.csv", of(f"{HEADER}M1,Data,3\n".encode("utf-16")), "", taken=("M1",)),
    Hostile("links", links_out, "notes.md: is a link that leads out of the folder", ("aid",)),
    Hostile("names", odd_names, "has a name that cannot be shown", ("plans",)),
)  # fmt: skip
