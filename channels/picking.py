"""A choice that was picked without a button: its number, or nearly its label."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from channels.model import Choice

NEAR = 88.0
"""Of 100: "talk to person" for "Talk to a person" is 93, "yes" for "yesterday" 50."""
_NUMBER = re.compile(r"\W*(\d{1,2})\W*")


def picked(text: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice that a typed text means; None when it says something of its own."""
    number = _NUMBER.fullmatch(text)
    if number:
        place = int(number[1])
        return choices[place - 1] if 1 <= place <= len(choices) else None
    typed = _plain(text)
    scores = [fuzz.ratio(typed, _plain(choice.label)) for choice in choices]
    best = max(scores, default=0.0)
    if best < NEAR or scores.count(best) > 1:
        return None
    return choices[scores.index(best)]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
