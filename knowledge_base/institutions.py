"""Tells which of several institutions a conversation is about, so that none answers for another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

_ENOUGH = 88.0
"""Partial ratio (0-100) from which a name counts as misspelt, as for the titles of programs: two
slips in twenty letters."""
_SHORTEST_MISSPELT = 8
_SHORTEST_INITIALS = 3
_PARENTHESIS = re.compile(r"\s*\([^)]*\)")
_SMALL = frozenset("a an and at for in of on the".split())
_KIND = frozenset(
    "academy college community institute institution polytechnic school state system technical "
    "university".split()
)
"""Words that tell what an institution is and not which one."""
_OTHER = re.compile(r"\bother (?:college|institution|school|university)\b", re.I)
_ALL = re.compile(
    r"\b(?:both|each|every|all)\b(?: (?:of )?the| two| three)*"
    r" (?:colleges?|institutions?|schools?|universit(?:y|ies))\b",
    re.I,
)
_BEFORE_NAME = re.compile(r"[\s,:;(–-]*(?:\b(?:at|by|for|from|in|of)\s+)?(?:\bthe\s+)?$", re.I)
_AFTER_NAME = re.compile(r"^(?:['’]s\b)?[\s,:;)–-]*")
_NOTHING_MORE = re.compile(
    r"(?:\W|\b(?:about|and|for|how|i|is|it|mean|meant|ok|one|or|please|the|then|what|yes)\b)*", re.I
)


@dataclass(frozen=True, slots=True)
class Naming:
    """`text[start:end]` names an institution."""

    institution: str
    start: int
    end: int


class Institutions:
    """The institutions of one edition, recognised by what people call them."""

    def __init__(self, names: Sequence[str]):
        called = {name: list(dict.fromkeys(filter(None, _spoken(name)))) for name in names}
        shared = Counter(short for group in called.values() for short in group)
        self._called = {
            name: [short for short in group if shared[short] == 1] for name, group in called.items()
        }
        self._initials = {
            initials: name
            for initials, name in ((_initials(name), name) for name in names)
            if len(initials) >= _SHORTEST_INITIALS
            and sum(_initials(n) == initials for n in names) == 1
        }

    def find(self, text: str) -> list[Naming]:
        """Where a text names institutions, in order: in full, in short, by initials or misspelt."""
        found = sorted(self._candidates(text), key=lambda each: each[0], reverse=True)
        kept: list[Naming] = []
        for _, naming in found:
            if all(naming.end <= other.start or other.end <= naming.start for other in kept):
                kept.append(naming)
        return sorted(kept, key=lambda naming: naming.start)

    def named(self, text: str) -> tuple[str, ...]:
        """Names of the institutions that a text names, each once."""
        return tuple(dict.fromkeys(naming.institution for naming in self.find(text)))

    def meant(self, question: str, earlier: Sequence[str], focus: str = "") -> tuple[str, ...]:
        """The institutions that a question is about; none when nothing tells.

        Those that it names, or else the one that was named last in the conversation (`earlier`,
        oldest first), or else the one of what the last answer was about (`focus`).
        """
        if named := self.named(question):
            return named
        if _ALL.search(question):
            return tuple(self._called)
        spoken_of = [names[0] for names in map(self.named, reversed(earlier)) if len(names) == 1]
        last = (spoken_of or [focus])[0]
        if _OTHER.search(question) and last:
            others = tuple(name for name in self._called if name != last)
            return others if len(others) == 1 else ()
        return (last,) if last else ()

    def without_names(self, question: str) -> str:
        """The question without the names of institutions, which the search has no need of."""
        for naming in reversed(self.find(question)):
            before = _BEFORE_NAME.sub("", question[: naming.start])
            after = _AFTER_NAME.sub("", question[naming.end :])
            question = f"{before} {after}".strip() if after[:1].isalnum() else before + after
        return question.strip()

    def only_names(self, question: str) -> bool:
        """Whether a message names an institution and asks nothing, such as "at Maple Harbor"."""
        return bool(self.find(question)) and bool(
            _NOTHING_MORE.fullmatch(self.without_names(question))
        )

    def _candidates(self, text: str) -> Iterator[tuple[tuple[float, int], Naming]]:
        """Every possible naming with its rank: how well it fits, and the length of the name."""
        lower = text.lower()
        plain = re.sub(r"\W", " ", lower if len(lower) == len(text) else text)
        for institution, names in self._called.items():
            for name in names:
                exact = [match.span() for match in re.finditer(_pattern(name), plain)]
                for start, end in exact:
                    yield (100.0, len(name)), Naming(institution, start, end)
                if not exact and (near := _misspelt(name, plain)):
                    score, start, end = near
                    yield (score, len(name)), Naming(institution, start, end)
        for initials, institution in self._initials.items():
            for match in _written(initials, text):
                yield (100.0, len(initials)), Naming(institution, *match.span())


def _spoken(name: str) -> Iterator[str]:
    """What people call an institution, lower case with single spaces, longest first."""
    for form in (name, _PARENTHESIS.sub("", name)):
        yield " ".join(re.sub(r"[^\w]", " ", form.lower()).split())
    own = [word for word in _words(name) if word not in _KIND | _SMALL]
    if own:
        yield " ".join(own)


def _initials(name: str) -> str:
    return "".join(word[0].upper() for word in _words(name) if word not in _SMALL)


def _words(name: str) -> list[str]:
    return re.findall(r"\w+", _PARENTHESIS.sub("", name).lower())


def _pattern(name: str) -> str:
    """A name of one word may be an ordinary word, so it counts only where a place is named."""
    spaced = re.escape(name).replace(r"\ ", r"\s+")
    return (
        rf"\b{spaced}\b" if " " in name else rf"(?:(?<=\bat )|(?<=\bfrom )|(?<=\bby )|^){spaced}\b"
    )


def _misspelt(name: str, text: str) -> tuple[float, int, int] | None:
    """The score of the place that resembles a name most, below 100, and its whole words."""
    if not _SHORTEST_MISSPELT <= len(name) <= len(text) + 2:
        return None
    near = fuzz.partial_ratio_alignment(name, text, score_cutoff=_ENOUGH)
    return (near.score - 1, *_whole_words(text, near.dest_start, near.dest_end)) if near else None


def _written(initials: str, text: str) -> Iterator[re.Match[str]]:
    """Where initials stand. With a vowel they may be a word: then they count in capitals, or where
    a place is named."""
    if not re.search("[AEIOUY]", initials):
        yield from re.finditer(rf"\b{initials}\b", text, re.I)
    elif text.isupper() and text != initials:
        yield from re.finditer(rf"(?<=\bAT ){initials}\b", text)
    else:
        yield from re.finditer(rf"\b{initials}\b|(?<=\bat ){initials.lower()}\b", text)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to the ends of its words, without white space around it."""
    while start > 0 and text[start - 1] != " " and text[start] != " ":
        start -= 1
    while end < len(text) and text[end] != " " and text[end - 1] != " ":
        end += 1
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())
