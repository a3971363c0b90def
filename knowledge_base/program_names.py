"""Finds programs that a text names letter for letter, to tie a statement to its program."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence


class ProgramNames:
    """Finds which programs a text names by title or code, letter for letter."""

    def __init__(self, names: Mapping[str, Sequence[str]]):
        """`names` maps each program's id to what it is called."""
        self._ids = {name.casefold(): i for i, group in names.items() for name in (i, *group)}
        longest_first = sorted(filter(None, self._ids), key=len, reverse=True)
        self._pattern = re.compile(
            r"(?<!\w)(?:" + ("|".join(map(re.escape, longest_first)) or r"(?!)") + r")(?!\w)", re.I
        )

    def __contains__(self, document_id: str) -> bool:
        return document_id.casefold() in self._ids

    def in_text(self, text: str) -> tuple[str, ...]:
        """Ids of the programs that are named, in alphabetical order."""
        return tuple(
            sorted({self._ids[m.group().casefold()] for m in self._pattern.finditer(text)})
        )

    def without(self, text: str) -> str:
        """The text with each name replaced by as many blanks."""
        return self._pattern.sub(lambda match: " " * len(match.group()), text)
