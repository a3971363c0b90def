"""Finds in a student's words what they have: exams, courses and credentials with their marks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge_base.credit.equivalency import EquivalencyTable, Held

_WORD = r"[a-z][\w&'-]*"
_STOP = (
    r"(?!(?:with|and|or|a|an|the|score|scored|exam|what|is|was|does|do|will|would|i|at|from|"
    r"for|in|on|my)\b)"
)
_SUBJECT = (
    r"(?!(?:exams?|tests?|class(?:es)?|courses?|credits?|scores|would|could|should|can|may|might|"
    r"counts?|gets?|got|gives?|gave|worth|passed|took|taken|have|has|had|be|me|you|it|that|this|"
    r"these|those|to|too|of|if|as|are|how|which|when|some|any|all|too|also|but|so|i'?ve)\b)"
    + _STOP
    + _WORD
)
"""A word of a subject behind the maker of an exam, as in `ap biology`."""
_COURSE = re.compile(r"(?<![\w-])[A-Z]{2,5}[ -]?\d{2,4}[A-Z]?(?![\w-])")
"""A course number as colleges write it, such as ENG 101."""
_CREDITS = re.compile(
    r"(\d+(?:\.\d+)?)[ -]+(?:(quarter|semester)[ -]+)?(?:credits?|credit hours?)\b", re.I
)
_CREDITS_OF = re.compile(rf"{_CREDITS.pattern}\s+(?:of|in|for)\s+(?:(?:the|my|an?)\s+)?$", re.I)
"""Credits just before the name of what gave them, as in `6 credits of ENG 101`."""
_MARK = re.compile(
    r"(?<![\w.+-])(?:(?:an?\s+)?(?P<mark>\d{1,3}(?:\.\d+)?|[ABC][12]|(?:[BCDFPS]|A(?=[+-]|\W*$|\W*[,.;?!)]"
    r"|\s+(?:in|on|at|from|for|and|with)\b))(?:[+-](?!\w)|\s+(?:minus|plus)\b)?))(?![\w.]\w)(?!\w)"
)
_CLAIMED = re.compile(r"\s*(?:on|in|for)\s+(?:(?:the|my|an?)\s+)?$", re.I)
"""What stands between a mark and the name that it belongs to, as in `a 4 on the AP exam`."""
_YEAR = re.compile(r"\b(?:in|from|since)\s+((?:19|20)\d{2})\b", re.I)
_NO_MARK = re.compile(
    rf"{_CREDITS.pattern}|{_YEAR.pattern}|\d+(?:\.\d+)?\s*(?:years?|months?|weeks?|hours?|%|credits?)",
    re.I,
)
"""Numbers that say how much or when, and not how well."""


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    kind: str
    name: str


def held_in(question: str, table: EquivalencyTable) -> tuple[Held, ...]:
    """What a question says that the student has, in its order; empty when it names nothing.

    Names are those of the table, its aliases, other exams of its families, and course numbers.
    """
    text = " ".join(question.split())[:2000]
    mentions = _without_overlap(
        [*_named(text, table), *_families(text, table), *_courses(text, table)]
    )
    found = []
    for position, mention in enumerate(mentions):
        before = mentions[position - 1].end if position else 0
        after = mentions[position + 1].start if position + 1 < len(mentions) else len(text)
        found.append(_held(text, mention, before, after, table))
    return (*found, *_further_parts(text, found, table))


def mark_in(text: str, kind: str, table: EquivalencyTable) -> str | None:
    """The mark that a text gives for a thing of a kind that it does not name, as in `a 3`."""
    return _mark("", text, first=False) if _graded(kind, table) else None


def _named(text: str, table: EquivalencyTable) -> Iterable[_Mention]:
    for rule in table.rules:
        for alternative in rule.alternatives:
            needed = alternative[0]
            for name in (needed.name, *(rule.aliases if len(alternative) == 1 else ())):
                if name == "*":
                    continue
                for match in re.finditer(_pattern(name), text, re.I):
                    own = "*" in name or "*" in needed.name
                    said = _trimmed(match.group()) if own else needed.name
                    yield _Mention(match.start(), match.end(), needed.kind, said)


def _trimmed(said: str) -> str:
    """A name without words at its end that are none of a subject, as in `IB chemistry got`."""
    words = said.split()
    while len(words) > 1 and not re.fullmatch(_SUBJECT, words[-1], re.I):
        words.pop()
    return " ".join(words)


def _pattern(name: str) -> str:
    parts = [
        rf"{_STOP}{_WORD}(?:\s+{_STOP}{_WORD})?" if part == "*" else re.escape(part)
        for part in name.split()
    ]
    return r"(?<![\w-])" + r"\s+".join(parts) + r"s?(?![\w-])"


def _families(text: str, table: EquivalencyTable) -> Iterable[_Mention]:
    """Exams that the table does not list, of makers that it does: `AP Biology`.

    An award that begins with capitals, such as an `AS`, is no exam's maker.
    """
    makers = {
        (needed.kind, needed.name.split()[0])
        for rule in table.rules
        for alternative in rule.alternatives
        for needed in alternative
        if needed.name.split()[0].isupper() and len(needed.name.split()) > 1
        if _graded(needed.kind, table)
    }
    for kind, maker in sorted(makers):
        for match in re.finditer(rf"\b{maker}(?:\s+{_SUBJECT}){{1,3}}", text, re.I):
            subject = match.group()[len(maker) :]
            name = maker + (subject.title() if subject.islower() else subject)
            yield _Mention(match.start(), match.end(), kind, name)


def _courses(text: str, table: EquivalencyTable) -> Iterable[_Mention]:
    kinds = {n.kind for rule in table.rules for a in rule.alternatives for n in a}
    if "course" in kinds:
        for match in _COURSE.finditer(text):
            yield _Mention(match.start(), match.end(), "course", match.group())


def _without_overlap(mentions: Iterable[_Mention]) -> list[_Mention]:
    """The longest mention wins where several claim the same words; in the text's order."""
    kept: list[_Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, m.start)):
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _held(text: str, mention: _Mention, before: int, after: int, table: EquivalencyTable) -> Held:
    rest = text[mention.end : after]
    credits = _CREDITS.search(rest) or _CREDITS_OF.search(text[before : mention.start])
    year = _YEAR.search(rest)
    mark = None
    if _graded(mention.kind, table):
        mark = _mark(text[before : mention.start], rest, first=before == 0)
    return Held(
        mention.kind,
        mention.name,
        mark or _state(text[before:after], mention.kind, table),
        Decimal(credits.group(1)) if credits else None,
        (credits.group(2) or "semester").casefold() if credits else "semester",
        earned=date(int(year.group(1)), 12, 31) if year else None,
    )


