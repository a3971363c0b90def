"""Finds the catalog's own words in a wish: topics, awards, aid, places, institutions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge_base.filters.text import plain_word, stem
from knowledge_base.filters.tree import Has

LONGEST_PHRASE = 8
"""Words of a catalog's phrase that are looked for; longer names are found by their beginning."""

_ABBREVIATED = {
    "ai": "artificial intelligence",
    "ml": "machine learning",
    "ux": "user experience",
    "iot": "internet of thing",
    "gis": "geographic information system",
    "hr": "human resource",
    "math": "mathematic",
}
"""Abbreviations that stand for the same subject in any catalog of programs, in plain words."""
_WRITTEN_OUT = {long: short for short, long in _ABBREVIATED.items()}

_TIERS = (("topic", ("title", "subject", "skill")), ("occupation", ("occupation",)))
_LAST_TIER = ("summary", ("summary",))
_OTHERS = ("aid", "location", "institution")
_NAMES = {"title": 2, "subject": 2, "skill": 2, "occupation": 2, "stack": 3}
"""Fields whose values have names, and the fewest words by which one is told from plain talk."""
_AID_WORDS = {"grant", "scholarship", "loan", "award", "allowance", "veteran", "voucher", "stipend"}
"""Words that speak of paying even when they stand alone."""

_BEGINNING = 5
"""Letters from which the beginning of a word of a title or subject is taken for it: *cyber*."""
_LONG_ENOUGH = 8
"""Letters from which a misspelt word is taken for the catalog's: words as short as baking and
banking mean different things and are one letter apart."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A condition on words, and how many words of the wish it took."""

    condition: Has
    length: int


