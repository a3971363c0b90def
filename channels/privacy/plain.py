"""A text in plain characters, so that one form of a number or word stands for all its spellings."""

from __future__ import annotations

import functools
import unicodedata

HYPHENS, SPACES = "Pd", "Zs"
"""Unicode's general categories of dashes and of spaces."""


def plain(text: str) -> str:
    """A text of the same length: small letters without accents, ASCII digits, hyphens, spaces."""
    return text if text.isascii() and text.islower() else "".join(map(_plain, text))


@functools.lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == HYPHENS:
        return "-"
    if category == SPACES:
        return " "
    if (digit := unicodedata.digit(character, None)) is not None and category == "Nd":
        return str(digit)
    small = unicodedata.normalize("NFKD", character)[0].lower()
    return small if len(small) == 1 else character
