"""Whatever a file does to the process that parses it, the assistant goes on and says so."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from contract_readers import MAPPING, Case, items, write
from hostile_reader import READER
from reader_cases import CASES
from typer.testing import CliRunner

from advisor.command import app
from knowledge_base.catalog import readers
from knowledge_base.errors import SourceError, SourceTooLarge
from knowledge_base.importing import read_source
from knowledge_base.model import Document
from knowledge_base.reading import Limits, ReadingProcess

LIMITS = Limits(memory_bytes=256 * 2**20, cpu_seconds=2, seconds=100.0, output_bytes=5_000_000)


@pytest.fixture
def process() -> Iterator[ReadingProcess]:
    with ReadingProcess(LIMITS) as process:
        yield process


def texts(process: ReadingProcess, folder: Path, word: str) -> list[str]:
    found = process.read(READER, write(folder / f"{word}.x", word), None)
    return [item.text for item in found if isinstance(item, Document)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_child_reads_what_the_reader_reads(
    process: ReadingProcess, case: Case, tmp_path: Path
) -> None:
    """Documents, programs and reasons come out of the process as they went in, dates and all."""
    reader = readers()[case.name]
    mapping = MAPPING if reader.needs_mapping else None
    for name, content in (("good", case.good), ("bad", case.bad)):
        path = write(tmp_path / f"{name}{case.suffix}", content)
        assert process.read(reader, path, mapping) == items(reader, path)


@pytest.mark.parametrize(
    ("word", "kind", "message"),
    [
        ("die", SourceError, r"ended the process that read it \(SIGSEGV\)"),
        ("leave", SourceError, r"ended the process that read it \(status 0\)"),
        ("burn", SourceError, r"more than 2 seconds of the processor"),
        ("swell", SourceTooLarge, r"more than 256 MB of memory"),
        ("flood", SourceTooLarge, r"more than 5,000,000 bytes of content"),
        ("recurse", SourceError, r"nested too deeply"),
        ("refuse", SourceTooLarge, r"too large to like"),
        ("fail", SourceError, r"its reader failed \(KeyError\)"),
        ("write", SourceError, r"its reader failed \(OSError\)"),
    ],
)
def test_a_misdeed_is_an_error_that_names_file_and_limit(
    process: ReadingProcess, tmp_path: Path, word: str, kind: type[SourceError], message: str
) -> None:
    """Crash, endless work, memory, floods: each is one error, and the next file is read."""
    with pytest.raises(SourceError, match=rf"{word}\.x.*{message}") as caught:
        texts(process, tmp_path, word)
    assert type(caught.value) is kind
    assert "student" not in str(caught.value)
    assert texts(process, tmp_path, "behave") == ["behave"]


def test_a_child_that_waits_for_ever_is_ended(tmp_path: Path) -> None:
    """The wall time is named, and the process is gone afterwards."""
    with ReadingProcess(Limits(seconds=1.5)) as process:
        with pytest.raises(SourceError, match=r"hang\.x.*within 1\.5 seconds"):
            texts(process, tmp_path, "hang")
        assert texts(process, tmp_path, "behave") == ["behave"]


def test_nothing_is_written(process: ReadingProcess, tmp_path: Path) -> None:
    """A parser that is tricked into writing a file writes none of its bytes."""
    with pytest.raises(SourceError):
        texts(process, tmp_path, "write")
    escaped = tmp_path / "escaped"
    assert not escaped.exists() or escaped.stat().st_size == 0


def test_what_a_library_prints_is_no_answer(process: ReadingProcess, tmp_path: Path) -> None:
    """Output of a parser on either stream is not taken for content."""
    assert texts(process, tmp_path, "talk") == ["talk"]


def test_the_child_knows_no_secret(
    process: ReadingProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Environment variables, which may hold the database's password, are not handed on."""
    monkeypatch.setenv("SECRET", "of this process")
    assert os.environ["SECRET"]
    assert texts(process, tmp_path, "environment") == ["none"]


def test_half_a_character_is_told(process: ReadingProcess, tmp_path: Path) -> None:
    """A text that cannot be sent is skipped with its file, and the others come through."""
    lines = (
        '{"doc_id": "a", "title": "A", "text": "\\ud800"}',
        '{"doc_id": "b", "title": "B", "text": "x"}',
    )
    path = write(tmp_path / "p.jsonl", "\n".join(lines))
    skipped, kept = process.read(readers()["pages"], path, None)
    assert re.search(r"p\.jsonl 'a': holds half a character", str(skipped))
    assert isinstance(kept, Document)


@pytest.mark.parametrize("name", ["html", "pdf", "docx", "xlsx", "pages"])
def test_junk_of_200_megabytes_is_refused_by_its_size(tmp_path: Path, name: str) -> None:
    """Not a byte of it is read, in whatever format it comes."""
    path = tmp_path / "junk"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(SourceTooLarge, match=r"junk: 200,000,000 bytes"):
        read_source(path, name, None, 50_000_000)


def test_a_folder_with_one_hostile_file_is_not_taken(tmp_path: Path) -> None:
    """A source is taken whole or not at all, and the file that keeps it out is named."""
    write(tmp_path / "aid.html", "<h1>Aid</h1><p>Ask us.</p>")
    (entry,) = read_source(tmp_path, None, None, 50_000_000).entries
    assert entry.document.title == "Aid"
    write(tmp_path / "deep.html", "<div>" * 900 + "x")
    with pytest.raises(SourceError, match=r"deep\.html: is nested too deeply"):
        read_source(tmp_path, None, None, 50_000_000)


def test_the_help_of_import_names_every_format() -> None:
    """What `--as` takes is read from the readers that there are."""
    shown = CliRunner().invoke(app, ["import", "--help"], env={"COLUMNS": "400"}).output
    assert all(name in shown.partition("--as")[2].partition("--map")[0] for name in readers())


def test_a_folder_of_every_format_is_one_source(tmp_path: Path) -> None:
    """All files are read together, and the formats are told in what the database can hold."""
    for case in CASES:
        if not readers()[case.name].needs_mapping:
            write(tmp_path / f"{case.name}{case.suffix}", case.good)
    found = read_source(tmp_path, None, None, 50_000_000)
    names = {case.name for case in CASES if not readers()[case.name].needs_mapping}
    assert found.format == f"{len(names)} formats"
    assert {"docx", "html", "pdf"} <= {entry.document.id for entry in found.entries}
