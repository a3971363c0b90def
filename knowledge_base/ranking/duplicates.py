"""Keeps one of several passages that say the same, so that repeats take nobody's place."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from knowledge_base.model import Passage

_SAME = 95.0
"""Ratio (0-100) of letters in common from which two passages say the same, titles and headings
included: a page that stands under two addresses does. Their figures must all be the same too, so
that this year's fee never hides last year's, nor one course another of its kind."""
_FIGURE = re.compile(r"\d+")
Places = npt.NDArray[np.int64]


def without_repeats(order: Places, passages: Sequence[Passage], count: int) -> Places:
    """The first `count` places of an order, best first, without those that repeat a better one.

    Of repeats the one that was verified last takes the better place.
    """
    kept: list[int] = []
    for place in map(int, order):
        same = next((n for n, k in enumerate(kept) if _repeats(passages[place], passages[k])), None)
        if same is not None:
            if _verified(passages[place]) > _verified(passages[kept[same]]):
                kept[same] = place
        elif len(kept) == count:
            break
        else:
            kept.append(place)
    return np.array(kept, np.int64)


def _repeats(one: Passage, other: Passage) -> bool:
    if one.institution != other.institution or one.context != other.context:
        return False
    alike = fuzz.ratio(one.text, other.text, score_cutoff=_SAME) > 0
    return alike and _FIGURE.findall(one.text) == _FIGURE.findall(other.text)


def _verified(passage: Passage) -> str:
    return str(passage.validity.last_verified or "")
