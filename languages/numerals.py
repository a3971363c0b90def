"""Turns numbers in words into figures, as a language's glossary names them."""

from __future__ import annotations

from collections.abc import Sequence

from languages.entry import Kind, folded
from languages.glossary import Glossary

_SCALE = 1000
"""From here on a number multiplies what stands before it: `dos mil`."""
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
).split()
"""Numbers that stay words, since English has sentences for them that figures are not read in."""


def with_figures(words: Sequence[str], glossary: Glossary) -> list[str]:
    """The words with large numbers as figures: `treinta y cinco` as 35, `70 mil` as 70000.

    A small number by itself is left to be looked up.
    """
    found: list[str] = []
    at = 0
    while at < len(words):
        end, value = _number(words, at, glossary)
        if end > at + 1 or value >= len(_SMALL):
            found.append(str(value))
        else:
            end = at + 1
            found.append(words[at])
        at = end
    return found


def in_words(figure: str) -> str:
    """A number as English writes it in a sentence."""
    return _SMALL[int(figure)] if int(figure) < len(_SMALL) else figure


def value_of(word: str, glossary: Glossary) -> int | None:
    """The number that a word is, in figures or in words."""
    if word.isdecimal():
        return int(word)
    entries = glossary.entries.get(folded(word), ())
    found = (int(each.english) for each in entries if each.kind is Kind.NUMBER)
    return next(found, None)


def _number(words: Sequence[str], at: int, glossary: Glossary) -> tuple[int, int]:
    """Where the number in words that begins at a place ends, and what it is."""
    total, last, end = 0, 0, at
    while at < len(words):
        if last >= 20 and last < 100 and folded(words[at]) in glossary.joints:
            at += 1
        value = value_of(words[at], glossary) if at < len(words) else None
        if value is None or (words[at].isdecimal() and total):
            break
        if value >= _SCALE and not words[at].isdecimal():
            total = max(total, 1) * value
        elif total and value >= last:
            break
        else:
            total += value
        last = value
        at += 1
        end = at
    return end, total
