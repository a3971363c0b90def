"""What students and sources write is shown, and never run."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shelved_content import TEXT

from channels.web.highlight import highlight
from channels.web.markdown import (
    ATTRIBUTES,
    LINK_SCHEMES,
    TAGS,
    document_to_html,
    plain_to_html,
    to_html,
)

BLNS = Path(__file__).parents[3] / "shared" / "data" / "stress" / "blns" / "blns.json"
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A&#x61;vascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "<javascript:alert(1)>",
    "![x](https://evil.example/pixel.png)",
    '[x](https://ok.example "onmouseover=alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '"><script>alert(1)</script>',
    "<a href='https://ok.example' onclick='alert(1)'>x</a>",
    "| a |\n|---|\n| <img src=x onerror=alert(1)> |",
    '<span id="x">y</span>',
]


class Seen(HTMLParser):
    """Every tag and attribute of a page, as a browser would find them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it."""
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


def assert_harmless(markup: str) -> None:
    seen = Seen()
    seen.feed(markup)
    assert seen.tags <= TAGS | {"mark"}
    for tag, name, value in seen.attributes:
        assert name in ATTRIBUTES.get(tag, set()) | {"rel", "target"}
        if name == "href":
            scheme = re.match(r"[\s\x00-\x20]*([a-z][a-z0-9+.-]*):", value or "", re.IGNORECASE)
            assert scheme is None or scheme[1].lower() in LINK_SCHEMES


@pytest.mark.parametrize("attack", ATTACKS)
def test_known_attacks_leave_nothing_that_runs(attack: str) -> None:
    """No tag, attribute or scheme outside the lists survives, in any of the three renderings."""
    for markup in (to_html(attack), plain_to_html(attack), document_to_html(attack, "", [])):
        assert_harmless(markup)


def test_naughty_strings_leave_nothing_that_runs() -> None:
    """The big list of naughty strings is shown, not run."""
    if not BLNS.exists():
        pytest.skip(f"{BLNS.name} lies beside the project, and is not there")
    naughty = json.loads(BLNS.read_text(encoding="utf-8"))
    assert len(naughty) > 400
    for text in naughty:
        assert_harmless(to_html(text))
        assert_harmless(plain_to_html(text))
        assert_harmless(highlight(to_html(text), to_html(text)))


@given(st.text(alphabet="<>&\"'`[]()!:/#*_|-\n ajscript:x=0;", max_size=80))
def test_any_text_is_harmless(text: str) -> None:
    """Whatever the characters, what comes out is on the lists."""
    assert_harmless(to_html(text))
    assert_harmless(plain_to_html(text))
    assert_harmless(document_to_html(text, "", [("p", len(text) // 2)]))


def test_markdown_that_advisors_need_is_kept() -> None:
    """Tables, lists, emphasis, and links of the four kinds and relative ones."""
    markup = to_html(
        "**Cost**\n\n| A | B |\n|---|--:|\n| 1 | 2 |\n\n- [site](https://a.example)\n"
        "- [mail](mailto:a@b.example)\n- [call](tel:+15550100)\n- [here](/sources/x)"
    )
    for kept in (
        "<strong>Cost</strong>",
        "<table>",
        "<td",
        'href="https://a.example"',
        'href="mailto:a@b.example"',
        'href="tel:+15550100"',
        'href="/sources/x"',
        'rel="noopener noreferrer"',
    ):
        assert kept in markup


def test_what_a_student_typed_is_shown_as_typed() -> None:
    """Markdown of a student is no markup, line breaks stay."""
    assert plain_to_html("*a* <b>\n2 & 3") == "<p>*a* &lt;b&gt;<br>2 &amp; 3</p>"


def test_passages_are_anchored_before_their_blocks() -> None:
    """An id stands before the paragraph, item or table in which its passage begins."""
    starts = [
        ("p", TEXT.index("Short programs may")),
        ("middle", TEXT.index("Ask before")),
        ("item", TEXT.index("- Veterans")),
        ("row", TEXT.index("| Data")),
        ("end", len(TEXT)),
    ]
    markup = document_to_html(TEXT, "another title", starts)
    assert '<span id="p"></span><span id="middle"></span><p>Short programs' in markup
    assert re.search(r'<li>\s*<span id="item"></span>Veterans', markup)
    assert '<span id="row"></span><table>' in markup
    assert markup.endswith('<span id="end"></span>')
    assert_harmless(markup)


def test_a_heading_that_repeats_the_title_is_left_out() -> None:
    """The page says its title once; an anchor at it moves to what follows."""
    markup = document_to_html(TEXT, "Aid for Short Programs", [("top", 0)])
    assert "<h1>" not in markup
    assert markup.startswith('<span id="top"></span><p>Short programs')


def test_an_id_cannot_break_out_of_its_attribute() -> None:
    """Ids come from sources too."""
    assert_harmless(document_to_html("text", "", [('"><script>alert(1)</script>', 0)]))


def test_a_quote_is_marked_across_markup() -> None:
    """Emphasis, list marks, table bars and line breaks between its words do not matter."""
    page = document_to_html(TEXT, "", [])
    listed = highlight(
        page, to_html("Residents with a household income below $60,000\n- Veterans,")
    )
    assert "<mark>Residents with a household income below $60,000</mark>" in listed
    assert "<mark>Veterans,</mark> whatever" in listed
    row = highlight(page, to_html("| Data Analytics | up to **$500** |"))
    assert "<mark>Data Analytics</mark>" in row
    assert "<mark>$500</mark>" in row
    assert re.sub("</?mark>", "", row) == page


def test_a_quote_is_marked_in_the_passage_that_is_cited() -> None:
    """The same words may stand in several."""
    text = "Apply in two weeks.\n\nApply in two weeks.\n"
    page = document_to_html(text, "", [("one", 0), ("two", text.rindex("Apply"))])
    for passage, place in (("one", 1), ("two", 2), ("gone", 1)):
        marked = highlight(page, to_html("Apply in two weeks."), passage).split("Apply")
        assert marked[place - 1].endswith("<mark>")


@pytest.mark.parametrize("quote", ["", "aid", "These words stand nowhere on the page", "<b>"])
def test_a_quote_that_is_not_there_changes_nothing(quote: str) -> None:
    """Too short or absent: the page stays as it is."""
    page = document_to_html(TEXT, "", [])
    assert highlight(page, to_html(quote)) == page
