"""Whether expected words stand in a reply, so that every set of questions is judged alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Wanted = str | Sequence[str]
"""A string that must stand in a reply, or several of which any one must."""

_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_QUOTES = re.compile(r"[\u2018\u2019]")
_MARKS = re.compile(r"\[\d+\]|[*|\\]")
"""Numbers of citations, and what Markdown adds to words."""
_WHOLE_DOLLARS = re.compile(r"(\$[\d,]*\d)\.00(?!\d)")


def stands(wanted: Wanted, text: str) -> bool:
    """Whether a string, or any one of several, stands in the text as whole words and numbers.

    Case, kinds of dash and spacing do not count: `$30` does not stand in `$300`, nor `3` in `$3`.
    """
    if not isinstance(wanted, str):
        return any(stands(each, text) for each in wanted)
    plain = re.escape(_plain(wanted))
    return bool(re.search(rf"(?<![\w$])(?<!\d[.,]){plain}(?![\w]|[.,]\d)", _plain(text)))


def missing(wanted: Iterable[Wanted], text: str) -> list[Wanted]:
    """What of the wanted does not stand in the text."""
    return [each for each in wanted if not stands(each, text)]


def present(unwanted: Iterable[str], text: str) -> list[str]:
    """What of the unwanted stands in the text."""
    return [each for each in unwanted if stands(each, text)]


def _plain(text: str) -> str:
    plain = _QUOTES.sub("'", _DASHES.sub("-", _MARKS.sub(" ", text)))
    plain = re.sub(r"\s*-\s*", "-", re.sub(r"\s+", " ", plain))
    return _WHOLE_DOLLARS.sub(r"\1", plain).strip().casefold()
