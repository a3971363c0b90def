"""What an ear can hold: an answer in portions of a few short sentences, of which none is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from channels.voice.spoken import spoken
from languages.calls import call_words
from languages.speech import ENGLISH, speaking

WORDS = 45
"""Most words of a portion: 18 seconds at 150 words a minute; who wants more of it says so."""
SENTENCES = 3
"""Most sentences of a portion, since each states something."""
FEWEST_QUOTED = 4
"""Words of a quote; what has fewer may be a title."""
_MARKS = re.compile(r"\[\d+(?:,\s?\d+)*\]")
_END = re.compile(r"(?<=[.!?])[\"”)]?\s+(?=[\"“(¿¡]?[A-ZÁÉÍÓÚÑ¿¡\d])")
_SHORT_FORM = re.compile(r"(?:^|[\s(])(?:[A-Za-z]\.)+$|\b(?:[A-Z][a-z]{0,3}|vs|approx|No)\.$")
"""The end of what looks like a sentence's: `U.S.`, `Dr.`, `Dept.`, `No.`; a name goes on there."""
_PAUSE = re.compile(r"(?<=[,;:])\s+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said in one breath, and the ISO 639-1 code of its language."""

    text: str
    language: str


Portion = list[Sentence]


def portions(markdown: str, language: str, quotes: Sequence[str] = ()) -> list[Portion]:
    """What is said one after the other, each when the caller asks for more; none of nothing.

    Together they hold every sentence, in order. What stands in ``quotes`` is said in the language
    of the sources, which is English, since no voice can read another language than its own.
    """
    found: list[Portion] = []
    for sentence in sentences(markdown, language, quotes):
        last = found[-1] if found else None
        if last and len(last) < SENTENCES and _words([*last, sentence]) <= WORDS:
            last.append(sentence)
        else:
            found.append([sentence])
    return found


def sentences(markdown: str, language: str, quotes: Sequence[str] = ()) -> list[Sentence]:
    """The sentences of a text as they are said, items of lists and rows of tables among them."""
    found: list[Sentence] = []
    quoted = [_bare(quote) for quote in quotes]
    for block in _blocks(markdown):
        theirs = _is_quoted(_bare(block), quoted)
        own = ENGLISH if theirs else language
        with speaking(own):
            text = spoken(block, call_words(own).tag)
        if text and text[-1] not in ".!?:;,":
            text += "."
        every = (piece for piece in _cut(text) if piece.strip(" ."))
        found += [Sentence(breath, own) for piece in every for breath in _breaths(piece)]
    return found


def _bare(text: str) -> str:
    """The words alone, for finding a text in another however either is marked."""
    words = re.findall(r"[^\W_]+", _MARKS.sub("", text))
    return f" {' '.join(words)} "


def _is_quoted(block: str, quotes: Sequence[str]) -> bool:
    """Whether a block is a quote; a name of a few words may stand in a sentence of any language."""
    return len(block.split()) >= FEWEST_QUOTED and any(block in quote for quote in quotes)


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


def _breaths(sentence: str) -> list[str]:
    """The sentence, cut where a reader pauses if it is too long for one breath."""
    found = [""]
    for piece in _PAUSE.split(sentence):
        joined = f"{found[-1]} {piece}".strip()
        if found[-1] and len(joined.split()) > WORDS:
            found.append(piece)
        else:
            found[-1] = joined
    return found


def _words(every: Sequence[Sentence]) -> int:
    return sum(len(sentence.text.split()) for sentence in every)
