"""Finds which programs a question names, by title or code."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from rapidfuzz import fuzz, utils

_ENOUGH = 88.0
"""Partial ratio (0-100) from which a title counts as named: two typing mistakes in a title of
20 letters pass, the other program of a similar pair does not."""
_SHORTEST_TITLE = 8
"""Shorter titles are found only as whole words: anything resembles a few letters."""


def named_programs(question: str, names: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Ids of the programs whose code or title stands in the question, the best first.

    A title that lies inside a longer title which is named too does not count.
    """
    asked = utils.default_process(question)
    titles = {(i, utils.default_process(n)): n for i, group in names.items() for n in group}
    found: dict[str, tuple[float, int]] = {}
    for (program, title), _ in titles.items():
        score = _score(asked, title)
        if score >= _ENOUGH and (score, len(title)) > found.get(program, (0.0, 0)):
            found[program] = (score, len(title))
    if not found:
        return []
    longest = max(length for _, length in found.values())
    best = {program: rank for program, rank in found.items() if rank[1] >= longest / 2}
    return sorted(best, key=lambda program: best[program], reverse=True)


def without_names(
    question: str, programs: Collection[str], names: Mapping[str, tuple[str, ...]], instead: str
) -> str:
    """The question with `instead` where the names of some programs stand, misspelt or not."""
    for name in sorted((n for i in programs for n in names[i]), key=len, reverse=True):
        title, asked = name.lower(), question.lower()
        if whole := re.search(rf"\b{re.escape(title)}\b", asked):
            question = question[: whole.start()] + instead + question[whole.end() :]
        elif _SHORTEST_TITLE <= len(title) <= len(asked) == len(question):
            found = fuzz.partial_ratio_alignment(title, asked, score_cutoff=_ENOUGH)
            if found:
                question = question[: found.dest_start] + instead + question[found.dest_end :]
    return question


def _score(asked: str, title: str) -> float:
    if not title:
        return 0.0
    if re.search(rf"\b{re.escape(title)}\b", asked):
        return 100.0
    figures = {word for word in title.split() if any(letter.isdigit() for letter in word)}
    if not figures <= set(asked.split()):  # DA101 is no misspelt DA120, nor part 1 part 2.
        return 0.0
    if len(title) < _SHORTEST_TITLE or len(asked) < len(title) * 0.8:
        return 0.0
    return fuzz.partial_ratio(title, asked)
