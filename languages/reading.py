"""Reads what a student writes in another language as plain English, which all parsers and the
content are in.

It is no translation to be shown: it keeps the words that ask, name and measure, in English order,
and leaves what the glossary does not have as it stands, such as the title of a program.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from languages.entry import CLOSE, OPEN, Entry, Kind, folded
from languages.glossary import Glossary, glossary_of
from languages.numerals import in_words, value_of, with_figures
from languages.speech import available
from languages.word_order import Piece, in_order

_TOKEN = re.compile(
    r"“[^“”]+”|[A-F][+-](?!\w)|[$€£]?\d+(?:[.,:/]\d+)*%?(?![^\W\d_]|-[^\W_])"
    r"|[^\W_]+(?:['’-][^\W_]+)*|\S"
)
_MARKS = frozenset("¿¡")
"""They open a sentence; English has none."""
_ENDS_CLAUSE = frozenset(".,;:?!()")
_GRADES = frozenset("abcdf")
"""Letters that are marks, and no words of one letter."""
_LONG_ENOUGH = 7
"""Letters from which a word that is written nowhere is taken for one that is a slip away: shorter
words that are one letter apart mean different things. Two slips make Spanish of English titles."""


@functools.lru_cache(maxsize=1024)
def in_english(text: str, language: str) -> str:
    """A message as plain English; as it stands when the language has no glossary.

    It depends on nothing but the two. What is left of the message keeps its case.
    """
    glossary = glossary_of(language)
    if glossary is None:
        return text
    words = [word for word in _TOKEN.findall(text) if word not in _MARKS]
    words = with_figures(_spelt(_names_whole(words, glossary), glossary), glossary)
    pieces = in_order(_looked_up(words, glossary))
    return _joined([piece.whole for piece in pieces])


def open_glossaries() -> None:
    """Opens the glossary of every language, each in a third of a second, so that nobody waits."""
    for language in available():
        glossary_of(language)


def _names_whole(words: Sequence[str], glossary: Glossary) -> list[str]:
    """The words, with each name in one piece that nothing changes: `Welding Fundamentals`.

    It is a word that the language has not, whatever it sounds like, with what goes on or leads to
    it in letters that are none of the language's, or the same in English.
    """
    found: list[str] = []
    named = False
    for word in words:
        shared = folded(word) in glossary.shared
        foreign = len(word) > 1 and folded(word) not in glossary.known and word[0].isalpha()
        unheard = foreign and glossary.sound(folded(word)) not in glossary.spellings
        if named and (foreign or shared):
            found[-1] += f" {word}"
            continue
        named, name = unheard, word
        while named and found and folded(found[-1]) in glossary.shared:
            name = f"{found.pop()} {name}"
        found.append(name)
    return found


def _spelt(words: Sequence[str], glossary: Glossary) -> list[str]:
    """Each word as it is, or as the one of the glossary that sounds like it or is a slip away."""
    return [_respelt(word, glossary) for word in words]


def _respelt(word: str, glossary: Glossary) -> str:
    plain = folded(word)
    if plain in glossary.known or plain in glossary.english or not plain.isalpha():
        return word
    sound = glossary.sound(plain)
    if alike := glossary.spellings.get(sound):
        return alike
    if len(plain) < _LONG_ENOUGH:
        return word
    near = process.extractOne(sound, glossary.spellings.keys(), scorer=OSA.distance, score_cutoff=1)
    return glossary.spellings[near[0]] if near and near[0][0] == sound[0] else word


def _looked_up(words: Sequence[str], glossary: Glossary) -> list[Piece]:
    """The longest entry at each place, in English."""
    pieces, at = [], 0
    while at < len(words):
        found = _longest(words, at, glossary)
        if found is None and words[at][0] == "“":
            pieces.append(Piece(words[at].strip("“”")))  # named in English, and left as it stands
            at += 1
            continue
        if found is None:
            name = words[at][0].isalpha() and not words[at].isupper()  # ENG of ENG 101 is a code's
            pieces.append(Piece(words[at], Kind.NAME if name else Kind.WORD, words[at]))
            at += 1
            continue
        entry, end, slots = found
        text = entry.english.format(**slots) if slots else entry.english
        if entry.kind is Kind.NUMBER:
            text = in_words(text)
        pieces.append(Piece(text, entry.kind, entry.before_noun, entry.degrees))
        at = end
    return [piece for piece in pieces if piece.text]


def _longest(
    words: Sequence[str], at: int, glossary: Glossary
) -> tuple[Entry, int, dict[str, str]] | None:
    """The longest entry that begins at a place, where it ends, and what fills its slots.

    Of equals the one that is no form of a verb, and is written as the message is, accents and all.
    """
    best: tuple[tuple[int, bool, bool], Entry, int, dict[str, str]] | None = None
    for first in (folded(words[at]), *glossary.slots):
        for entry in glossary.entries.get(first, ()):
            matched = _matched(entry, words, at, glossary)
            if matched is None:
                continue
            end, slots, careful = matched
            rank = (len(entry.words), entry.kind is not Kind.CONJUGATED, careful)
            if best is None or rank > best[0]:
                best = rank, entry, end, slots
    return best[1:] if best else None


def _matched(
    entry: Entry, words: Sequence[str], at: int, glossary: Glossary
) -> tuple[int, dict[str, str], bool] | None:
    """Where an entry ends that begins at a place, its slots, and whether its accents are there."""
    slots: dict[str, str] = {}
    careful = True
    for wanted in entry.words:
        if wanted == OPEN:
            if at > 0 and words[at - 1] not in _ENDS_CLAUSE:
                return None
            continue
        if wanted == CLOSE:
            if at < len(words) and words[at] not in _ENDS_CLAUSE:
                return None
            continue
        if at >= len(words):
            return None
        word = words[at]
        if wanted[0] == "{":
            slot = wanted[1:-1]
            filled = _filled(slot.rstrip("2"), word, glossary)
            if filled is None:
                return None
            slots[slot] = filled
        elif folded(wanted) != folded(word):
            return None
        careful = careful and (wanted == word.casefold() or wanted[0] == "{")
        at += 1
    return at, slots, careful


def _filled(slot: str, word: str, glossary: Glossary) -> str | None:
    """What a word is in English where an entry has a slot of some kind; None when it is none."""
    if slot == "n":
        value = value_of(word, glossary)
        return word if word[-1].isdigit() else None if value is None else str(value)
    if slot == "letter":
        return word if len(word) == 1 and word.casefold() in _GRADES else None
    if slot == "word":
        return word if word.replace(" ", "").isalnum() else None
    kind = Kind(slot)
    entries = glossary.entries.get(folded(word), ())
    return next((e.english for e in entries if len(e.words) == 1 and e.kind is kind), None)


def _joined(texts: Sequence[str]) -> str:
    text = " ".join(texts)
    return re.sub(r" (?=[.,;:?!)%])|(?<=\() ", "", text)
