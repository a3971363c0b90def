"""Hears what a student has for credit and what it should count toward, and keeps the two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

from pydantic import TypeAdapter

from knowledge_base.credit.equivalency import Award, EquivalencyTable, Held
from knowledge_base.credit.matching import plain
from knowledge_base.credit.question import held_in, mark_in
from knowledge_base.model import Program

OTHER = "other"
"""The kind of a thing that no rule names: it is kept in the student's words."""
_HELD = TypeAdapter(tuple[Held, ...])
_AWARD: TypeAdapter[Award | None] = TypeAdapter(Award | None)
_DROPS = re.compile(
    r"^\W*(?:ok(?:ay)?|please|no|actually)?\W*"
    r"(?:forget|drop|remove|leave out|take out|without|delete)\b",
    re.I,
)
_CORRECTS = re.compile(
    r"^\W*(?:no|nope|sorry|actually|oops|wait|i meant|correction|it (?:was|is)|its|it's)\b", re.I
)
_LEADS = re.compile(
    r"^\W*(?:(?:and|also|plus|hi|hello|ok|okay|so|well|then|oh|add|what about|how about|i|we|ive|"
    r"i've|have|had|got|get|"
    r"took|take|did|do|done|hold|earned|passed|completed|finished|my|a|an|the|some|too)\b\W*)+",
    re.I,
)
_TAIL = re.compile(r"\W*(?:too|as well|also|please|thanks|thank you)?\W*$", re.I)
_NOTHING = re.compile(
    r"^\W*(?:(?:no|none|nothing|nope|nah)(?: yet| really| at all| else| thanks)?"
    r"|i (?:have|got|dont have|don't have|do not have) (?:nothing|anything|none)(?: yet)?"
    r"|(?:i )?(?:dont|don't|do not) know|not sure|skip)\W*$",
    re.I,
)
_ADDS = re.compile(
    r"^\W*(?:(?:and|also|plus|i also|ive also|i've also)\b|(?:what|how) about\b)", re.I
)
_ASKS_ABOUT = re.compile(r"^\W*(?:(?:and|so|ok|but)\W+)*(?:what|how) about\b(?! if\b)", re.I)
_NO_MORE_THAN = 6
"""Words of a message that only names one more thing."""
_CLAUSE = re.compile(
    r"^\W*(?:and |or )?(?:if|when|what|which|how|why|where|who|whether|because|since|but|do|does"
    r"|can|could|is|are|will|would|should)\b",
    re.I,
)
"""How a question or a condition begins, which names no thing that somebody has."""
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|but|hi|hello|hey)\W+)*(?:how|can|could|do|does|will|is|are)\b", re.I
)
_WANTS = re.compile(
    r"\b(?:estimate|check|calculate|figure|evaluate|tell me|how many|how much)\b", re.I
)
_ESTIMATE = re.compile(
    r"\b(?:estimate|check|calculate|figure out|evaluate|assess|work out|appraise)\b", re.I
)
TOWARD = re.compile(r"\btowards?\b|\bcounts? for\b", re.I)
"""What stands before the award that credit should count for."""
_TOLD = re.compile(
    r"\b(?:i|ive|i've|we)\s+(?:(?:have|already|also)\s+)*(?:have|got|did|took|passed|hold|earned|completed|"
    r"finished)\s+(?!to\b|(?:some |any |a few )?(?:credits?|questions?|no)\b)(.+?)\s*"
    r"(?=[.;?!]|,? ?\b(?:what|how|does|do|would|will|can|could|which|is|are|if)\b|$)",
    re.I,
)
"""What somebody says of their own accord that they have."""
_SIZE = re.compile(r"(\d+(?:\.\d+)?)[ -]credits?\b", re.I)
_NAMED_SIZE = r"\s*\((\d+(?:\.\d+)?) credits\)"
_NO_THING = re.compile(
    r"(?:\W|\d|\b(?:it|that|this|them|those|one|ones|in|on|at|since|until|back|last|this|year|years"
    r"|month|months|ago|already|there|here|with|you)\b)*",
    re.I,
)
"""What points at a thing, or at a time, but names none."""
_LONGEST = 100
"""Characters of a thing that no rule names."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a student has, and the award that credit should count toward, if it was named."""

    have: tuple[Held, ...] = ()
    award: Award | None = None
    toward: str = ""
    """The name of the award, if it has one."""

    @property
    def only_in_own_words(self) -> bool:
        """Whether no rule names any of what they have."""
        return all(held.kind == OTHER for held in self.have)

    def to_slot(self) -> dict[str, Any]:
        """One JSON object."""
        return {
            "have": _HELD.dump_python(self.have, mode="json"),
            "award": _AWARD.dump_python(self.award, mode="json"),
            "toward": self.toward,
        }

    @classmethod
    def from_slot(cls, slot: Mapping[str, Any] | None) -> Self:
        """The inverse of `to_slot`; nothing claimed without a slot."""
        if not slot:
            return cls()
        return cls(
            _HELD.validate_python(slot["have"]),
            _AWARD.validate_python(slot["award"]),
            slot["toward"],
        )


def claimed(
    text: str,
    claim: Claim,
    table: EquivalencyTable,
    programs: Iterable[Program],
    *,
    asked: bool = False,
) -> Claim | None:
    """The claim with what a message adds, corrects or takes back; None when it does nothing.

    `asked` says that the message answers "what do you have?", so that what no rule names is a
    thing too. The same message a second time changes nothing.
    """
    award, toward = award_in(text, table, programs) or (claim.award, claim.toward)
    things = held_in(text, table)
    if _DROPS.search(text):
        gone = {_key(thing) for thing in things}
        have = tuple(held for held in claim.have if _key(held) not in gone)
    elif things:
        have = _merged(claim.have, things)
    elif claim.have and _CORRECTS.search(text) and (last := _marked(text, claim.have[-1], table)):
        have = (*claim.have[:-1], last)
    elif asked and award == claim.award and not _NOTHING.match(text):
        have = _merged(claim.have, _not_told(_in_own_words(text), claim.have))
    elif told := _TOLD.search(text):
        have = _merged(claim.have, _in_own_words(told[1]))
    else:
        have = claim.have
    new = Claim(have, award, toward)
    return new if new != claim or (things and have) else None


