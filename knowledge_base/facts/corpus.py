"""Tells which facts of different documents are about the same thing."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from knowledge_base.facts.fact import Fact
from knowledge_base.facts.property import PROPERTIES
from knowledge_base.facts.values import equal
from knowledge_base.lexical import words

_NEUTRAL = frozenset(words("amount fee cost price charge once each per total official"))
"""Stems that name no particular fee: `late registration` and `late registration fee` are one."""
_NEUTRAL_PER_CREDIT = frozenset(words("tuition rate credit"))
_CASES = frozenset(
    words(
        "non-credit noncredit international domestic resident nonresident online hybrid campus "
        "part-time full-time graduate undergraduate electronic paper first second third fourth "
        "half late early spring summer fall autumn winter spouse married single child dependent "
        "minimum maximum without except old new portfolio exam certificate degree"
    )
) | frozenset(str(year) for year in range(2000, 2100))
"""Stems that part one case from another: said on one side only, two values are no conflict."""
_PEOPLE = frozenset(words("international nonresident graduate undergraduate dependent spouse"))
"""Stems that limit a whole page to a group of people."""
_SAME = 0.55
"""Share of the rarer words that two statements must have in common to be about the same thing."""
_CONTAINED = 0.8
"""Share of the shorter statement's words that the other one or its headings must hold."""
_FEWEST_WORDS = 3
_FEW_DOCUMENTS, _FEW_SHARE = 3, 0.1
"""A word in the headings of more documents than these, or than this share, names no topic."""
_FEW_FACTS = 3
"""A word that stands in more statements than these names nothing by itself."""
_EXPLAINED = 0.75
"""Share of a statement's words that another one holds when it is taken to say the same."""
_MANY_WORDS = 6
"""This many shared words are about one thing even if no heading names it."""
_RARE = 4
"""Rarest words of a statement by which others about the same thing are looked up."""
_COMMON = 200
"""A word in more statements than this looks nothing up."""


class Corpus:
    """Facts by what they are about."""

    def __init__(self, facts: Sequence[Fact]):
        self.facts = facts
        self._counts = Counter(word for fact in facts for word in fact.about | fact.head)
        self._rarest = math.log(1 + len(facts))
        self._weights = {w: math.log(1 + len(facts) / (1 + n)) for w, n in self._counts.items()}
        topics: dict[str, set[str]] = defaultdict(set)
        for fact in facts:
            topics[fact.document_id] |= fact.topic
        self._documents = len(topics)
        self._headed = Counter(stem for stems in topics.values() for stem in stems)
        self._of: dict[tuple[str, str], list[Fact]] = defaultdict(list)
        self._having: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for number, fact in enumerate(facts):
            self._of[fact.document_id, fact.unit].append(fact)
            for key in self._keys(fact):
                self._having[fact.institution, fact.unit, key].append(number)

    def _keys(self, fact: Fact) -> Iterable[str]:
        if len(fact.programs) == 1:
            yield f"={fact.programs[0]} {fact.aspect}"
        if head := _head(fact):
            yield "+" + " ".join(sorted(head))
        rarest = sorted(fact.about, key=lambda word: (self._counts[word], word))
        yield from rarest[:_RARE]

    def like(self, number: int, matters: Callable[[Fact], bool]) -> list[int]:
        """Numbers of the facts of the same institution and unit that are about the same thing.

        Only those that matter are compared, so that pages that repeat each other cost little.
        """
        fact = self.facts[number]
        near: set[int] = set()
        for key in self._keys(fact):
            others = self._having[fact.institution, fact.unit, key]
            near.update(others if len(others) <= _COMMON else ())
        worth = (other for other in sorted(near) if matters(self.facts[other]))
        return [other for other in worth if self._about_same(fact, self.facts[other])]

    def gives(self, document_id: str, fact: Fact) -> bool:
        """Whether a document gives a fact's value for what the fact is about, however worded."""
        stems = (fact.core if len(fact.core) > 1 else fact.about) | fact.head
        whole = self._weight(stems)
        return any(
            equal(fact, other)
            and (
                _same_property(fact, other)
                or self._weight(stems & other.context) >= _EXPLAINED * whole
            )
            for other in self._of[document_id, fact.unit]
        )

    def _about_same(self, one: Fact, other: Fact) -> bool:
        if _same_property(one, other):
            return True
        head = _head(one)
        if head and head == _head(other) and _related(one, other) and not _parted(one, other):
            return True
        worded_alike = one.about == other.about
        if one.programs != other.programs or (not worded_alike and _contrast(one, other)):
            return False
        return self._same_words(one, other)

    def _same_words(self, one: Fact, other: Fact) -> bool:
        if one.about == other.about and self._rare(one.about):
            return True
        short, long = sorted((one, other), key=lambda fact: self._weight(fact.about))
        shared = short.about & long.about
        if len(short.about) < _FEWEST_WORDS or not self._specific(short, long):
            return False
        if one.lead and other.lead and not one.lead & other.lead - _NEUTRAL:
            return False
        whole = self._weight(short.about)
        known = short.about & long.context
        return self._weight(shared) >= _SAME * whole and self._weight(known) >= _CONTAINED * whole

    def _specific(self, short: Fact, long: Fact) -> bool:
        """Whether shared words name a topic; "the answer comes within" is said of many things."""
        shared = short.about & long.about
        if short.about == long.about or len(shared) >= _MANY_WORDS:
            return True
        named = (long.about & short.topic) | (short.about & long.topic)
        return any(self._tells(word) for word in named) or any(w.startswith("#") for w in shared)

    def _rare(self, stems: frozenset[str]) -> bool:
        few = [self._counts[stem] <= _FEW_FACTS for stem in stems]
        return any(few) if len(few) >= _FEWEST_WORDS else bool(few) and all(few)

    def _tells(self, stem: str) -> bool:
        """Whether a heading's word is in few documents' headings, and parts no cases."""
        most = max(_FEW_DOCUMENTS, _FEW_SHARE * self._documents)
        return stem not in _CASES and self._headed[stem] <= most

    def _weight(self, stems: Iterable[str]) -> float:
        return sum(self._weights.get(stem, self._rarest) for stem in stems)


