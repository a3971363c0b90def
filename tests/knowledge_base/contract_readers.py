"""What every reader must do; a format's test inherits it and gives one fixture."""

from __future__ import annotations

import codecs
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge_base.catalog import readers
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item, Reader
from knowledge_base.errors import SourceError
from knowledge_base.model import Document, Program, Skipped

MAPPING = Mapping.model_validate(
    {
        "institution": "Fictional College",
        "fields": {"id": "code", "title": "title", "credits": "credits"},
        "costs": [{"purpose": "tuition", "amount": "price"}],
    }
)


@dataclass(frozen=True, slots=True)
class Case:
    """One format: a good file, and the same with one bad value."""

    name: str
    suffix: str
    good: str | bytes
    bad: str | bytes
    """`good` with one value that cannot be taken."""
    field: str
    """The field or column of the bad value."""
    value: str
    """The bad value."""
    kept: int
    """How many items of `bad` can be taken all the same."""


class ReaderContract:
    """Inherit it in a class whose `case` fixture returns the `Case` of its `format`."""

    format: str

    @pytest.fixture
    def case(self) -> Case:
        """The format's files."""
        raise NotImplementedError

    @pytest.fixture
    def reader(self, case: Case) -> Reader:
        """The format's reader."""
        return readers()[case.name]

    @pytest.fixture
    def good(self, case: Case, tmp_path: Path) -> Path:
        """A file without fault."""
        return write(tmp_path / f"good{case.suffix}", case.good)

    def test_the_name_is_the_module(self, case: Case, reader: Reader) -> None:
        """What `--as` takes is the name of the file that reads it."""
        assert type(reader).__module__ == f"knowledge_base.catalog.{case.name}"

    def test_it_recognises_its_own_files(self, reader: Reader, good: Path) -> None:
        """A file of the format is recognised by its first bytes and its ending."""
        assert reader.recognises(good, good.read_bytes()[:4096])

    def test_a_byte_order_mark_changes_nothing(
        self, case: Case, reader: Reader, good: Path, tmp_path: Path
    ) -> None:
        """A file that Windows marked as UTF-8 is recognised and read like any other."""
        marked = tmp_path / "marked" / good.name
        marked.parent.mkdir()
        marked.write_bytes(codecs.BOM_UTF8 + good.read_bytes())
        assert reader.recognises(marked, marked.read_bytes()[:4096])
        assert items(reader, marked) == items(reader, good)

    def test_every_item_is_content_or_a_reason(self, reader: Reader, good: Path) -> None:
        """A good file gives documents or programs and skips nothing."""
        found = items(reader, good)
        assert found
        assert all(isinstance(item, Document | Program) for item in found)

    def test_reading_twice_gives_the_same(self, reader: Reader, good: Path) -> None:
        """Reading depends on the file alone."""
        assert items(reader, good) == items(reader, good)

    def test_ids_are_unique(self, reader: Reader, good: Path) -> None:
        """No two items of a file share an id."""
        ids = [item.id for item in items(reader, good) if not isinstance(item, Skipped)]
        assert len(ids) == len(set(ids))

    def test_another_encoding_is_an_error_that_names_the_file(
        self, reader: Reader, good: Path
    ) -> None:
        """A file that is not UTF-8 is refused as a whole, never half read with wrong letters."""
        good.write_bytes(good.read_bytes() + b"\n\xff\xfe caf\xe9\n")
        with pytest.raises(SourceError, match=good.name):
            items(reader, good)

    def test_a_bad_value_is_told_with_its_place(
        self, case: Case, reader: Reader, tmp_path: Path
    ) -> None:
        """What cannot be taken says where, which field, which value, what is allowed."""
        found = items(reader, write(tmp_path / f"bad{case.suffix}", case.bad))
        skipped = [item for item in found if isinstance(item, Skipped)]
        assert len(skipped) == 1
        assert f"bad{case.suffix}" in skipped[0].where
        assert (skipped[0].field, skipped[0].value) == (case.field, case.value)
        assert skipped[0].allowed
        assert len(found) - 1 == case.kept

    def test_an_empty_file_holds_nothing(self, case: Case, reader: Reader, tmp_path: Path) -> None:
        """An empty file gives no content; it says so or gives nothing at all."""
        empty = write(tmp_path / f"empty{case.suffix}", "")
        try:
            found = items(reader, empty)
        except SourceError as error:
            assert empty.name in str(error)
        else:
            assert all(isinstance(item, Skipped) for item in found)


class BinaryFiles:
    """What replaces the tests about encodings where a format is no text; named before the contract.

    `class TestPdfContract(BinaryFiles, ReaderContract)`
    """

    test_a_byte_order_mark_changes_nothing = None
    test_another_encoding_is_an_error_that_names_the_file = None

    @pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
    def test_a_file_cut_short_is_an_error_that_names_it(
        self, reader: Reader, good: Path, part: float
    ) -> None:
        """A download that broke off is refused as a whole, never half read."""
        whole = good.read_bytes()
        good.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(SourceError, match=good.name):
            items(reader, good)

    def test_another_format_under_its_name_is_an_error_that_names_it(
        self, reader: Reader, good: Path
    ) -> None:
        """Text, zeros and random bytes under the format's ending are refused."""
        junk = random.Random(3).randbytes(5_000)
        for content in (b"Just a text.", bytes(5_000), junk, good.read_bytes()[:4] + junk):
            good.write_bytes(content)
            with pytest.raises(SourceError, match=good.name):
                items(reader, good)


def write(path: Path, content: str | bytes) -> Path:
    """Write bytes, or a text as UTF-8, and give back the path."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def items(reader: Reader, path: Path) -> list[Item]:
    """Everything that a reader finds in a file."""
    return list(reader.read(path, MAPPING if reader.needs_mapping else None))