def adds(text: str) -> bool:
    """Whether a message goes on with the list of what somebody has."""
    return bool(_ADDS.match(text))


def goes_on(text: str) -> bool:
    """Whether a message, though it may look like a question, asks the same of one thing more:
    "what about the biology?", "i also got a 55 on clep"."""
    about = _ASKS_ABOUT.match(text) and len(text.split()) <= _NO_MORE_THAN
    return bool(about or (adds(text) and _TOLD.search(text)))


def says_nothing(text: str) -> bool:
    """Whether an answer to "what do you have?" is that there is nothing."""
    return bool(_NOTHING.match(text))


def asks_whether(text: str) -> bool:
    """Whether it asks if, or how, something gives credit, rather than for an estimate."""
    return bool(_ASKS.match(text)) and not _WANTS.search(text)


def asks_for_estimate(text: str) -> bool:
    """Whether it asks for an estimate in so many words."""
    return bool(_ESTIMATE.search(text))


def award_in(
    text: str, table: EquivalencyTable, programs: Iterable[Program]
) -> tuple[Award, str] | None:
    """The award that a text names, and its name if it is a published one and not only a kind."""
    words = plain(text)
    for name, size in _sized_awards(programs).items():
        if f" {plain(name)} " in f" {words} ":
            kinds = _kinds(table, size)
            return (Award(kinds[0], size), name) if kinds else None
    for kind in sorted({limit.award for limit in table.limits}, key=len, reverse=True):
        if re.search(rf"\b{re.escape(kind)}\b", text, re.I):
            sizes = {Decimal(found) for found in _SIZE.findall(text)} or _sizes(table, kind)
            fitting = [size for size in sizes if kind in _kinds(table, size)]
            if len(fitting) == 1:
                return Award(kind, fitting[0]), ""
    return None


def of_program(program: Program, table: EquivalencyTable) -> Award | None:
    """The award that a program is, if limits speak of one of its size."""
    kinds = _kinds(table, program.credits) if program.credits else []
    return Award(kinds[0], program.credits) if kinds and program.credits else None


def awards(table: EquivalencyTable) -> list[Award]:
    """Awards of one size that limits speak of, the largest first."""
    sizes = {
        (limit.award, limit.size_from) for limit in table.limits if limit.size_from == limit.size_to
    }
    return [Award(kind, size) for kind, size in sorted(sizes, key=lambda each: -each[1])]


def _sized_awards(programs: Iterable[Program]) -> dict[str, Decimal]:
    """Awards that programs stack into, with the size that their terms state, longest name first."""
    found: dict[str, Decimal] = {}
    for program in programs:
        for name in program.stacks_into:
            if match := re.search(re.escape(name) + _NAMED_SIZE, program.stacking_terms):
                found[name] = Decimal(match[1])
    return dict(sorted(found.items(), key=lambda each: -len(each[0])))


def _kinds(table: EquivalencyTable, size: Decimal) -> list[str]:
    spoken = [limit for limit in table.limits if limit.size_from <= size <= limit.size_to]
    return list(dict.fromkeys(limit.award for limit in spoken))


def _sizes(table: EquivalencyTable, kind: str) -> set[Decimal]:
    limits = [limit for limit in table.limits if limit.award == kind]
    return {limit.size_from for limit in limits} | {limit.size_to for limit in limits}


def _key(held: Held) -> tuple[str, str]:
    return held.kind, plain(held.name)


def _merged(have: Sequence[Held], things: Sequence[Held]) -> tuple[Held, ...]:
    """What is had, with what is told anew of a thing in place of what was told before."""
    merged = {_key(held): held for held in have}
    for thing in things:
        old = merged.get(_key(thing))
        merged[_key(thing)] = thing if old is None else _told_anew(old, thing)
    return tuple(merged.values())


def _told_anew(old: Held, new: Held) -> Held:
    return replace(
        new,
        score=new.score if new.score is not None else old.score,
        credits=new.credits if new.credits is not None else old.credits,
        unit=new.unit if new.credits is not None else old.unit,
        earned=new.earned or old.earned,
    )


def _marked(text: str, held: Held, table: EquivalencyTable) -> Held | None:
    mark = mark_in(_CORRECTS.sub("", text), held.kind, table)
    return replace(held, score=mark) if mark else None


def _in_own_words(text: str) -> list[Held]:
    """The things of an enumeration that no rule names, each in the student's words."""
    parts = re.split(r"\s*[;,\n]\s*|\s+(?:and|plus)\s+", " ".join(text.split())[:1000])
    names = [_TAIL.sub("", _LEADS.sub("", part))[:_LONGEST] for part in parts]
    things = zip(parts, names, strict=True)
    told = [name for part, name in things if _ASKS_ABOUT.match(part) or not _CLAUSE.match(part)]
    return [Held(OTHER, name) for name in told if not _NO_THING.fullmatch(name)]


def _not_told(things: Sequence[Held], have: Sequence[Held]) -> list[Held]:
    """Those that are no part of the name of a thing that was told before: "the biology"."""
    told = [set(plain(held.name).split()) for held in have]
    return [t for t in things if not any(set(plain(t.name).split()) <= names for names in told)]
