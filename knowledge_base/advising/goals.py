"""Finds which goal of the catalog a student's words mean: a job, an award, a program or a skill."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rapidfuzz import fuzz, process

from knowledge_base.lexical import words
from knowledge_base.model import Program

_ALIKE = 88.0
"""Ratio (0-100) from which a name counts as misspelt, as for names of programs in questions: one
slip in a word of five to eight letters."""
_SHORTEST = 5
"""Letters below which nothing counts as misspelt: anything resembles a few letters."""
_SHORTEST_BEGINNING = 4
"""Letters from which the beginning of a word stands for it."""
_WORD = re.compile(r"[^\W_]+(?:['’/.-][^\W_]+)*")
_DEGREES = {"as": "associate", "aa": "associate", "aas": "associate", "ba": "bachelor",
            "bs": "bachelor", "ma": "master", "ms": "master"}  # fmt: skip
"""What the letters before a degree's subject stand for."""
_GENERIC = frozenset(
    words(
        "want wanna like love get go going become becoming be being work working job jobs career "
        "careers path pathway road map roadmap route way plan planning plans goal aim dream make "
        "need know learn study studying start begin end finish reach earn help show build draw "
        "please pls good better best new first next someday one day year years something "
        "anything thing stuff field area role position person people really maybe actually "
        "instead now then also just think thinking interested interest hope hopefully course "
        "courses program programs class classes training skills skill step steps change switch "
        "into toward towards from until order take taking lets let hi hello hey ok okay yes no "
        "not im ive id goals"
    )
)
"""Words of a wish that name no goal, as stems."""
_LEAD = re.compile(
    r"\b(?:becom(?:e|ing)|(?:want|like|love|going|hope) to be|(?:wanna|gonna) be|to be"
    r"|get(?:ting)? (?:in)?to"
    r"|work(?:ing)? (?:as|in)|(?:jobs?|careers?) (?:as|in|of)"
    r"|(?:path(?:way)?|route|way|road ?map|plan|steps|sequence|courses|ladder|goal)"
    r" (?:to|towards?|into|for|is)|towards?|aim (?:is|for)|reach|(?:switch|change)(?:ing)? to"
    r"|mov(?:e|ing) into|end up (?:in|as)|train as|learn|earn|from \w+(?: \w+)? to)\b",
    re.I,
)
_STRONG = re.compile(
    r"\b(?:becom(?:e|ing)|(?:want|like|love|hope) to be|wanna be|(?:path(?:way)?|route) (?:to|into)"
    r"|goal (?:is|to)|(?:change|set) (?:my |the )?goal to|rather be|instead be)\b",
    re.I,
)
"""What tells of a goal even while something else is asked for."""
_CLAUSE_END = re.compile(
    r"[.,;!?]|\b(?:within|by|before|but|while|because|since|starting|beginning|if|who|how|what"
    r"|with (?=\W*(?:\d+|no\b|about|around|less|only|my|under|up to|at most|a budget|one|two|three"
    r"|four|five|six|seven|eight|nine|ten)\b)|and (?=i\b|have|how|what|want))\b",
    re.I,
)


class GoalKind(StrEnum):
    """What a goal is, in the order in which one name of two kinds is taken."""

    OCCUPATION = "occupation"
    AWARD = "award"
    PROGRAM = "program"
    SKILL = "skill"


@dataclass(frozen=True, slots=True)
class NamedGoal:
    """A goal as the catalog names it. ``id`` is that of a program, else empty."""

    kind: GoalKind
    name: str
    id: str = ""

    def to_slot(self) -> dict[str, Any]:
        """The goal as plain values, by the names of `Goal`."""
        if self.kind is GoalKind.SKILL:
            return {"skills": [self.name]}
        return {self.kind.value: self.id or self.name}


@dataclass(frozen=True, slots=True)
class _Entry:
    goal: NamedGoal
    stems: tuple[str, ...]
    wider: frozenset[str]
    """The stems, and what the letters of a degree stand for."""
    plain: str


