"""Reads which programs must come before a program, from its requirement tree or its words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import product

from knowledge_base.model import Join, Program, Requirement

_NOT_REQUIRED = re.compile(r"\b(?:not required|recommended|optional|helpful)\b", re.I)
_ALTERNATIVE = re.compile(r"\bor\b", re.I)
_MOST_CLAUSES = 64
"""A tree that multiplies out beyond this is taken by its words instead."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that must be met: any one of ``programs``, or something else when ``otherwise``.

    ``text`` says it in the catalog's words.
    """

    programs: tuple[str, ...]
    otherwise: bool
    text: str


def clauses(program: Program, known: Collection[str]) -> tuple[Clause, ...]:
    """What must all be met before a program begins; without programs it is left to a person.

    `known` are the ids of the catalog, by which programs are recognised in words.
    """
    if program.requirement is not None:
        found = _tree(program.requirement)
        if len(found) <= _MOST_CLAUSES:
            return tuple(found)
    return tuple(_words(program.prerequisites, known))


def _tree(need: Requirement) -> list[Clause]:
    if not need.parts:
        programs = (need.program,) if need.program else ()
        return [Clause(programs, not programs, need.text)] if programs or need.text else []
    parts = [_tree(part) for part in need.parts]
    if need.join is Join.ALL:
        return [clause for part in parts for clause in part]
    found: list[Clause] = []
    for combination in product(*(part for part in parts if part)):
        if len(found) > _MOST_CLAUSES:
            break
        found.append(_either(combination, need.text))
    return found


def _either(parts: Iterable[Clause], text: str) -> Clause:
    joined = list(parts)
    programs = dict.fromkeys(i for part in joined for i in part.programs)
    words = text or " or ".join(part.text or ", ".join(part.programs) for part in joined)
    return Clause(tuple(programs), any(part.otherwise for part in joined), words)


def _words(text: str, known: Collection[str]) -> Iterable[Clause]:
    """Sentences and semicolons part conditions; codes joined by "and" are all needed."""
    for part in re.split(r"[.;]\s+|[.;]$", text):
        codes = list(
            dict.fromkeys(
                c for c in re.findall(r"[A-Za-z]+(?:-[A-Za-z0-9]+)+|\w+", part) if c in known
            )
        )
        if not part.strip() or part.strip().casefold() in {"none", "no prerequisites"}:
            continue
        if not codes:
            yield Clause((), True, part.strip())
        elif not _NOT_REQUIRED.search(part):
            yield from _joined(part.strip(), codes)


def _joined(part: str, codes: list[str]) -> Iterable[Clause]:
    several = r"\s+and\s+".join(map(re.escape, codes))
    if len(codes) > 1 and re.search(several, part):
        for code in codes:
            yield Clause((code,), False, part)
        return
    rest = part
    for code in codes:
        rest = rest.replace(code, "§")
    between = re.sub(r"§(?:\s*,)?\s+or\s+§", "§", rest)
    yield Clause(tuple(codes), bool(_ALTERNATIVE.search(between.replace("C or better", ""))), part)
