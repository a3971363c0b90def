"""The markdown format: the contract of readers, and what is its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from contract_readers import Case, ReaderContract, items, write
from reader_cases import CASES

from knowledge_base.catalog import readers
from knowledge_base.errors import SourceError
from knowledge_base.model import Document, Skipped, Validity

READER = readers()["markdown"]


class TestMarkdownContract(ReaderContract):
    """What every reader does."""

    format = "markdown"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def test_front_matter_becomes_facts(tmp_path: Path) -> None:
    """Title, dates and address come from the front matter, the text is what follows it."""
    text = (
        "---\nid: aid\ntitle: Aid\ninstitution: Fictional College\nurl: /aid\n"
        "effective_from: 2026-07-01\nlast_verified: 2026-10-30\n---\nAsk *us*.\n"
    )
    (page,) = items(READER, write(tmp_path / "p.md", text))
    assert isinstance(page, Document)
    assert (page.id, page.title, page.url) == ("aid", "Aid", "/aid")
    assert page.text == "Ask *us*."
    assert page.validity.to_wire() == {
        "effective_from": "2026-07-01",
        "effective_to": None,
        "last_verified": "2026-10-30",
    }


def test_a_page_without_front_matter_is_named_by_heading_and_file(tmp_path: Path) -> None:
    """Plain Markdown needs nothing more."""
    (page,) = items(READER, write(tmp_path / "how-to-apply.md", "# How to apply\n\nOnline.\n"))
    assert isinstance(page, Document)
    assert (page.id, page.title) == ("how-to-apply", "How to apply")
    assert page.validity == Validity()


def test_braces_at_the_start_are_text(tmp_path: Path) -> None:
    """A page that begins with a brace is no front matter in another language."""
    (page,) = items(READER, write(tmp_path / "p.md", "{\nnot: json\n}\n\nHello.\n"))
    assert isinstance(page, Document)
    assert page.text.startswith("{")


@pytest.mark.parametrize(
    "front",
    ["title: [unclosed", "effective_from: 2026-02-31", "a: " + "[" * 100_000],
)
def test_broken_front_matter_names_the_file(tmp_path: Path, front: str) -> None:
    """Bad YAML, a day that does not exist and absurd depth are errors of the source."""
    path = write(tmp_path / "p.md", f"---\n{front}\n---\nHello.\n")
    with pytest.raises(SourceError, match=r"p\.md: the front matter is not valid YAML"):
        items(READER, path)


def test_aliases_that_multiply_are_not_expanded(tmp_path: Path) -> None:
    """A title built from nested aliases, 10^9 items when written out, is skipped at once."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 9):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    front = "\n".join([*lines, "title: *a8"])
    (item,) = items(READER, write(tmp_path / "p.md", f"---\n{front}\n---\nHello.\n"))
    assert isinstance(item, Skipped)
    assert item.field == "title"


def test_a_page_without_text_is_skipped(tmp_path: Path) -> None:
    """Front matter alone is no page."""
    (item,) = items(READER, write(tmp_path / "p.md", "---\ntitle: Aid\n---\n\n"))
    assert isinstance(item, Skipped)
    assert item.reason == "has no text"


@pytest.mark.parametrize("written", ["18 January 2027", "18/01/2027", '"2027-01-18T09:00"'])
def test_a_date_is_read_as_people_write_it(tmp_path: Path, written: str) -> None:
    """In words, and in figures that can only be one day."""
    text = f"---\neffective_from: {written}\n---\nHello.\n"
    (page,) = items(READER, write(tmp_path / "p.md", text))
    assert isinstance(page, Document)
    assert page.validity.effective_from == date(2027, 1, 18)


def test_a_date_that_could_be_two_days_skips_the_page(tmp_path: Path) -> None:
    """It must not be answered from outside its time."""
    text = "---\neffective_from: 03/04/2027\n---\nHello.\n"
    (page,) = items(READER, write(tmp_path / "p.md", text))
    assert isinstance(page, Skipped)
    assert (page.field, page.value) == ("effective_from", "03/04/2027")
