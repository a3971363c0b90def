"""States how sure the assistant may be that the best passage holds the answer."""

from __future__ import annotations

import math
from dataclasses import dataclass


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
    has_history: bool = False
    leans: bool = False
    margin: float = 0.0
    """How much better the passage scored than the best one of another document."""


_WEIGHTS = Signals(1.98, 0.99, 3.92, 2.45, True, True, 2.96)
_HISTORY, _LEANS, _INTERCEPT = -2.17, 0.18, -2.64
"""Logistic regression over 3,600 turns of two public sets of policy dialogues (Doc2Dial, public
service pages): a third as asked, a third with their document removed, a third asked of the other
set. Fitted on one set it ranks answerable turns of the other above turns of another subject with
an area under the ROC curve of .98 and .88, above turns whose document was removed with .75
and .69."""


def confidence(signals: Signals) -> float:
    """Probability in 0-1 that the knowledge base holds the answer."""
    logit = (
        _INTERCEPT
        + _WEIGHTS.cosine * signals.cosine
        + _WEIGHTS.coverage * signals.coverage
        + _WEIGHTS.history_cosine * signals.history_cosine
        + _WEIGHTS.history_coverage * signals.history_coverage
        + _WEIGHTS.margin * signals.margin
        + _HISTORY * signals.has_history
        + _LEANS * signals.leans
    )
    return 1 / (1 + math.exp(-logit))
