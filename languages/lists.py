"""Joins what a sentence lists with the *and* or *or* of the language that is spoken."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence

import yaml

from languages.speech import FOLDER, say, spoken


def joined(parts: Sequence[str], word: str = "and") -> str:
    """`A`, `A and B`, `A, B and C`; nothing of nothing. `word` is `and` or `or`.

    A language whose joining word changes before some sounds says so in its `euphony.yml`.
    """
    if len(parts) < 2:
        return "".join(parts)
    before, last = ", ".join(parts[:-1]), parts[-1]
    changed = _euphony(spoken()).get(word)
    if changed and re.match(rf"\W*(?:{changed['sound']})", last, re.I):
        return changed["say"].format(before=before, last=last)
    if word == "or":
        return say("{before} or {last}", before=before, last=last)
    return say("{before} and {last}", before=before, last=last)


@functools.cache
def _euphony(language: str) -> Mapping[str, Mapping[str, str]]:
    """Per joining word: the sounds before which it changes, as a pattern, and what is said then."""
    path = FOLDER / language / "euphony.yml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
