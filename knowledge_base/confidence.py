"""States how sure the assistant may be that the best passage holds the answer."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Signals:
    """What retrieval saw of the best passage; every figure but `margin` lies in 0-1."""

    cosine: float
    """Of the question and the passage."""
    coverage: float
    """Share of the question's words, weighted by rarity, that stand in the passage."""
    history_cosine: float = 0.0
    """Of the earlier turns, weighted by recency, and the passage's document."""
    history_coverage: float = 0.0
    """Share of the earlier turns' words that stand in the passage."""
    continuation: float = 0.0
    """Probability that the question goes on with the earlier turns; 0 without any."""
    margin: float = 0.0
    """How much better the passage scored than the best one of another document."""


_FIRST_TURN = -7.94, Signals(8.66, 1.31)
_LATER_TURN = -5.42, Signals(3.08, 0.32, 2.2, 2.27, -0.11, 2.59)
"""Intercept and weights of logistic regressions over turns of two public sets of policy dialogues
(Doc2Dial) against editions that lack half of their pages: 70 % turns whose page is there, 15 %
whose page is not, 15 % of the other set. A first turn has only its own words to go by, so it is
judged by its own weights. `benchmarks/calibration.py` fits them and tells how weights fitted on one
set judge the other: against another subject the area under the ROC curve is .99 and 1.00 for first
turns, .92 and .96 for later ones; against a page that was removed .80 and .82, .76 and .81; the
calibration error is .09 to .10. The margin would rank first turns better still, but says little in
a catalog of many like programs."""


def confidence(signals: Signals) -> float:
    """Probability in 0-1 that the best passage holds the answer."""
    has_history = signals.continuation > 0
    intercept, weights = _LATER_TURN if has_history else _FIRST_TURN
    logit = intercept + sum(
        weight * value for weight, value in zip(astuple(weights), astuple(signals), strict=True)
    )
    return 1 / (1 + math.exp(-logit))
