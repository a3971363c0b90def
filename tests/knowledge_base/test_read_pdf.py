"""The PDF format: the contract of readers, and what is its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from contract_readers import BinaryFiles, Case, ReaderContract, items, write
from fpdf import FPDF
from office_files import pdf_file, pdf_of, pdf_stream
from reader_cases import CASES

from knowledge_base.catalog import pdf, readers
from knowledge_base.errors import SourceError, SourceTooLarge
from knowledge_base.model import Document, Skipped
from knowledge_base.reading import Limits, ReadingProcess

READER = readers()["pdf"]


class TestPdfContract(BinaryFiles, ReaderContract):
    """What every reader does."""

    format = "pdf"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def page(tmp_path: Path, content: bytes) -> Document:
    (item,) = items(READER, write(tmp_path / "fees.pdf", content))
    assert isinstance(item, Document)
    return item


def handbook() -> bytes:
    """Four pages as a program writes them: running lines, headings, broken lines and a table."""
    made = FPDF()
    made.set_title("Handbook of a fictional college")
    for number, subject in enumerate(("Fees", "Aid", "Dates", "Credit"), 1):
        made.add_page()
        made.set_font("Helvetica", size=8)
        made.cell(0, 5, "Fictional College - Handbook", new_x="LMARGIN", new_y="NEXT")
        made.set_font("Helvetica", "B", size=20)
        made.cell(0, 12, subject, new_x="LMARGIN", new_y="NEXT")
        made.set_font("Helvetica", "B", size=14)
        made.cell(0, 10, f"About {subject.lower()}", new_x="LMARGIN", new_y="NEXT")
        made.set_font("Helvetica", size=11)
        text = (
            f"{subject} are told on this page in one paragraph that is longer than one line, and "
        )
        made.multi_cell(0, 6, text * 2 + "ends here.", new_x="LMARGIN", new_y="NEXT")
        made.ln(6)
        made.multi_cell(0, 6, f"A second paragraph on {subject}.", new_x="LMARGIN", new_y="NEXT")
        if subject == "Fees":
            with made.table() as table:
                for cells in (("Program", "Fee"), ("Data | basic", "$1,140"), ("Welding", "$900")):
                    table.row(cells)
            made.multi_cell(0, 6, "Words after the table.", new_x="LMARGIN", new_y="NEXT")
        made.set_y(-20)
        made.cell(0, 5, f"Page {number} of 4")
    return bytes(made.output())


def test_letters_and_places_become_markdown(tmp_path: Path) -> None:
    """Headings by size, paragraphs put together again, tables as tables in their place, and no
    running header, footer or page number."""
    found = page(tmp_path, handbook())
    assert found.title == "Handbook of a fictional college"
    sentence = "{} are told on this page in one paragraph that is longer than one line, and "

    def part(subject: str) -> str:
        return (
            f"# {subject}\n\n## About {subject.lower()}\n\n"
            f"{sentence.format(subject) * 2}ends here.\n\nA second paragraph on {subject}.\n\n"
        )

    table = "| Program | Fee |\n| --- | --- |\n| Data \\| basic | $1,140 |\n| Welding | $900 |\n\n"
    whole = part("Fees") + table + "Words after the table.\n\n"
    whole += part("Aid") + part("Dates") + part("Credit")
    assert found.text == whole.removesuffix("\n")


def test_a_heading_at_the_top_of_each_page_stays(tmp_path: Path) -> None:
    """What is set in large letters is not a running line, though its place is the same."""
    lines = [[(20, 72, 720, f"Part {n}"), (11, 72, 690, f"Text {n}, as it is.")] for n in range(5)]
    assert page(tmp_path, pdf_file(lines)).text.count("# Part") == 5


def test_a_fact_at_the_same_place_of_each_page_stays(tmp_path: Path) -> None:
    """Sheets of one program each differ by a number in the same line: it is no page number."""
    lines = [
        [
            (11, 72, 720, f"Tuition: ${n}00"),
            (11, 72, 60, f"College {n + 1}"),
            (9, 72, 40, f"{n + 1}"),
        ]
        for n in range(5)
    ]
    text = page(tmp_path, pdf_file(lines)).text
    assert [f"Tuition: ${n}00" in text for n in range(5)] == [True] * 5
    assert "College" not in text


def test_info_states_what_front_matter_states(tmp_path: Path) -> None:
    """Entries of the Info dictionary give id, address and dates."""
    info = {"id": "fees-2026", "url": "https://college.example/f", "effective_from": "2026-07-01"}
    found = page(tmp_path, pdf_file([[(11, 72, 690, "Fees.")]], info={**info, "Title": "Our fees"}))
    assert (found.id, found.title, found.url) == ("fees-2026", "Our fees", info["url"])
    assert found.validity.effective_from == date(2026, 7, 1)


def test_a_scan_is_told(tmp_path: Path) -> None:
    """Pages without a letter are skipped with what to do."""
    (item,) = items(READER, write(tmp_path / "scan.pdf", pdf_file([[]])))
    assert isinstance(item, Skipped)
    assert "scan.pdf: has no text" in str(item)
    assert "OCR" in item.allowed


def test_a_locked_file_is_told(tmp_path: Path) -> None:
    """A PDF that asks for a password says so."""
    made = FPDF()
    made.add_page()
    made.set_encryption(owner_password="owner", user_password="user")
    path = write(tmp_path / "fees.pdf", bytes(made.output()))
    with pytest.raises(SourceError, match=r"fees\.pdf: .*it asks for a password"):
        items(READER, path)


def test_too_many_pages_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of pages is limited before any is read."""
    monkeypatch.setattr(pdf, "MOST_PAGES", 3)
    with pytest.raises(SourceTooLarge, match="has 4 pages, over the limit of 3"):
        page(tmp_path, pdf_file([[(11, 72, 690, "x")]] * 4))