class Vocabulary:
    """Every phrase of an edition's values by field, in plain form and by stems."""

    def __init__(self, terms: Iterable[tuple[str, str, str]]):
        """From rows of (field, words, stems) of the edition."""
        self._plain: dict[str, set[str]] = defaultdict(set)
        self._stems: dict[str, set[str]] = defaultdict(set)
        self._first: dict[str, set[str]] = defaultdict(set)
        self._single: dict[str, set[str]] = defaultdict(set)
        self._whole: dict[str, set[str]] = defaultdict(set)
        self.levels: set[str] = set()
        for field, plain, stems in set(terms):
            parts = plain.split()
            _add(self._plain[field], parts)
            _add(self._stems[field], stems.split())
            self._first[field].update(parts[:1])
            if field in _NAMES:
                self._whole[field].update(_beginnings(parts, _NAMES[field]))
            self._single[field].update(parts)
            if field == "level":
                self.levels.add(" ".join(parts))

    def has(self, fields: Iterable[str], phrase: str) -> bool:
        """Whether a phrase of plain words stands in a value of one of the fields."""
        return any(phrase in self._plain[field] for field in fields)

    def states(self, field: str) -> bool:
        """Whether any program has a value of a field."""
        return bool(self._plain[field])

    def named(self, field: str, wish: list[str]) -> Phrase | None:
        """The longest phrase of a field at the start of some words, and no shorter than a word."""
        for length in range(min(len(wish), LONGEST_PHRASE), 0, -1):
            phrase = " ".join(map(plain_word, wish[:length]))
            if phrase in self._plain[field]:
                return Phrase(Has(field, (phrase,), said=_said(wish, length)), length)
        return None

    def beginning(self, wish: list[str], fields: Iterable[str] = _NAMES) -> Phrase | None:
        """The longest phrase of some words that a skill, an occupation or an award begins with."""
        for length in range(min(len(wish), LONGEST_PHRASE), 1, -1):
            phrase = " ".join(map(plain_word, wish[:length]))
            for field in fields:
                if phrase in self._whole[field]:
                    name = "topic" if field in _TIERS[0][1] else field
                    return Phrase(Has(name, (phrase,), said=_said(wish, length)), length)
        return None

    def somewhere(self, wish: list[str], before: str, ignored: Container[str]) -> Phrase | None:
        """The longest phrase that begins the words, in any field; `before` is the word before.

        A topic does not end with a word to be `ignored`, in plain form: a "leadership program"
        is about leadership.

        A single word counts as a place, an institution or an aid only where `before` or the word
        itself says so.
        """
        best = self.beginning(wish, ("stack",))
        for field in _OTHERS:
            found = self.named(field, wish)
            if found and self._speaks(field, wish, found.length, before):
                best = max(best or found, found, key=lambda phrase: phrase.length)
        topic = self.topic(wish, ignored)
        if topic and best and topic.length == best.length and _exact(topic):
            return best if _points(best, before) else topic
        return max(
            (phrase for phrase in (best, topic) if phrase),
            key=lambda phrase: phrase.length,
            default=None,
        )

    def _speaks(self, field: str, wish: list[str], length: int, before: str) -> bool:
        first = plain_word(wish[0])
        if field == "aid":
            return length > 1 or first in _AID_WORDS
        if field == "location":
            return length > 1 or before in {"in", "at", "near", "around"}
        own = not self.has(_TIERS[0][1], first)
        return length > 1 or own or before in {"from", "by", "at"} or first in self._first[field]

    def topic(self, wish: list[str], ignored: Container[str]) -> Phrase | None:
        """The longest topic at the start of some words: exact words first, then stems."""
        whole = [plain_word(word) for word in wish[:LONGEST_PHRASE]]
        lengths = [n for n in range(len(whole), 0, -1) if whole[n - 1] not in ignored]
        for field, inside in _TIERS:
            for length in lengths:
                terms = self._spelled(inside, whole[:length])
                if terms:
                    return Phrase(Has(field, terms, said=_said(wish, length)), length)
        for field, inside in (*_TIERS, _LAST_TIER):
            for length in lengths:
                plain = whole[:length]
                phrase = " ".join(plain)
                if field == "summary" and self.has(inside, phrase):
                    return Phrase(Has(field, (phrase,), said=_said(wish, length)), length)
                stems = " ".join(stem(word) for word in plain)
                if any(stems in self._stems[name] for name in inside):
                    said = _said(wish, length)
                    return Phrase(Has(field, (phrase,), loose=True, said=said), length)
        return self._begun(wish[0], whole[0]) if lengths and lengths[-1] == 1 else None

    def _begun(self, said: str, word: str) -> Phrase | None:
        """The words of titles and subjects that a long word begins."""
        known = self._single["title"] | self._single["subject"]
        fitting = sorted(w for w in known if len(word) >= _BEGINNING and w.startswith(word))
        return Phrase(Has("topic", tuple(fitting), said=said), 1) if fitting else None

    def respelled(self, word: str) -> Phrase | None:
        """The one topic or occupation a single slip of the keyboard away from a long word."""
        if len(word) < _LONG_ENOUGH:
            return None
        words = {w for _, inside in _TIERS for name in inside for w in self._single[name]}
        near = process.extract(plain_word(word), words, scorer=OSA.distance, score_cutoff=1)
        if len(near) != 1:
            return None
        return self.topic([near[0][0]], ())

    def _spelled(self, inside: tuple[str, ...], plain: list[str]) -> tuple[str, ...]:
        """The ways to spell some words that the fields hold: written out, short, or in one word."""
        phrase = " ".join(plain)
        spellings = [phrase, _ABBREVIATED.get(phrase, ""), _WRITTEN_OUT.get(phrase, "")]
        if len(plain) == 2:
            spellings.append("".join(plain))
        if len(plain) == 1:
            halves = (f"{phrase[:n]} {phrase[n:]}" for n in range(3, len(phrase) - 2))
            spellings += [half for half in halves if self.has(inside, half)]
        known = [spelling for spelling in spellings if spelling and self.has(inside, spelling)]
        return tuple(dict.fromkeys([phrase, *known])) if known else ()


def _said(wish: list[str], length: int) -> str:
    return " ".join(wish[:length])


def _add(phrases: set[str], parts: list[str]) -> None:
    for start in range(len(parts)):
        for end in range(start + 1, min(start + LONGEST_PHRASE, len(parts)) + 1):
            phrases.add(" ".join(parts[start:end]))


def _beginnings(parts: list[str], fewest: int) -> Iterator[str]:
    """What a value begins with, whole words, and no fewer than so many."""
    for end in range(min(fewest, len(parts)), min(len(parts), LONGEST_PHRASE) + 1):
        yield " ".join(parts[:end])


def _exact(topic: Phrase) -> bool:
    """Whether a topic was found as it was written, in a title, a subject or a skill."""
    return topic.condition.field == "topic" and not topic.condition.loose


def _points(phrase: Phrase, before: str) -> bool:
    """Whether the word before tells a place or an institution from a topic."""
    pointers = {"location": {"at", "near"}, "institution": {"from", "by", "at"}}
    return before in pointers.get(phrase.condition.field, set()) or phrase.condition.field == "aid"
