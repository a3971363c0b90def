"""The Word format: the contract of readers, and what is its own."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from contract_readers import BinaryFiles, Case, ReaderContract, items, write
from office_files import docx_file, part_of, with_part
from reader_cases import CASES

from knowledge_base.catalog import archive, readers
from knowledge_base.errors import SourceError, SourceTooLarge
from knowledge_base.model import Document

READER = readers()["docx"]
DOCUMENT = "word/document.xml"


class TestDocxContract(BinaryFiles, ReaderContract):
    """What every reader does."""

    format = "docx"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def page(tmp_path: Path, content: bytes) -> Document:
    (item,) = items(READER, write(tmp_path / "aid.docx", content))
    assert isinstance(item, Document)
    return item


def test_headings_lists_and_tables_become_markdown(tmp_path: Path) -> None:
    """Styles of Word are what Markdown has signs for."""
    made = docx_file(
        [
            ("Title", "Aid"),
            ("Heading 1", "Who gets it"),
            ("Normal", "Everybody who asks."),
            ("List Bullet", "First"),
            ("List Bullet", "Second"),
            ("Heading 2", "How much"),
        ],
        table=[["Program", "Aid"], ["Data", "$100"]],
    )
    assert page(tmp_path, made).text == (
        "# Aid\n\n# Who gets it\n\nEverybody who asks.\n\n- First\n- Second\n\n## How much\n\n"
        "| Program | Aid |\n| --- | --- |\n| Data | $100 |\n"
    )


def test_properties_state_what_front_matter_states(tmp_path: Path) -> None:
    """Custom properties of the document give its id, address and dates, however they are spelt."""
    stated = {
        "ID": "aid-2026",
        "URL": "https://college.example/aid",
        "Effective from": "2026-07-01T00:00:00Z",
        "last-verified": "2026-10-05",
    }
    found = page(tmp_path, docx_file([("Normal", "Ask.")], title=" Our aid ", properties=stated))
    assert (found.id, found.title, found.url) == ("aid-2026", "Our aid", stated["URL"])
    assert found.validity.effective_from == date(2026, 7, 1)
    assert found.validity.last_verified == date(2026, 10, 5)


def test_without_a_title_the_first_heading_counts(tmp_path: Path) -> None:
    """Most documents have no title among their properties."""
    assert page(tmp_path, docx_file([("Heading 1", "Aid")])).title == "Aid"
    assert page(tmp_path, docx_file([("Normal", "Ask us.")])).title == "aid"


def refusal(tmp_path: Path, content: bytes) -> SourceError:
    path = write(tmp_path / "aid.docx", content)
    with pytest.raises(SourceError, match=r"aid\.docx: ") as caught:
        items(READER, path)
    return caught.value


GOOD = docx_file([("Normal", "Ask us.")])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "part", [DOCUMENT, "word/styles.xml", "docProps/custom.xml", "_rels/.rels"]
)
def test_entities_are_refused(tmp_path: Path, part: str, encoding: str) -> None:
    """A part that declares entities, by which a line grows to gigabytes, is refused unread."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "lol">{levels}]><x>&l9;</x>'
    told = refusal(tmp_path, with_part(GOOD, part, bomb.encode(encoding)))
    assert "declares a document type" in str(told)


def test_an_entity_far_into_a_part_is_refused(tmp_path: Path) -> None:
    """A long comment before the declaration hides nothing."""
    comment = f"<!--{random.Random(3).randbytes(499_994).hex()}-->"
    told = refusal(tmp_path, with_part(GOOD, DOCUMENT, f"{comment}<!DOCTYPE x><x/>".encode()))
    assert "declares a document type" in str(told)


def test_a_bomb_of_one_part_is_refused(tmp_path: Path) -> None:
    """Two megabytes of the same letter, packed a thousand times smaller."""
    told = refusal(tmp_path, with_part(GOOD, "word/media/a.bin", bytes(2_000_000)))
    assert isinstance(told, SourceTooLarge)
    assert "more than 100 times its size" in str(told)


def test_a_bomb_of_many_parts_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What all parts unpack to together is limited, and so is their number."""
    whole = sum(len(part_of(GOOD, name)) for name in (DOCUMENT, "word/styles.xml"))
    monkeypatch.setattr(archive, "MOST_BYTES", whole)
    told = refusal(tmp_path, GOOD)
    assert isinstance(told, SourceTooLarge)
    assert f"over the limit of {whole:,}" in str(told)
    monkeypatch.setattr(archive, "MOST_PARTS", 3)
    assert "parts, over the limit of 3" in str(refusal(tmp_path, GOOD))


def test_names_that_climb_are_never_written(tmp_path: Path) -> None:
    """A part called `../escaped` is no path: it is looked at and left where it is."""
    inner = tmp_path / "inner"
    inner.mkdir()
    climbing = with_part(with_part(GOOD, "../escaped.txt", b"x"), "/tmp-escaped.txt", b"x")
    page(inner, climbing)
    assert [path.name for path in tmp_path.rglob("*")] == ["inner", "aid.docx"]


def test_another_archive_is_refused(tmp_path: Path) -> None:
    """A workbook that was renamed says what it lacks."""
    other = next(case.good for case in CASES if case.name == "xlsx")
    assert isinstance(other, bytes)
    assert "it has no word/document.xml" in str(refusal(tmp_path, other))


def test_pictures_outside_are_not_read(tmp_path: Path) -> None:
    """A document that links to a file of this machine as a picture does not get it."""
    (tmp_path / "secret.txt").write_text("the secret")
    rels = part_of(GOOD, "word/_rels/document.xml.rels").decode()
    link = (
        '<Relationship Id="rIdX" TargetMode="External" Target="secret.txt" Type="http://schemas.'
        'openxmlformats.org/officeDocument/2006/relationships/image"/></Relationships>'
    )
    body = part_of(GOOD, DOCUMENT).decode()
    picture = (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/'
        '2006/wordprocessingDrawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/'
        'drawingml/2006/main"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.'
        'org/drawingml/2006/picture"><pic:blipFill><a:blip r:link="rIdX"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p></w:body>"
    )
    made = with_part(GOOD, DOCUMENT, body.replace("</w:body>", picture).encode())
    made = with_part(
        made, "word/_rels/document.xml.rels", rels.replace("</Relationships>", link).encode()
    )
    assert page(tmp_path, made).text == "Ask us.\n"
