"""Finds programs that a text names letter for letter, to tie a statement to its program."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

_WORD = re.compile(r"\w+")


class ProgramNames:
    """Finds which programs a text names by title or code, letter for letter.

    Names are looked up by their first word, so that a text takes no longer the more there are.
    """

    def __init__(self, names: Mapping[str, Sequence[str]]):
        """`names` maps each program's id to what it is called."""
        self._ids = {name.casefold(): i for i, group in names.items() for name in (i, *group)}
        shapes: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for name in {name for i, group in names.items() for name in (i, *group)}:
            if word := _WORD.search(name):
                shapes[word[0].casefold()].add((word.start(), len(name)))
        self._shapes = {
            word: sorted(found, key=lambda shape: shape[1], reverse=True)
            for word, found in shapes.items()
        }
        """Per first word: how many characters stand before it and how long a name is."""

    def __contains__(self, document_id: str) -> bool:
        return document_id.casefold() in self._ids

    def in_text(self, text: str) -> tuple[str, ...]:
        """Ids of the programs that are named, in alphabetical order."""
        return tuple(
            sorted({self._ids[text[start:end].casefold()] for start, end in self._places(text)})
        )

    def without(self, text: str) -> str:
        """The text with each name replaced by as many blanks."""
        pieces, done = [], 0
        for start, end in self._places(text):
            pieces += [text[done:start], " " * (end - start)]
            done = end
        return "".join([*pieces, text[done:]])

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where names begin and end, the longest at each place, none inside another."""
        done = 0
        for word in _WORD.finditer(text):
            for before, length in self._shapes.get(word[0].casefold(), ()):
                start = word.start() - before
                end = start + length
                if start >= done and self._is_name(text, start, end):
                    yield start, end
                    done = end
                    break

    def _is_name(self, text: str, start: int, end: int) -> bool:
        whole = end <= len(text) and not (end < len(text) and _WORD.match(text[end]))
        alone = start == 0 or not _WORD.match(text[start - 1])
        return whole and alone and text[start:end].casefold() in self._ids
