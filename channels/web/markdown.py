"""Turns Markdown into HTML that cannot carry a script, and marks where passages begin."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
TAGS = frozenset(
    {"a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"}
    | {"ol", "p", "pre", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"}
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "span": {"id"},
    "td": {"align"},
    "th": {"align"},
}
ANCHORED_BLOCKS = frozenset(
    {"paragraph_open", "heading_open", "table_open", "blockquote_open", "bullet_list_open"}
    | {"ordered_list_open", "fence", "code_block", "hr"}
)
"""Blocks before which a span may stand; not rows or items, where HTML allows none."""
NEWLINE = re.compile(r"\r\n|\r|\n")
RENDERED_KEPT = 1024
"""Rendered messages remembered, because each tab of a conversation asks for the same ones."""

_SCHEME = re.compile(r"^[\s\x00-\x1f]*([a-zA-Z][a-zA-Z0-9+.\-]*):")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
    parser.disable("image")
    parser.validateLink = _safe_link  # type: ignore[method-assign]
    return parser


def _safe_link(url: str) -> bool:
    scheme = _SCHEME.match(html.unescape(url))
    return scheme is None or scheme.group(1).lower() in LINK_SCHEMES


def _clean(markup: str) -> str:
    return nh3.clean(
        markup,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes=set(LINK_SCHEMES),
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


@lru_cache(maxsize=RENDERED_KEPT)
def to_html(text: str) -> str:
    """Markdown as sanitised HTML: tables and http(s), mailto, tel and relative links, no images."""
    return _clean(str(_parser().render(text)))


def plain_to_html(text: str) -> str:
    """What a student typed, shown as typed: nothing in it is markup."""
    lines = NEWLINE.split(text.strip())
    return f"<p>{'<br>'.join(html.escape(line, quote=False) for line in lines)}</p>"


def document_to_html(text: str, title: str, starts: Iterable[tuple[str, int]]) -> str:
    """A document as sanitised HTML with ``<span id>`` where passages begin.

    ``starts`` are pairs of a passage's id and its offset into ``text``. The anchor stands before
    the block that holds the offset. A first heading that only repeats ``title`` is left out.
    """
    parser = _parser()
    tokens = parser.parse(text)
    anchors: dict[int, list[str]] = {}
    for name, start in starts:
        anchors.setdefault(_block_at(tokens, _line_of(text, start)), []).append(name)
    placed: list[Token] = []
    skipped = _title_tokens(tokens, title)
    for place in range(len(tokens) + 1):
        placed += [_anchor(name) for name in anchors.get(place, ())]
        if place < len(tokens) and place not in skipped:
            placed.append(tokens[place])
    return _clean(str(parser.renderer.render(placed, parser.options, {})))


def _line_of(text: str, offset: int) -> int:
    """Line, from 0, of the first visible character at or after ``offset``."""
    while offset < len(text) and text[offset].isspace():
        offset += 1
    return len(NEWLINE.findall(text, 0, offset))


def _block_at(tokens: list[Token], line: int) -> int:
    """Place of the innermost block around a line, else of the next one, else the end."""
    holding, following = None, len(tokens)
    for place, token in enumerate(tokens):
        if token.map is None or token.type not in ANCHORED_BLOCKS:
            continue
        first, after = token.map
        if first <= line < after:
            holding = place
        elif first > line:
            following = min(following, place)
    return following if holding is None else holding


def _title_tokens(tokens: list[Token], title: str) -> range:
    repeated = (
        len(tokens) > 2
        and tokens[0].type == "heading_open"
        and tokens[1].content.strip().casefold() == title.strip().casefold()
    )
    return range(3) if repeated else range(0)


def _anchor(name: str) -> Token:
    return Token("html_block", "", 0, content=f'<span id="{html.escape(name)}"></span>')
