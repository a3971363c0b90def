"""Every format has a contract, and each file goes to one reader."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from contract_readers import Case, ReaderContract, write
from reader_cases import CASES

from knowledge_base.catalog import reader_for, readers
from knowledge_base.errors import SourceError, UnknownFormat


def test_every_format_has_a_contract() -> None:
    """A reader that is added without a case and a class that inherits the contract fails here."""
    modules = [path.stem for path in Path(__file__).parent.glob("test_read_*.py")]
    for module in modules:
        importlib.import_module(module)
    inheriting = {contract.format for contract in ReaderContract.__subclasses__()}
    assert inheriting == {case.name for case in CASES} == set(readers())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_file_goes_to_its_own_reader(case: Case, tmp_path: Path) -> None:
    """Of all readers the right one is chosen, and no other format's reader takes the file."""
    path = write(tmp_path / f"sample{case.suffix}", case.good)
    assert reader_for(path).name == case.name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_only_pickier_readers_share_files(case: Case, tmp_path: Path) -> None:
    """A file that two readers recognise goes to the one that needs no mapping."""
    path = write(tmp_path / f"sample{case.suffix}", case.good)
    takers = [r for r in readers().values() if r.recognises(path, path.read_bytes())]
    assert [r.name for r in takers if not r.needs_mapping] in ([], [case.name])


def test_a_named_format_wins(tmp_path: Path) -> None:
    """`--as` overrides what a file looks like."""
    path = write(tmp_path / "catalog.txt", "code,title\nA1,Data\n")
    assert reader_for(path, "csv").name == "csv"


def test_an_unknown_name_lists_the_formats(tmp_path: Path) -> None:
    """A wrong `--as` tells which formats there are."""
    with pytest.raises(UnknownFormat, match=r"'vellum' is not a format; there are: .*pdf.*csv"):
        reader_for(tmp_path / "x", "vellum")


def test_an_unknown_file_names_itself(tmp_path: Path) -> None:
    """A file that nobody recognises says which one, and what to do."""
    path = write(tmp_path / "notes.bin", "hello")
    with pytest.raises(UnknownFormat, match=r"notes\.bin: no reader recognises it; name one"):
        reader_for(path)


def test_a_file_that_is_not_there_names_itself(tmp_path: Path) -> None:
    """A missing file is an error of the source, not of the system."""
    with pytest.raises(SourceError, match=r"nowhere\.md: cannot be opened"):
        reader_for(tmp_path / "nowhere.md")
