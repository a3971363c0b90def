"""Identifiers and secrets that are known only because the words beside them say what they are."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml
from babel import Locale

from channels.privacy.kinds import Kind, Stretch
from channels.privacy.plain import plain
from languages.speech import FOLDER, available

FILE = "identifiers.yml"
"""The words of a language; a language without it has only what is known by its form."""
BETWEEN = r"[^\w$€£%]"
"""What may stand between words and values: spaces and marks, but none of an amount."""
LINKS = 4
"""Words between, as in "the number of my passport is the"; more would reach other sentences."""
_IDENTIFIER = r"(?=(?:[a-z]{0,4}[ -]?\d){5})[a-z0-9]{1,8}(?:[ -]?[a-z0-9]{2,8}){0,4}"
"""At least five digits, perhaps in groups, with a few letters."""
_WORD = r"[^\s\"“”]{4,64}"
_VALUES = {
    Kind.CARD: r"\d(?:[ -]?\d){11,18}",
    Kind.SOCIAL_SECURITY: r"\d(?:[ .-]?\d){8}|\d{4}",
    Kind.IDENTITY: _IDENTIFIER,
    Kind.PASSPORT: _IDENTIFIER,
    Kind.LICENCE: _IDENTIFIER,
    Kind.BANK: r"\d(?:[ -]?\d){5,17}",
    Kind.STUDENT: _IDENTIFIER,
    Kind.PHONE: r"[+(]?\d(?:[ ()./-]{0,2}\d){5,14}",
    Kind.CODE: r"\d{3,4}[ -]\d{3,4}|\d{3,8}|(?=[a-z]*\d)[a-z\d]{5,8}",
}


class Words:
    """What is said of identifiers and secrets in one language."""

    def __init__(self, language: str) -> None:
        """Raises OSError when the language has no such words."""
        said: dict[str, Any] = yaml.safe_load((FOLDER / language / FILE).read_text("utf-8"))
        between = f"(?:{_any(said['is'] + said['links'])})"
        values = {**_VALUES, Kind.BIRTH: _date(language)}
        self._after, self._before = {}, {}
        for kind, value in values.items():
            terms = f"(?:{_any(said[kind.name.lower()])})"
            self._after[kind] = re.compile(
                rf"\b{terms}(?:{BETWEEN}{{1,4}}{between}\b){{0,{LINKS}}}"
                rf"{BETWEEN}{{1,4}}(?P<value>{value})(?!\w)"
            )
            self._before[kind] = re.compile(
                rf"(?<![\w$€£.,])(?P<value>{value}){BETWEEN}{{1,3}}"
                rf"(?:{between}{BETWEEN}{{1,3}}){{1,{LINKS}}}{terms}\b"
            )
        self._password = re.compile(
            rf"\b(?:{_any(said['password'])})"
            rf"(?P<gap>(?:{BETWEEN}{{1,4}}{between}\b){{0,{LINKS}}}{BETWEEN}{{1,4}})"
            rf"(?P<value>{_WORD})(?P<ends>[\"“”]|\s*(?:$|[\n.,;!?]))?"
        )
        self._is = re.compile(rf"{BETWEEN}+(?:{_any(said['is'])}){BETWEEN}+")
        self._states = frozenset(said["states"])
        self._endings = tuple(said["state_endings"])

    def stretches(self, text: str) -> Iterator[Stretch]:
        """What is said of itself, in a text without accents or capitals."""
        for kind, pattern in (*self._after.items(), *self._before.items()):
            for match in pattern.finditer(text):
                yield Stretch(*match.span("value"), kind)
        for match in self._password.finditer(text):
            word = match["value"].rstrip(".,;:!?)")
            if self._is_password(match["gap"], word, match["ends"] is not None):
                start = match.start("value")
                yield Stretch(start, start + len(word), Kind.PASSWORD)

    def _is_password(self, gap: str, word: str, ends: bool) -> bool:
        """Whether a word after "password" is one, and not what is said of it."""
        mixed = re.search(r"[a-z]", word) and re.search(r"[\d!@#$^&*_+]", word)
        if mixed:
            return True
        if word in self._states or word.endswith(self._endings) or len(word) < 4:
            return False
        if re.search(r"[:=\"“”]", gap):
            return True
        return self._is.fullmatch(gap) is not None and (ends or word.isdigit())


@functools.cache
def words() -> tuple[Words, ...]:
    """Of every language that has them."""
    return tuple(Words(tag) for tag in available() if (FOLDER / tag / FILE).is_file())


def _any(words: Iterable[str]) -> str:
    """Any of these words, the longest first; the marks between words do not matter."""
    longest = sorted(words, key=len, reverse=True)
    return "|".join(r"[\s'’.-]{1,2}".join(map(re.escape, word.split())) for word in longest)


def _date(language: str) -> str:
    """A day, by numbers or with the month's name; a year may be missing, but never stands alone."""
    names = Locale.parse(language).months["format"]
    months = _any(
        {plain(n.rstrip(".")) for w in ("wide", "abbreviated") for n in names[w].values()}
    )
    day, of, year = r"\d{1,2}(?:st|nd|rd|th)?\.?", r"(?:\s+(?:of|del?))?", r"(?:,?\s+\d{4})?"
    return (
        r"\d{1,4}[-/. ]{1,2}\d{1,2}[-/. ]{1,2}\d{2,4}"
        rf"|(?:{months})\b\.?{of}\s+{day}\b{of}{year}"
        rf"|{day}{of}\s+(?:{months})\b\.?{of}{year}"
    )
