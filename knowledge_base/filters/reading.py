"""Holds what has been read of a wish, so that the rules for its parts can stand apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from knowledge_base.filters.joining import Item, Kind
from knowledge_base.filters.plain_words import HEADS, STOP
from knowledge_base.filters.text import plain_word
from knowledge_base.filters.tree import Compare, Has, Order
from knowledge_base.filters.words import Vocabulary


@dataclass
class Reading:
    """A plain wish, how far it is read, and the pieces found so far."""

    text: str
    day: date
    vocabulary: Vocabulary
    items: list[Item] = field(default_factory=list)
    order: Order | None = None
    at: int = 0
    before: str = ""
    """The word before, if it carries no condition and is no article."""
    date_field: str | None = None

    def words(self, at: int) -> list[str]:
        """The words from a place up to the next comma."""
        return self.text[at:].partition(",")[0].split()

    def take(self, found: tuple[Compare | Has, int] | None) -> bool:
        """Add a condition and go on behind it, unless it would end inside a word."""
        if found is None or not self._ends_a_word(found[1]):
            return False
        condition, self.at = found
        self.items.append(Item(Kind.LEAF, condition))
        self.before = ""
        return True

    def named(self, at: int, field: str) -> tuple[Has, int] | None:
        """The longest phrase of a field that begins at a place, and where it ends."""
        words = self.words(at)
        found = self.vocabulary.named(field, words)
        while found and field == "prerequisite" and is_plain(words[found.length - 1]):
            found = self.vocabulary.named(field, words[: found.length - 1])
        if found is None or (found.length == 1 and plain_word(words[0]) in HEADS):
            return None
        return found.condition, at + len(" ".join(words[: found.length]))

    def _ends_a_word(self, end: int) -> bool:
        return end >= len(self.text) or not self.text[end].isalnum() or self.text[end - 1] == " "


def is_plain(word: str) -> bool:
    """Whether a word carries no condition."""
    return word in STOP or plain_word(word) in STOP
