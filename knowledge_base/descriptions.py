"""Tells which program a student means who describes it without its name: "the excel class"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge_base.arrays import Vectors
from knowledge_base.encoder import Encoder
from knowledge_base.model import Program

_NOUN = (
    "class|course|program|programme|prep|training|boot ?camp|workshop|cert|certificate|badge"
    "|credential|intro|one|thing"
)
_DESCRIBED = re.compile(rf"(?P<words>(?:[\w+#'’/&-]+ ){{1,4}})(?:{_NOUN})\b", re.I)
_PLAIN = frozenset(
    """a about after an and any are at be before by can did do does doing first for from get going
    gonna has have how i if in into is it just last long more much my new next non of on only or
    other same so some starting take taken taking that the there these this those to u ur very want
    wanna was what when whats which who will with would you your""".split()
)
"""Words that describe no program; what describes one stands behind the last of them."""
_ANY = frozenset("a an another any no other some what which".split())
"""Behind these a student means none in particular."""
_LEAST = 0.76
"""Cosine from which a phrase describes a program, of the packaged encoder. Of 64 questions to tune
on that describe the program of their answer without naming it, 40 find it alone and 12 among
several; none finds another."""
_BESIDE = 0.015
"""Programs whose cosine is less by no more than this may be meant just as well."""
_MOST = 4
"""Programs that a phrase may fit; one that fits more tells nothing."""


@dataclass(frozen=True, slots=True)
class Described:
    """`question[start:end]` describes one program, or leaves open which of several."""

    start: int
    end: int
    programs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Descriptions:
    """What the programs of an edition are called, teach and lead to, with vectors."""

    programs: tuple[tuple[str, ...], ...] = ()
    """Per phrase: ids of the programs that it belongs to."""
    vectors: Vectors = field(default_factory=lambda: np.empty((0, 0), np.float32))
    """Shape (phrases, dimension), rows of length 1."""

    def find(self, question: str, encoder: Encoder) -> Described | None:
        """The first phrase that describes a program, without what is said to describe any."""
        if not self.programs:
            return None
        found = (self._fitting(phrase, encoder) for phrase in _phrases(question))
        return next(filter(None, found), None)

    def _fitting(self, phrase: re.Match[str], encoder: Encoder) -> Described | None:
        near = self.vectors @ encoder.encode([phrase["told"]])[0]
        best = float(near.max())
        ids = {i for at in np.flatnonzero(near >= best - _BESIDE) for i in self.programs[at]}
        if best < _LEAST or len(ids) > _MOST:
            return None
        return Described(phrase.start("told"), phrase.end("told"), tuple(sorted(ids)))


def phrases_of(programs: Sequence[Program]) -> Mapping[str, tuple[str, ...]]:
    """Per phrase that describes programs, ids of these: titles, subjects, skills, occupations."""
    found: dict[str, list[str]] = {}
    for program in programs:
        said = (program.title, program.subject, *program.skills, *program.occupations)
        for phrase in dict.fromkeys(filter(None, said)):
            found.setdefault(phrase, []).append(program.id)
    return {phrase: tuple(ids) for phrase, ids in found.items()}


def _phrases(question: str) -> Iterator[re.Match[str]]:
    """What stands before a noun such as *class*, behind the last plain word, as `told`."""
    for match in _DESCRIBED.finditer(question):
        said = match["words"].split()
        plain = [at for at, word in enumerate(said) if word.casefold() in _PLAIN]
        first = plain[-1] + 1 if plain else 0
        if first == len(said) or (plain and said[first - 1].casefold() in _ANY):
            continue
        told = re.compile(rf"(?P<told>{re.escape(' '.join(said[first:]))})")
        if exact := told.search(question, match.start("words")):
            yield exact
