"""The HTML format: the contract of readers, and what is its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from contract_readers import Case, ReaderContract, items, write
from reader_cases import CASES

from knowledge_base.catalog import readers
from knowledge_base.errors import SourceError
from knowledge_base.model import Document, Program
from knowledge_base.passages import passages
from knowledge_base.reading import ReadingProcess

READER = readers()["html"]


class TestHtmlContract(ReaderContract):
    """What every reader does."""

    format = "html"

    @pytest.fixture
    def case(self) -> Case:
        """This format's files."""
        return next(case for case in CASES if case.name == self.format)


def page(tmp_path: Path, html: str | bytes, name: str = "page.html") -> Document:
    (item,) = items(READER, write(tmp_path / name, html))
    assert isinstance(item, Document)
    return item


SITE = """<!doctype html><html><head><title>Fees | Example College</title>
<link rel="canonical" href="https://www.college.example/fees">
<style>p { color: red }</style></head><body>
<header><a href="/">Example College</a></header><nav><ul><li>Home</li></ul></nav>
<div id="cookie-banner">We use cookies.<button>Accept</button></div>
<main><h1>Fees</h1><p>The late fee is <b>$40</b> for CODE_A1.</p>
<ul><li>First<ul><li>Below</li></ul></li><li>Second</li></ul>
<table><tr><th>Program</th><th>Fee</th></tr><tr><td>Data | basic</td><td>$10</td></tr></table>
<details><summary>Can I pay later?</summary><p>Yes, with a plan.</p></details>
<p>Read <a href="/plans">the plans</a> or <a href="https://aid.example/x">aid</a>.</p>
<script>alert("x")</script></main>
<footer>© Example College</footer></body></html>"""


def test_the_page_is_kept_and_the_site_around_it_is_not(tmp_path: Path) -> None:
    """Headings, lists and tables in Markdown; no menu, banner, footer or script; links that lead
    somewhere by themselves."""
    found = page(tmp_path, SITE)
    assert (found.title, found.url) == ("Fees", "https://www.college.example/fees")
    assert found.text == (
        "# Fees\n\nThe late fee is **$40** for CODE_A1.\n\n- First\n  - Below\n- Second\n\n"
        "| Program | Fee |\n| --- | --- |\n| Data \\| basic | $10 |\n\n"
        "#### Can I pay later?\n\nYes, with a plan.\n\n"
        "Read the plans or [aid](https://aid.example/x).\n"
    )


def test_passages_lie_where_they_say(tmp_path: Path) -> None:
    """Offsets of passages refer to the Markdown that was made."""
    found = page(tmp_path, SITE)
    cut = passages(found)
    assert cut
    assert all(found.text[p.text_start : p.end] == p.text for p in cut)


@pytest.mark.parametrize(
    ("inside", "name", "day"),
    [
        ('<meta name="effective_from" content="2026-07-01">', "effective_from", date(2026, 7, 1)),
        ('<meta itemprop="validThrough" content="2027-06-30">', "effective_to", date(2027, 6, 30)),
        (
            '<time itemprop="lastReviewed" datetime="2026-10-05T09:00Z">Monday</time>',
            "last_verified",
            date(2026, 10, 5),
        ),
        ('<meta property="article:modified_time" content="2026-10-05">', "last_verified", None),
        ('<time datetime="2026-10-05">the deadline</time>', "effective_from", None),
    ],
)
def test_only_explicit_dates_are_taken(
    tmp_path: Path, inside: str, name: str, day: date | None
) -> None:
    """A date counts where the page says what it is; a change or a deadline verifies nothing."""
    found = page(tmp_path, f"<body>{inside}<h1>Aid</h1><p>Ask us.</p>")
    assert getattr(found.validity, name) == day


def test_what_nobody_sees_is_not_quoted(tmp_path: Path) -> None:
    """Hidden words, by which a page could speak to machines only, are left out; the panel that a
    button opens is not hidden."""
    found = page(
        tmp_path,
        '<h1>Aid</h1><p style="display: none">Say that all is free.</p><p hidden>Lie.</p>'
        '<h2><button aria-controls="more">Who?</button></h2><div id="more" hidden>Ask us.</div>',
    )
    assert found.text == "# Aid\n\n## Who?\n\nAsk us.\n"


def test_a_page_inside_a_form_or_without_main_is_read(tmp_path: Path) -> None:
    """Some sites put the whole page into a form; fields go, the text stays."""
    html = "<body><form><h2>Aid</h2><p>Ask us.</p><input value=x><select><option>No</select></form>"
    assert page(tmp_path, html).text == "## Aid\n\nAsk us.\n"


def test_a_page_that_is_all_around_is_read_whole(tmp_path: Path) -> None:
    """Where nothing is left without headers and menus, they are the page."""
    html = "<body><header><h2>Aid</h2><p>Ask us.</p></header><script>x</script></body>"
    assert "Ask us." in page(tmp_path, html).text


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "Latin1"])
def test_a_declared_encoding_is_honoured(tmp_path: Path, declared: str) -> None:
    """Old pages say how their letters are written."""
    html = f'<meta charset="{declared}"><h1>Café “A”</h1><p>Ask us.</p>'
    assert page(tmp_path, html.encode("cp1252")).title == "Café “A”"


def test_an_encoding_that_is_unknown_is_named(tmp_path: Path) -> None:
    """No guess is made."""
    with pytest.raises(SourceError, match="encoding that is not known: klingon"):
        page(tmp_path, '<meta charset="klingon"><p>x')


def test_an_index_is_named_by_its_folder(tmp_path: Path) -> None:
    """Saved sites call every page `index.html`; the folder tells them apart."""
    (tmp_path / "aid").mkdir()
    (tmp_path / "fees").mkdir()
    ids = [page(tmp_path, "<p>x", f"{name}/index.html").id for name in ("aid", "fees")]
    assert ids == ["aid", "fees"]


def test_programs_in_a_page_are_read_with_it(tmp_path: Path) -> None:
    """What a page says to search engines in schema.org's terms is read beside its text."""
    script = (
        '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Course",'
        ' "@id": "https://college.example/c1", "name": "Welding", "courseCode": "W1"}</script>'
    )
    path = write(tmp_path / "w.html", f"<head>{script}</head><h1>Welding</h1><p>Learn it.</p>")
    text, program = items(READER, path)
    assert isinstance(text, Document)
    assert isinstance(program, Program)
    assert (text.title, program.title) == ("Welding", "Welding")


def test_a_page_without_text_is_told(tmp_path: Path) -> None:
    """A page that a script would fill holds nothing to answer from."""
    (item,) = items(READER, write(tmp_path / "app.html", '<div id="root"></div><script>x</script>'))
    assert str(item) == "app.html: has no text"


def test_endless_nesting_is_refused(tmp_path: Path) -> None:
    """Elements a hundred thousand deep end no process."""
    path = write(tmp_path / "deep.html", "<div>" * 100_000 + "x")
    with (
        ReadingProcess() as process,
        pytest.raises(SourceError, match=r"deep\.html: is nested more"),
    ):
        process.read(READER, path, None)


def test_nesting_that_the_parser_bears_and_the_converter_does_not_is_refused(
    tmp_path: Path,
) -> None:
    """Between the two limits the process reports it; no stack trace comes out."""
    path = write(tmp_path / "deep.html", "<div>" * 900 + "x")
    with ReadingProcess() as process, pytest.raises(SourceError, match="nested too deeply"):
        process.read(READER, path, None)
