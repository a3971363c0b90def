"""The words of a language as a glossary holds them, each with its English."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

OPEN, CLOSE = ENDS = ("^", "$")
"""In an entry: the beginning and the end of a clause."""


class Kind(StrEnum):
    """What a word does in a sentence; the names are those of the glossary's sections."""

    WORD = "words"
    NOUN = "nouns"
    ADJECTIVE = "adjectives"
    """It may stand behind its noun."""
    VERB = "verbs"
    """An infinitive."""
    CONJUGATED = "forms of verbs"
    """Any other form; the same letters are a noun rather, or English: `curso`, `practice`."""
    NUMBER = "numbers"
    MONTH = "months"
    ARTICLE = "articles"
    OF = "of"
    """It joins two nouns, the second of which comes first in English."""
    MORE = "more"
    NAME = "names"
    """Words that no glossary has, such as those of a title."""
    JOINT = "joints"
    """It stands between tens and ones."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Some words of a language, and what they are in English."""

    words: tuple[str, ...]
    """As they are written with care; `^` and `$` are a clause's ends, `{n}` and its like slots."""
    english: str
    kind: Kind = Kind.WORD
    before_noun: str = ""
    """A noun's form before another one: `payment` of `payments`."""
    degrees: tuple[str, ...] = ()
    """An adjective's comparative and superlative."""


@functools.cache
def folded(text: str) -> str:
    """In lower case, without accents."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
