"""The Excel format: the contract of readers, and what is its own."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from contract_readers import MAPPING, BinaryFiles, Case, ReaderContract, write
from office_files import part_of, with_part, xlsx_file
from reader_cases import CASES

from knowledge_base.catalog import readers
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item
from knowledge_base.errors import MappingError, SourceError, SourceTooLarge
from knowledge_base.model import Cost, Offering, Program, Skipped
from knowledge_base.reading import Limits, ReadingProcess

READER = readers()["xlsx"]
HEADER = ["code", "title", "credits", "price"]
SHEET = "xl/worksheets/sheet1.xml"


class TestXlsxContract(BinaryFiles, ReaderContract):
    """What every reader does."""

    format = "xlsx"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def read(tmp_path: Path, content: bytes, mapping: Mapping = MAPPING) -> list[Item]:
    return list(READER.read(write(tmp_path / "p.xlsx", content), mapping))


def test_cells_are_read_as_a_table_shows_them(tmp_path: Path) -> None:
    """Whole numbers, amounts, dates and texts arrive as the same facts as from CSV."""
    mapping = Mapping.model_validate(
        {
            "fields": {"id": "code", "title": "title", "credits": "credits",
                       "credit_bearing": "credit", "last_verified": "checked"},
            "costs": [{"purpose": "tuition", "amount": "price"}],
            "offerings": {"starts": "starts"},
        }
    )  # fmt: skip
    header = [*HEADER, "credit", "checked", "starts"]
    row = [101, "Data", 3.0, 1140.1, True, date(2026, 10, 5), datetime(2027, 1, 11, 9, 30)]
    (program,) = read(tmp_path, xlsx_file([header, row]), mapping)
    assert isinstance(program, Program)
    assert (program.id, program.credits, program.credit_bearing) == ("101", Decimal(3), True)
    assert program.costs == (Cost("tuition", Decimal("1140.1")),)
    assert program.validity.last_verified == date(2026, 10, 5)
    assert program.offerings == (Offering(starts=date(2027, 1, 11)),)


def test_rows_are_told_as_the_program_numbers_them(tmp_path: Path) -> None:
    """Empty rows before the header and between programs count, and hold nothing."""
    rows = [[], HEADER, ["A1", "Data", 1, 1], [], ["A2", "Welding", "many", 1]]
    kept, unclear, skipped = read(tmp_path, xlsx_file(rows))
    assert isinstance(kept, Program)
    assert isinstance(unclear, Program)
    assert unclear.credits is None
    assert isinstance(skipped, Skipped)
    assert skipped.where == "p.xlsx sheet 'Programs' row 5"


def test_other_sheets_are_told(tmp_path: Path) -> None:
    """Every sheet with the columns is read, whatever their order; notes beside them are named."""
    content = xlsx_file(
        [HEADER, ["A1", "Data", 1, 1]],
        Spring=[["price", "title", "credits", "code", "remark"], [5, "Welding", 2, "A2", "!"]],
        Notes=[["who", "what"], ["me", "hello"]],
    )
    first, second, skipped = read(tmp_path, content)
    assert [item.id for item in (first, second) if isinstance(item, Program)] == ["A1", "A2"]
    assert "sheet 'Notes'" in str(skipped)
    assert "lacks code, credits, price, title" in str(skipped)


def test_a_mapping_for_another_workbook_is_told(tmp_path: Path) -> None:
    """The closest sheet, what it lacks, and what it has."""
    content = xlsx_file([["code", "name", "credits", "price"]], Notes=[["x"]])
    with pytest.raises(MappingError, match=r"'Programs' lacks: title; it has: code, name"):
        read(tmp_path, content)
    with pytest.raises(MappingError, match="needs a mapping file"):
        list(READER.read(tmp_path / "p.xlsx", None))


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    """Nobody could tell which of the two holds."""
    with pytest.raises(SourceError, match=r"sheet 'Programs' names columns twice: price"):
        read(tmp_path, xlsx_file([[*HEADER, "price"], ["A1", "Data", 1, 1, 2]]))


GOOD = xlsx_file([HEADER, ["A1", "Data", 1, 1]])


def test_entities_are_refused(tmp_path: Path) -> None:
    """A sheet that declares entities is refused unread."""
    bomb = b"<!DOCTYPE x [<!ENTITY a 'lol'>]>" + part_of(GOOD, SHEET)
    with pytest.raises(SourceError, match="declares a document type"):
        read(tmp_path, with_part(GOOD, SHEET, bomb))


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    """Three megabytes of blanks in a kilobyte."""
    with pytest.raises(SourceTooLarge, match="more than 100 times its size"):
        read(tmp_path, with_part(GOOD, SHEET, part_of(GOOD, SHEET) + b" " * 3_000_000))


def test_a_sheet_as_large_as_excel_allows_stays_within_memory(tmp_path: Path) -> None:
    """One cell in the last corner would be a table of 17 billion cells."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    sheet = part_of(GOOD, SHEET).replace(b"</sheetData>", far)
    path = write(tmp_path / "p.xlsx", with_part(GOOD, SHEET, sheet))
    with (
        ReadingProcess(Limits(seconds=30)) as process,
        pytest.raises(SourceError, match=r"p\.xlsx: "),
    ):
        process.read(READER, path, MAPPING)
