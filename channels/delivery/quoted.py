"""Finds what somebody has written in a mail, without what they quote and how they sign.

By the marks that mail programs leave in any language, not by their words: quoted lines and the line
that announces them, the header of a forwarded or quoted mail, the sign before a signature.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

QUOTES = (
    "blockquote, .gmail_quote, .moz-cite-prefix, #divRplyFwdMsg, #divRplyFwdMsg ~ *, style, script"
)
"""What holds others' words in the HTML of Gmail, Thunderbird, Outlook and Apple Mail."""
FEWEST_FIELDS = 3
"""Lines like `Sent: Monday` that make the header of a quoted mail; Outlook writes four."""
_QUOTED = re.compile(r"\s*>")
_FIELD = re.compile(r"\s*\*?[^\W\d_][\w ]{1,19}:\*?\s+\S")
_RULE = re.compile(r"\s*[-_]{5,}.*")
_SIGNATURE = re.compile(r"-- ?")
_ANNOUNCES = re.compile(r"(@|\d{4}|\d{1,2}:\d\d).*:\s*$", re.DOTALL)
"""`On Mon, Nov 16, 2026, Advising <a@x.example> wrote:`: an address, a year or time, a colon."""


def own_words(text: str) -> str:
    """The new text of a mail in plain text."""
    lines = text.replace("\r\n", "\n").replace("\xa0", " ").split("\n")
    lines = lines[: _end(lines)]
    kept: list[str] = []
    for line in lines:
        if not _QUOTED.match(line):
            kept.append(line)
        elif kept:
            _drop_announcement(kept)
    return "\n".join(kept).strip()


def text_of_html(html: str) -> str:
    """The new text of a mail in HTML."""
    tree = LexborHTMLParser(html)
    for node in tree.css(QUOTES):
        node.decompose()
    for node in tree.css("br, p, div, li, tr"):
        node.insert_before("\n")
    return tree.body.text() if tree.body else ""


def _end(lines: list[str]) -> int:
    """The first line of a signature, or of the header of a quoted mail; else past the last."""
    for number, line in enumerate(lines):
        if _SIGNATURE.fullmatch(line):
            return number
        ruled = _RULE.fullmatch(line) is not None
        header = lines[number + 1 :][:1] if ruled else lines[number:][:FEWEST_FIELDS]
        whole = len(header) == (1 if ruled else FEWEST_FIELDS)
        if whole and all(map(_FIELD.match, header)) and (ruled or "@" in header[0]):
            return number
    return len(lines)


def _drop_announcement(kept: list[str]) -> None:
    """Take away the paragraph before a quotation, if it says who is quoted."""
    while kept and not kept[-1].strip():
        kept.pop()
    start = len(kept)
    while start and kept[start - 1].strip() and len(kept) - start < FEWEST_FIELDS:
        start -= 1
    if _ANNOUNCES.search("\n".join(kept[start:])):
        del kept[start:]
