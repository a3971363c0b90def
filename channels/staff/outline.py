"""A tree as an outline that a person can type, and back; requirements are such trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from knowledge_base.model import Join, Requirement

_JOINS = {"all of": Join.ALL, "any of": Join.ANY}
INDENT = "  "
_PROGRAM = "@"
T = TypeVar("T")
DEEPEST = 6
"""Levels of an outline: a requirement that needs more is no longer read by anybody."""


class OutlineError(ValueError):
    """A line of an outline that cannot be read; the message names it."""


def outlined(requirement: Requirement | None) -> str:
    """A requirement line by line: `any of`, and below it, indented, what it joins.

    A program is `@` and its id, before the words that the source has for it.
    """
    return "" if requirement is None else "\n".join(_lines(requirement, 0))


def requirement_in(outline: str) -> Requirement | None:
    """The requirement of an outline, whose first lines must all be met; None for an empty one.

    Raises OutlineError.
    """
    parts = tree_in(outline, _requirement)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Requirement(parts=tuple(parts))


def tree_in(outline: str, make: Callable[[int, str, Sequence[T]], T]) -> list[T]:
    """What stands furthest left in an outline, each made of its number, words and parts.

    Raises OutlineError, which `make` may raise too.
    """
    lines = [
        (number, len(line) - len(line.lstrip()), line.strip())
        for number, line in enumerate(outline.expandtabs(len(INDENT)).splitlines(), 1)
        if line.strip()
    ]
    if not lines:
        return []
    parts, rest = _read(lines, lines[0][1], 0, make)
    if rest:
        raise OutlineError(f"Line {rest[0][0]} stands further left than the first line.")
    return parts


_Line = tuple[int, int, str]


def _read(
    lines: Sequence[_Line], indent: int, depth: int, make: Callable[[int, str, Sequence[T]], T]
) -> tuple[list[T], Sequence[_Line]]:
    """What stands at one indent, and the lines that come after it."""
    found: list[T] = []
    while lines and lines[0][1] >= indent:
        number, at, words = lines[0]
        if at > indent:
            raise OutlineError(f"Line {number} is indented, but nothing above it joins it.")
        if depth == DEEPEST:
            raise OutlineError(f"Line {number} is deeper than {DEEPEST} levels.")
        lines = lines[1:]
        parts: list[T] = []
        if lines and lines[0][1] > indent:
            parts, lines = _read(lines, lines[0][1], depth + 1, make)
        found.append(make(number, words, parts))
    return found, lines


def _requirement(number: int, words: str, parts: Sequence[Requirement]) -> Requirement:
    text, join = words, Join.ALL
    if parts:
        head, _, last = words.rstrip(":").rpartition(": ")
        if last.casefold() not in _JOINS:
            raise OutlineError(f"Line {number} must end with “all of” or “any of”.")
        text, join = head, _JOINS[last.casefold()]
    program = ""
    if text.startswith(_PROGRAM):
        program, _, text = text.removeprefix(_PROGRAM).partition(" ")
    return Requirement(text, program, join, tuple(parts))


def _lines(requirement: Requirement, depth: int) -> Iterator[str]:
    program = f"{_PROGRAM}{requirement.program}" if requirement.program else ""
    own = " ".join(filter(None, (program, " ".join(requirement.text.split()))))
    if requirement.parts:
        own = ": ".join(filter(None, (own, f"{requirement.join.value} of")))
    yield INDENT * depth + own
    for part in requirement.parts:
        yield from _lines(part, depth + 1)
