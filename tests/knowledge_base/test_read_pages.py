"""The pages format: the contract of readers, and what is its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_readers import Case, ReaderContract, items, write
from reader_cases import CASES

from knowledge_base.catalog import readers
from knowledge_base.model import Document, Skipped

READER = readers()["pages"]


class TestPagesContract(ReaderContract):
    """What every reader does."""

    format = "pages"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def page(tmp_path: Path, line: str) -> object:
    (item,) = items(READER, write(tmp_path / "p.jsonl", line + "\n"))
    return item


def test_a_page_keeps_every_character(tmp_path: Path) -> None:
    """Offsets into the text stay meaningful: nothing is stripped from it."""
    item = page(tmp_path, '{"doc_id": "a", "title": " Aid ", "text": "\\n\\nAsk us. \\n", "x": 1}')
    assert isinstance(item, Document)
    assert (item.title, item.text) == ("Aid", "\n\nAsk us. \n")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('{"doc_id": "a", "title": "Aid"}', "text"),
        ('{"doc_id": "a", "title": " ", "text": "x"}', "title"),
        ('{"doc_id": 7, "title": "Aid", "text": "x"}', "doc_id"),
        ('{"doc_id": "a", "title": "Aid", "text": "x", "url": ["y"]}', "url"),
        ('{"doc_id": "a", "title": "Aid", "text": "x", "institution": {}}', "institution"),
        ('{"doc_id": "a", "title": "Aid", "text": "x", "effective_from": 2026}', "effective_from"),
    ],
)
def test_each_wrong_key_is_named(tmp_path: Path, line: str, field: str) -> None:
    """A page with a key of the wrong kind is skipped, naming the key."""
    item = page(tmp_path, line)
    assert isinstance(item, Skipped)
    assert (item.where, item.field) == ("p.jsonl line 1", field)


@pytest.mark.parametrize("line", ["{", "[" * 100_000, '{"doc_id": ' + "9" * 10_000 + "}", "[]"])
def test_a_line_that_is_no_page_is_skipped(tmp_path: Path, line: str) -> None:
    """Broken, too deep, a number too long, a list: each is one skipped line."""
    assert isinstance(page(tmp_path, line), Skipped)


def test_an_id_twice_is_skipped(tmp_path: Path) -> None:
    """The first page of an id is kept, the second is told."""
    line = '{"doc_id": "a", "title": "Aid", "text": "x"}\n'
    first, second = items(READER, write(tmp_path / "p.jsonl", line * 2))
    assert isinstance(first, Document)
    assert isinstance(second, Skipped)
    assert (second.where, second.field, second.value) == ("p.jsonl line 2", "doc_id", "a")