class Goals:
    """The goals that the programs of one edition lead to. Safe to use from several threads."""

    def __init__(self, programs: Sequence[Program]):
        known = {name.casefold() for p in programs for name in (p.id, p.code, p.title) if name}
        self._entries = [
            _entry(goal) for goal in dict.fromkeys(_named(programs, known)) if words(goal.name)
        ]
        self._stems = sorted({stem for entry in self._entries for stem in entry.wider})
        self._programs = [e for e in self._entries if e.goal.kind is GoalKind.PROGRAM]
        self._skills = {e.goal.name: e for e in self._entries if e.goal.kind is GoalKind.SKILL}

    @property
    def names(self) -> list[NamedGoal]:
        """Jobs and awards, which are what students set out for."""
        wanted = (GoalKind.OCCUPATION, GoalKind.AWARD)
        return [entry.goal for entry in self._entries if entry.goal.kind in wanted]

    def meant(self, phrase: str) -> list[NamedGoal]:
        """The goals that a phrase may mean: none, one, or several of which one is to be chosen.

        One that is not named in full is taken alone only where it is no job: a nursing assistant
        is no nurse, so that a part of a job's name is asked about.
        """
        said = list(words(phrase))
        full = self._in_full(said) or self._misspelt(phrase) or self._shortened(said)
        if full:
            return full
        asked = {self._spelt(stem) for stem in said if stem not in _GENERIC}
        part = _apart(e.goal for e in self._entries if asked and asked <= e.wider)
        jobs = [goal for goal in part if goal.kind is GoalKind.OCCUPATION]
        return jobs or part

    def sure(self, phrase: str) -> NamedGoal | None:
        """The one goal that a phrase names, if it does."""
        found = self.meant(phrase)
        if len(found) != 1 or (found[0].kind is GoalKind.OCCUPATION and self._partly(phrase)):
            return None
        return found[0]

    def named_in(self, text: str) -> NamedGoal | None:
        """A goal that stands in a longer text in full; the name of a skill may be a common word."""
        full = [goal for goal in self._in_full(list(words(text)))
                if goal.kind is not GoalKind.SKILL]  # fmt: skip
        return full[0] if len(full) == 1 else None

    def skills_in(self, text: str) -> list[str]:
        """Skills of the catalog that a text names in full; single words as they are spelt."""
        stems = list(words(text))
        tokens = {match.group().casefold() for match in _WORD.finditer(text)}
        return [
            name
            for name, entry in self._skills.items()
            if (_stands(entry.stems, stems) if len(entry.stems) > 1 else entry.plain in tokens)
        ]

    def resembling(self, phrase: str, count: int) -> list[NamedGoal]:
        """Jobs and awards, of more than `count` those whose names are spelt most like a phrase."""
        named = self.names
        if len(named) <= count:
            return named
        spelt = process.extract(
            phrase, [goal.name for goal in named], scorer=fuzz.token_set_ratio, limit=count
        )
        return [named[at] for _, _, at in spelt]

    def programs_in(self, text: str) -> list[str]:
        """Ids of programs that a text names by their whole title or code, well or misspelt."""
        said = list(words(text))
        full = [e for e in self._programs if _stands(e.stems, said)]
        found = [e.goal for e in full] or [
            goal for goal in self._misspelt(text) if goal.kind is GoalKind.PROGRAM
        ]
        return list(dict.fromkeys(goal.id for goal in found))

    def _spelt(self, stem: str) -> str:
        """A stem that names of goals hold, for one that they do not hold but that looks like it."""
        if stem in self._stems or len(stem) < _SHORTEST:
            return stem
        near = process.extractOne(stem, self._stems, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return near[0] if near and near[0] not in _GENERIC else stem

    def _partly(self, phrase: str) -> bool:
        said = list(words(phrase))
        return not (self._in_full(said) or self._misspelt(phrase) or self._shortened(said))

    def _in_full(self, said: list[str]) -> list[NamedGoal]:
        """The goals of the longest name that stands in what was said."""
        found = [entry for entry in self._entries if _stands(entry.stems, said)]
        longest = max((len(entry.stems) for entry in found), default=0)
        return _apart(entry.goal for entry in found if len(entry.stems) == longest)

    def _shortened(self, said: list[str]) -> list[NamedGoal]:
        """The goals each of whose words was said, some only by its beginning, and nothing else."""
        asked = [stem for stem in said if stem not in _GENERIC]
        return _apart(
            entry.goal
            for entry in self._entries
            if len(entry.stems) > 1 and len(entry.stems) == len(asked)
            and all(map(_begins, entry.stems, asked))
        )  # fmt: skip

    def _misspelt(self, phrase: str) -> list[NamedGoal]:
        tokens = [match.group().casefold() for match in _WORD.finditer(phrase)]
        plain = [entry.plain for entry in self._entries]
        best: list[tuple[float, int]] = []
        for size in dict.fromkeys(name.count(" ") + 1 for name in plain):
            for start in range(len(tokens) - size + 1):
                window = " ".join(tokens[start : start + size])
                if len(window) >= _SHORTEST:
                    near = process.extract(
                        window, plain, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=3
                    )
                    best += [(score, at) for _, score, at in near]
        top = max((score for score, _ in best), default=0.0)
        return _apart(self._entries[at].goal for score, at in best if score == top)


def goal_phrases(text: str, *, strong: bool = False) -> Iterator[str]:
    """What stands behind "become", "path to" and their kind, up to the end of the clause.

    With `strong` only behind what tells of a goal whatever was asked.
    """
    for lead in (_STRONG if strong else _LEAD).finditer(text):
        rest = text[lead.end() :]
        end = _CLAUSE_END.search(rest)
        phrase = rest[: end.start()] if end else rest
        if phrase.strip():
            yield phrase.strip()


def content(phrase: str) -> str:
    """A phrase without the words that name no goal; empty when nothing is left."""
    telling = set(words(phrase)) - _GENERIC
    kept = [m.group() for m in _WORD.finditer(phrase) if telling & set(words(m.group()))]
    return " ".join(word for word in kept if len(word) > 1)


def _named(programs: Sequence[Program], known: set[str]) -> Iterator[NamedGoal]:
    for program in programs:
        yield from (NamedGoal(GoalKind.OCCUPATION, name) for name in program.occupations)
    for program in programs:
        awards = (name for name in program.stacks_into if name.casefold() not in known)
        yield from (NamedGoal(GoalKind.AWARD, name) for name in awards)
    for program in programs:
        yield NamedGoal(GoalKind.PROGRAM, program.title, program.id)
        if program.code:
            yield NamedGoal(GoalKind.PROGRAM, program.code, program.id)
    for program in programs:
        yield from (NamedGoal(GoalKind.SKILL, name) for name in program.skills)


def _entry(goal: NamedGoal) -> _Entry:
    tokens = [match.group().casefold() for match in _WORD.finditer(goal.name)]
    stands_for = words(" ".join(_DEGREES[t] for t in tokens if t in _DEGREES))
    degree = {*stands_for, *words("degree")} if stands_for and goal.kind is GoalKind.AWARD else ()
    stems = tuple(words(goal.name))
    return _Entry(goal, stems, frozenset({*stems, *degree}), " ".join(tokens))


def _stands(stems: Sequence[str], said: Sequence[str]) -> bool:
    size = len(stems)
    return any(tuple(said[at : at + size]) == tuple(stems) for at in range(len(said) - size + 1))


def _begins(stem: str, said: str) -> bool:
    """Whether a word was said, or its beginning: "tech" for a technician."""
    return stem == said or (len(said) >= _SHORTEST_BEGINNING and stem.startswith(said))


def _apart(goals: Iterator[NamedGoal]) -> list[NamedGoal]:
    """Goals of one name once, as the first kind; several programs of one title stay apart."""
    found: dict[tuple[str, ...], NamedGoal] = {}
    for goal in sorted(set(goals), key=lambda g: (list(GoalKind).index(g.kind), g.name, g.id)):
        key = tuple(words(goal.name))
        same = found.get(key)
        if same is None:
            found[key] = goal
        elif same.kind is goal.kind is GoalKind.PROGRAM and same.id != goal.id:
            found[(*key, goal.id)] = goal
    return list(found.values())