def likeness(one: Fact, other: Fact) -> float:
    """Share of the words of both statements that both have, 0 to 1."""
    return len(one.about & other.about) / max(1, len(one.about | other.about))


def _head(fact: Fact) -> frozenset[str]:
    if not fact.unit.startswith(("USD", "EUR", "GBP")):
        return frozenset()
    neutral = _NEUTRAL | (_NEUTRAL_PER_CREDIT if fact.unit.endswith("credit") else frozenset())
    return fact.head - neutral


def _same_property(one: Fact, other: Fact) -> bool:
    """Whether both state the same typed property of the same program."""
    same = one.aspect == other.aspect and one.aspect in PROPERTIES
    return same and len(one.programs) == 1 and one.programs == other.programs


def _related(one: Fact, other: Fact) -> bool:
    """Whether both speak of the same programs; a list of several counts as none in particular."""
    first = one.programs if len(one.programs) == 1 else ()
    return first == (other.programs if len(other.programs) == 1 else ())


def _contrast(one: Fact, other: Fact) -> bool:
    """Whether a word that one side says and the other does not tells their cases apart."""
    parted = (one.core - other.context) | (other.core - one.context)
    return bool(parted & _CASES) or _apart(one, other)


def _parted(one: Fact, other: Fact) -> bool:
    """Whether what a noun of one word is said of is told apart: "tutors earn", "aides earn"."""
    mine, theirs = one.lead - other.context, other.lead - one.context
    vague = min(len(one.head), len(other.head)) == 1
    return (vague and bool(mine and theirs)) or _apart(one, other)


def _apart(one: Fact, other: Fact) -> bool:
    """Whether both name a case of their own, or only one is about a group of people."""
    mine = (one.core & _CASES) - other.context
    theirs = (other.core & _CASES) - one.context
    people = _PEOPLE & (
        ((one.about | one.topic) - other.context) | ((other.about | other.topic) - one.context)
    )
    return bool(mine and theirs) or bool(people)