def _mark(before: str, after: str, *, first: bool) -> str | None:
    """`a 4 on` just before, else the first mark after that no next thing claims.

    Before the first thing that is named, any mark is its own when none comes after.
    """
    before, after = (_NO_MARK.sub(" ", part) for part in (before, after))
    earlier = list(_MARK.finditer(before))
    if earlier and _CLAIMED.match(before[earlier[-1].end() :]):
        return earlier[-1]["mark"]
    for match in _MARK.finditer(after):
        if not _CLAIMED.match(after[match.end() :]):
            return match["mark"]
    if earlier and first:
        return earlier[-1]["mark"]
    return None


def _state(text: str, kind: str, table: EquivalencyTable) -> str | None:
    """A word that the table takes for a mark of this kind, such as `lapsed`."""
    for rule in table.rules:
        if any(needed.kind == kind for parts in rule.alternatives for needed in parts):
            for word in rule.scores:
                if len(word) > 2 and re.search(rf"\b{re.escape(word)}\b", text, re.I):
                    return word.casefold()
    return None


def _graded(kind: str, table: EquivalencyTable) -> bool:
    """Whether some rule asks a least mark of this kind; if none does, a number is no mark."""
    return any(
        needed.kind == kind and needed.minimum
        for rule in table.rules
        for parts in rule.alternatives
        for needed in parts
    )


def _further_parts(text: str, found: Iterable[Held], table: EquivalencyTable) -> Iterable[Held]:
    """Other parts of a rule whose kind the text names, such as a challenge exam for a program."""
    names = {(held.kind, held.name) for held in found}
    added: set[tuple[str, str]] = set()
    for rule in table.rules:
        for alternative in rule.alternatives:
            for other in alternative[1:]:
                spoken = re.search(rf"\b{other.kind.replace('_', ' ')}\b", text, re.I)
                first = (alternative[0].kind, alternative[0].name)
                if spoken and first in names and (other.kind, other.name) not in added:
                    added.add((other.kind, other.name))
                    yield Held(other.kind, other.name, "pass")
