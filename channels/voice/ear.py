"""What an ear can hold: an answer in portions of a few short sentences, of which none is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from channels.voice.spoken import spoken

WORDS = 45
"""Most words of a portion: 18 seconds at 150 words a minute; who wants more of it says so."""
SENTENCES = 3
"""Most sentences of a portion, since each states something."""
_END = re.compile(r"(?<=[.!?])[\"”)]?\s+(?=[\"“(¿¡]?[A-ZÁÉÍÓÚÑ¿¡\d])")
_SHORT_FORM = re.compile(r"(?:^|[\s(])(?:[A-Za-z]\.)+$|\b(?:[A-Z][a-z]{0,3}|vs|approx|No)\.$")
"""The end of what looks like a sentence's: `U.S.`, `Dr.`, `Dept.`, `No.`; a name goes on there."""
_PAUSE = re.compile(r"(?<=[,;:])\s+")


def portions(markdown: str, tag: str) -> list[str]:
    """What is said one after the other, each when the caller asks for more; none of nothing.

    Together they hold every sentence, in order. ``tag`` is the voice's language, as BCP 47 has it.
    """
    found: list[list[str]] = []
    for sentence in _held(sentences(markdown, tag)):
        last = found[-1] if found else None
        if last and len(last) < SENTENCES and _words([*last, sentence]) <= WORDS:
            last.append(sentence)
        else:
            found.append([sentence])
    return [" ".join(portion) for portion in found]


def sentences(markdown: str, tag: str) -> list[str]:
    """The sentences of a text as they are said, items of lists and rows of tables among them."""
    found = []
    for block in _blocks(markdown):
        text = spoken(block, tag)
        if text and text[-1] not in ".!?:;,":
            text += "."
        found += [piece for piece in _cut(text) if piece.strip(" .")]
    return found


def _blocks(markdown: str) -> Iterator[str]:
    """Paragraphs, headings, items and rows as plain words, without addresses of links."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.type == "table_open":
            end = next(i for i in range(place, len(tokens)) if tokens[i].type == "table_close")
            yield from _rows(tokens[place:end])
            place = end
        elif token.type == "inline":
            yield _inline(token.children or [])
        elif token.type in ("fence", "code_block"):
            yield token.content
        place += 1


def _rows(tokens: Sequence[Token]) -> Iterator[str]:
    """Each row as `Cost: A, $1,140; B, $900`; the head gives the names."""
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_inline(token.children or []))
    head, *body = rows or [[]]
    for row in body:
        name, *cells = row
        named = [
            f"{title}, {cell}" if title else cell
            for title, cell in zip(head[1:], cells, strict=False)
            if cell.strip()
        ]
        yield ": ".join(filter(None, [name, "; ".join(named)]))


def _inline(children: Sequence[Token]) -> str:
    """The words of a line; a link is its words, and those are an address only where they say so."""
    words = []
    for child in children:
        if child.type in ("text", "code_inline"):
            words.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            words.append(" ")
    return "".join(words)


def _cut(text: str) -> list[str]:
    """Sentences of a paragraph; what is cut in two by mistake would still be read in order."""
    found = [""]
    for piece in _END.split(text):
        if found[-1] and not _SHORT_FORM.search(found[-1]):
            found.append(piece)
        else:
            found[-1] = f"{found[-1]} {piece}".strip()
    return found


def _held(every: Sequence[str]) -> Iterator[str]:
    """The sentences, with those that are too long for one breath cut where a reader pauses."""
    for sentence in every:
        while_long = [""]
        for piece in _PAUSE.split(sentence):
            joined = f"{while_long[-1]} {piece}".strip()
            if while_long[-1] and len(joined.split()) > WORDS:
                while_long.append(piece)
            else:
                while_long[-1] = joined
        yield from while_long


def _words(every: Sequence[str]) -> int:
    return sum(len(sentence.split()) for sentence in every)
