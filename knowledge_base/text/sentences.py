"""Finds the sentences of a text with their places, so that a quote is the source's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_END = re.compile(
    r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9$*])|\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)|\n(?=\|)|(?<=\|)\n"
)
_ITEM = re.compile(r"(?:[-*+]|\d+[.)])\s")
_NUMBER = re.compile(r"\s*\d+[.)]$")
"""The number of a list item, whose full stop ends no sentence."""
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|no|dr|mr|mrs|ms|st|approx|dept|inc|jan|feb|aug|sept|oct|nov|dec|u\.s|a\.m|p\.m)|\b[A-Z])\.$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text[start:end]` of the text it was found in, without surrounding white space."""

    text: str
    start: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """Sentences, list items and table rows in order; every word of the text is in just one."""
    found: list[Sentence] = []
    start = 0
    for match in _END.finditer(text):
        before = text[start : match.start()]
        if "\n" not in match.group() and (_ABBREVIATION.search(before) or _NUMBER.match(before)):
            continue
        _add(found, text, start, match.start())
        start = match.end() if text[match.start() : match.end()].strip() == "" else match.start()
    _add(found, text, start, len(text))
    return found


def _add(found: list[Sentence], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begin = start + len(piece) - len(piece.lstrip())
        found.append(Sentence(stripped, begin, begin + len(stripped)))


def statements(text: str) -> list[Sentence]:
    """What can be quoted without being cut mid-thought: a sentence, a table, or a list with the
    line that leads to it."""
    found: list[Sentence] = []
    for sentence in sentences(text):
        if found and _continues(found[-1], sentence):
            start = found[-1].start
            found[-1] = Sentence(text[start : sentence.end], start, sentence.end)
        else:
            found.append(sentence)
    return found


def _continues(before: Sentence, after: Sentence) -> bool:
    last_line = before.text.rsplit("\n", 1)[-1]
    if after.text.startswith("|"):
        return last_line.startswith("|") or before.text.endswith(":")
    if _ITEM.match(after.text):
        return bool(_ITEM.match(last_line)) or before.text.endswith(":")
    return False