def test_tables_after_the_limit_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words of later tables are kept as text, and the report says from which page on."""
    monkeypatch.setattr(pdf, "MOST_TABLE_PAGES", 0)
    told, found = items(READER, write(tmp_path / "fees.pdf", handbook()))
    assert isinstance(told, Skipped)
    assert told.where == "fees.pdf page 1"
    assert isinstance(found, Document)
    assert "| --- |" not in found.text
    assert "$1,140" in found.text


FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
HOSTILE = {
    "a tree of pages that holds itself": pdf_of(
        [CATALOG, b"<< /Type /Pages /Count 1 /Kids [2 0 R] >>", FONT, b"<< >>"]
    ),
    "a count that is a lie": pdf_of(
        [CATALOG, b"<< /Type /Pages /Count 2000000000 /Kids [] >>", FONT, b"<< >>"]
    ),
    "deep nesting": pdf_of([CATALOG, b"[" * 200_000 + b"]" * 200_000, FONT, b"<< >>"]),
    "a stream that calls itself": pdf_of(
        [
            CATALOG,
            b"<< /Type /Pages /Count 1 /Kids [6 0 R] >>",
            FONT,
            b"<< >>",
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources "
            b"<< /XObject << /X 5 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 7 0 R /Resources "
            b"<< /XObject << /X 5 0 R >> >> >>",
            pdf_stream(b"/X Do"),
        ]
    ),
    "a length that is a lie": pdf_of(
        [CATALOG, b"<< /Type /Pages /Count 0 /Kids [] >>", FONT, b"<< >>",
         b"<< /Length 99999999999 >>\nstream\nx\nendstream"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_gives_nothing_and_harms_nothing(tmp_path: Path, what: str) -> None:
    """It is refused, or has no text; the process that reads it stays within its limits."""
    path = write(tmp_path / "h.pdf", HOSTILE[what])
    with ReadingProcess(Limits(seconds=20)) as process:
        try:
            found = process.read(READER, path, None)
        except SourceError as error:
            assert "h.pdf" in str(error)
        else:
            assert all(isinstance(item, Skipped) for item in found)
