"""The csv format: the contract of readers, and what is its own."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from contract_readers import Case, ReaderContract, items, write
from reader_cases import CASES

from knowledge_base.catalog import readers
from knowledge_base.errors import MappingError, SourceError
from knowledge_base.model import Cost, Program, Skipped

READER = readers()["csv"]


class TestCsvContract(ReaderContract):
    """What every reader does."""

    format = "csv"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def test_cells_become_typed_facts(tmp_path: Path) -> None:
    """Quotes, thousands and an empty cell: an absent fact is unknown, never zero."""
    data, welding = items(READER, write(tmp_path / "c.csv", CASES[0].good))
    assert isinstance(data, Program)
    assert isinstance(welding, Program)
    assert (data.title, data.credits) == ("Data, for all", Decimal(3))
    assert data.costs[0].amount == Decimal("1140.50")
    assert welding.credits is None
    assert welding.costs[0].amount == 0


def test_a_slipped_row_is_not_trusted(tmp_path: Path) -> None:
    """A row with a cell too many or too few is skipped: its values stand under wrong names."""
    text = "code,title,credits,price\nA1,Data,3,1,140\nA2,Welding\nA3,Baking,1,5\n"
    surplus, short, whole = items(READER, write(tmp_path / "c.csv", text))
    assert isinstance(surplus, Skipped)
    assert "more cells" in surplus.reason
    assert isinstance(short, Skipped)
    assert (short.reason, short.field) == ("has fewer cells than the header", "credits")
    assert isinstance(whole, Program)


def test_a_column_that_the_table_lacks_is_named(tmp_path: Path) -> None:
    """A mapping for another table says which columns are missing and which there are."""
    path = write(tmp_path / "c.csv", "code,name\nA1,Data\n")
    with pytest.raises(MappingError, match=r"lacks: credits, price, title; it has: code, name"):
        items(READER, path)


def test_a_column_twice_is_an_error(tmp_path: Path) -> None:
    """Two columns of one name: nobody can say which is meant."""
    path = write(tmp_path / "c.csv", "code,title,credits,price,title\nA1,Data,1,2,Other\n")
    with pytest.raises(SourceError, match="header names columns twice: title"):
        items(READER, path)


def test_an_open_quote_names_the_file(tmp_path: Path) -> None:
    """A table that cannot be parsed is refused as a whole."""
    path = write(tmp_path / "c.csv", 'code,title,credits,price\nA1,"Data,1,2\n')
    with pytest.raises(SourceError, match=r"c\.csv: the row that begins on line 2: not a read"):
        items(READER, path)


def test_a_table_needs_a_mapping(tmp_path: Path) -> None:
    """Without --map the error says so."""
    with pytest.raises(MappingError, match="--map"):
        list(READER.read(write(tmp_path / "c.csv", CASES[0].good), None))


def test_a_cell_of_a_megabyte_is_no_crash(tmp_path: Path) -> None:
    """A cell beyond the csv module's limit is an error of the source."""
    path = write(tmp_path / "c.csv", f"code,title,credits,price\nA1,{'x' * 1_000_000},1,2\n")
    with pytest.raises(SourceError, match="field limit"):
        items(READER, path)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_what_stands_between_cells_is_told_by_the_header(tmp_path: Path, delimiter: str) -> None:
    """A spreadsheet with commas in its prices is saved with another sign between its cells."""
    rows = (["code", "title", "credits", '"price"'], ["A1", "Data", "7,5", "1.350,00 €"])
    text = "".join(delimiter.join(row) + "\r\n" for row in rows)
    (program,) = items(READER, write(tmp_path / "c.csv", text))
    assert isinstance(program, Program)
    assert program.credits == Decimal("7.5")
    assert program.costs == (Cost("tuition", Decimal(1350), "EUR"),)
