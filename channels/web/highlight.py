"""Marks a quoted sentence within a rendered page, so that a reader sees what was cited."""

from __future__ import annotations

import html
from html.parser import HTMLParser
from itertools import groupby

LEAST_CHARACTERS = 8
"""Letters and digits that a quote needs: fewer would mark a word that stands anywhere."""
LONGEST_QUOTE = 4000
"""Characters of a quote that are looked at; a passage is shorter."""


class _Pieces(HTMLParser):
    """Splits markup into tags and texts without changing either."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[bool, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.pieces.append((False, self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append((False, f"</{tag}>"))

    def handle_data(self, data: str) -> None:
        self.pieces.append((True, data))


def highlight(markup: str, quote_markup: str, passage: str = "") -> str:
    """``markup`` with an occurrence of a quote's words inside ``<mark>``.

    It is the first one behind the anchor of ``passage``, since the same words may stand in several,
    or else the first of all. Both are sanitised HTML; only letters and digits are compared, because
    a quote's line breaks, bullets and bars are not those of the page. Without an occurrence the
    page comes back as it is.
    """
    wanted = _letters("".join(text for is_text, text in _split(quote_markup) if is_text))
    if len(wanted) < LEAST_CHARACTERS:
        return markup
    pieces = _split(markup)
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    anchor, anchored = f'<span id="{html.escape(passage)}">', 0
    for number, (is_text, text) in enumerate(pieces):
        if text == anchor and not is_text:
            anchored = len(places)
        for index, character in enumerate(text if is_text else ""):
            folded = _letters(character)
            letters.append(folded)
            places += [(number, index)] * len(folded)
    page = "".join(letters)
    begin = page.find(wanted, anchored)
    begin = page.find(wanted) if begin < 0 else begin
    if begin < 0:
        return markup
    marked = places[begin : begin + len(wanted)]
    spans = {
        number: (group[0], group[-1] + 1)
        for number, group in (
            (number, [index for _, index in found])
            for number, found in groupby(marked, key=lambda place: place[0])
        )
    }
    return "".join(_piece(*piece, spans.get(n)) for n, piece in enumerate(pieces))


def _split(markup: str) -> list[tuple[bool, str]]:
    parser = _Pieces()
    parser.feed(markup)
    parser.close()
    return parser.pieces


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _piece(is_text: bool, text: str, span: tuple[int, int] | None) -> str:
    if not is_text:
        return text
    if span is None:
        return html.escape(text, quote=False)
    begin, end = _with_punctuation(text, *span)
    before, marked, after = text[:begin], text[begin:end], text[end:]
    escape = html.escape
    return f"{escape(before, False)}<mark>{escape(marked, False)}</mark>{escape(after, False)}"


def _with_punctuation(text: str, begin: int, end: int) -> tuple[int, int]:
    """The span with the signs that touch it, such as a currency sign or a full stop."""
    while begin > 0 and not (text[begin - 1].isalnum() or text[begin - 1].isspace()):
        begin -= 1
    while end < len(text) and not (text[end].isalnum() or text[end].isspace()):
        end += 1
    return begin, end
