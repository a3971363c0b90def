"""A source is read whole or not at all, and what must not be published is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_readers import write
from editions import LIMIT, SAMPLE

from knowledge_base.catalog.acceptance import LONGEST_ID, LONGEST_TITLE, objection
from knowledge_base.errors import MappingError, SourceError, SourceTooLarge, UnknownFormat
from knowledge_base.importing import read_source
from knowledge_base.model import Document, Validity


def test_a_folder_is_read_with_what_it_cannot_read(tmp_path: Path) -> None:
    """Known files in order, unknown ones reported, hidden ones left alone."""
    write(tmp_path / "b.md", "# B\n\nText.\n")
    write(tmp_path / "a.md", "# A\n\nText.\n")
    write(tmp_path / "photo.bin", "x")
    write(tmp_path / ".secret.md", "# S\n\nText.\n")
    found = read_source(tmp_path, None, None, LIMIT)
    assert [entry.document.title for entry in found.entries] == ["A", "B"]
    assert [skipped.where for skipped in found.skipped] == ["photo.bin"]
    assert (found.format, found.location) == ("markdown", str(tmp_path.resolve()))


def test_the_mapping_beside_a_table_is_its_mapping(tmp_path: Path) -> None:
    """A folder with a table and `FILE.toml` is taken as it stands, and so is the table alone."""
    table = write(tmp_path / "courses.csv", "ref,award\nA1,Data\n")
    write(tmp_path / "courses.toml", '[fields]\nid = "ref"\ntitle = "award"\n')
    write(tmp_path / "a.md", "# A\n\nText.\n")
    whole = read_source(tmp_path, None, None, LIMIT)
    assert [entry.document.title for entry in whole.entries] == ["A", "Data"]
    assert not whole.skipped
    (entry,) = read_source(table, None, None, LIMIT).entries
    assert entry.document.id == "A1"


def test_a_mapping_that_leads_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    """A link beside a table says nothing about it."""
    inside = tmp_path / "inside"
    inside.mkdir()
    write(inside / "courses.csv", "ref,award\nA1,Data\n")
    away = write(tmp_path / "away.toml", '[fields]\nid = "ref"\ntitle = "award"\n')
    (inside / "courses.toml").symlink_to(away)
    with pytest.raises(MappingError, match="needs a mapping file"):
        read_source(inside, None, None, LIMIT)


def test_rules_are_among_the_formats_to_name(tmp_path: Path) -> None:
    """Who named their table of rules otherwise learns which formats there are."""
    with pytest.raises(UnknownFormat, match=r"--as: .*equivalencies"):
        read_source(write(tmp_path / "bursaries.toml", "x = 1\n"), None, None, LIMIT)


def test_a_folder_below_a_hidden_one_is_read(tmp_path: Path) -> None:
    """Only what is hidden inside the source is left alone, not a source in a hidden place."""
    folder = tmp_path / ".config" / "pages"
    folder.mkdir(parents=True)
    write(folder / "a.md", "# A\n\nText.\n")
    assert len(read_source(folder, None, None, LIMIT).entries) == 1


def test_a_folder_without_known_files_is_an_error(tmp_path: Path) -> None:
    """An import that found nothing must not look like an import that removed everything."""
    write(tmp_path / "photo.bin", "x")
    with pytest.raises(UnknownFormat, match="no file in it has a format that is known"):
        read_source(tmp_path, None, None, LIMIT)


def test_a_missing_path_names_itself(tmp_path: Path) -> None:
    """A typing mistake in the path is said plainly."""
    with pytest.raises(SourceError, match=r"nowhere: there is no such file or folder"):
        read_source(tmp_path / "nowhere", None, None, LIMIT)


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    """A download that failed must not remove what was imported before."""
    with pytest.raises(SourceError, match=r"p\.jsonl: is empty"):
        read_source(write(tmp_path / "p.jsonl", ""), "pages", None, LIMIT)


def test_the_limit_names_the_setting(tmp_path: Path) -> None:
    """A file over the limit says its size, the limit, and which setting raises it."""
    path = write(tmp_path / "a.md", "x" * 101)
    with pytest.raises(SourceTooLarge, match=r"101 bytes.*100.*source_limit_megabytes"):
        read_source(path, None, None, 100)


def test_a_line_of_megabytes_is_read(tmp_path: Path) -> None:
    """One endless line is a page like another."""
    path = write(tmp_path / "a.md", "word " * 400_000)
    (entry,) = read_source(path, None, None, LIMIT).entries
    assert len(entry.document.text) > 1_900_000


def test_an_id_in_two_files_is_told(tmp_path: Path) -> None:
    """The first document of an id is kept, the second is reported with its file."""
    for name in ("a.md", "b.md"):
        write(tmp_path / name, "---\nid: same\n---\nText.\n")
    found = read_source(tmp_path, None, None, LIMIT)
    assert len(found.entries) == 1
    assert (found.skipped[0].field, found.skipped[0].value) == ("id", "same")
    assert "b.md" in found.skipped[0].where


def test_a_program_names_what_it_stacks_into() -> None:
    """The page of a program gives the title of another program beside its code."""
    found = read_source(SAMPLE / "programs.csv", None, SAMPLE / "programs.toml", LIMIT)
    page = next(e.document for e in found.entries if e.document.id == "MHC-DA101")
    assert "Data Analytics with Python (MHC-DA120)" in page.text


def made(**values: object) -> Document:
    facts = {"id": "a", "title": "Aid", "text": "Ask us.", **values}
    return Document(**facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (made(id="x" * (LONGEST_ID + 1)), "id"),
        (made(id=" "), "id"),
        (made(title="x" * (LONGEST_TITLE + 1)), "title"),
        (made(url="javascript:alert(1)"), "url"),
        (made(url="//evil.example/x"), "url"),
        (made(url="/\\evil.example"), "url"),
        (made(url="https://"), "url"),
        (made(url="https://a.example/b c"), "url"),
        (made(url="data:text/html,x"), "url"),
        (made(validity=Validity.from_wire(
            {"effective_from": "2027-01-01", "effective_to": "2026-01-01"})), "effective_to"),
        (made(text="Pay \U000e0041\U000e0042 now"), "text"),
        (made(text="Pay \u202e$001\u202c now"), "text"),
        (made(title="Aid\u202d"), "title"),
        (made(text="half \ud800 pair"), "text"),
        (made(text="nul \0"), "text"),
    ],
)  # fmt: skip
def test_what_must_not_be_published_is_refused(document: Document, field: str) -> None:
    """Addresses that run code or lie about their host, hidden characters, impossible ranges."""
    refused = objection(document, "here")
    assert refused is not None
    assert (refused.where, refused.field) == ("here", field)
    assert refused.allowed
    assert str(refused).encode("utf-8")


@pytest.mark.parametrize(
    "document",
    [
        made(url="https://fictional.example/a?b=c#d"),
        made(url="/pages/aid"),
        made(url=None),
        made(text="زمان\u200fالدفع, \u2067عربي\u2069, e\u200dmoji 👩\u200d🎓"),
        made(id="x" * LONGEST_ID, title="x" * LONGEST_TITLE),
    ],
)
def test_what_is_sound_is_taken(document: Document) -> None:
    """Right-to-left marks and joiners are how Arabic, Hebrew and emoji are written."""
    assert objection(document, "here") is None


def test_refused_documents_are_reported_and_the_others_kept(tmp_path: Path) -> None:
    """One bad page of a file does not keep the others out."""
    path = write(
        tmp_path / "p.jsonl",
        '{"doc_id": "a", "title": "A", "text": "x", "url": "javascript:x"}\n'
        '{"doc_id": "b", "title": "B", "text": "half \\ud800 pair"}\n'
        '{"doc_id": "c", "title": "C", "text": "x"}\n',
    )
    found = read_source(path, None, None, LIMIT)
    assert [entry.document.id for entry in found.entries] == ["c"]
    told = sorted(str(skipped) for skipped in found.skipped)
    assert "p.jsonl 'a': field 'url'" in told[0]
    assert "p.jsonl 'b': holds half a character" in told[1]
