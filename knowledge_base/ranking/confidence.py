"""States how sure the assistant may be that the best passage holds the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

_LEAST = 1e-4
"""Chances are cut off here on either side before their odds are taken."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What retrieval saw of the best passage; every figure lies in about 0-1."""

    chance: float = 0.0
    """That it is the right passage, if one is."""
    document_chance: float = 0.0
    """That its document is the right one, if one is."""
    cosine: float = 0.0
    """Of the question and the passage."""
    coverage: float = 0.0
    """Share of the question's words, weighted by rarity, that stand in the passage."""
    later: bool = False
    """Whether there are earlier turns; without any the figures below are zero."""
    history_cosine: float = 0.0
    """Of the earlier turns, weighted by recency, and the passage's document."""
    history_coverage: float = 0.0
    """Share of the earlier turns' words that stand in the passage."""
    history_words: float = 0.0
    """BM25 of the earlier turns and the passage, by the summed rarity of their words."""
    history_in_context: float = 0.0
    """Share of the earlier turns' words that stand in the passage's title and headings."""
    likeness: float = 0.0
    """Cosine of the question and the earlier turns."""

    @property
    def published(self) -> tuple[float, ...]:
        """What speaks for the answer being published at all."""
        own = self.cosine, self.coverage, _log_odds(self.document_chance)
        if not self.later:
            return own
        return (
            *own,
            self.history_cosine,
            self.history_coverage,
            self.history_words,
            self.history_in_context,
            self.likeness,
        )

    @property
    def right(self) -> tuple[float, ...]:
        """What speaks for the first passage holding the answer, if it is published."""
        return (_log_odds(self.chance),)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Intercept and weights of logistic regressions for first turns and for later ones."""

    first_published: tuple[float, ...]
    first_right: tuple[float, ...]
    later_published: tuple[float, ...]
    later_right: tuple[float, ...]

    def to_store(self) -> dict[str, list[float]]:
        """The form that a manifest holds."""
        return {name: list(weights) for name, weights in asdict(self).items()}

    @classmethod
    def stored(cls, weights: Mapping[str, Sequence[float]] | None) -> Calibration:
        """What an edition's manifest holds; an older edition has none and gets the shipped one."""
        if not weights:
            return CALIBRATION
        return cls(**{field.name: tuple(weights[field.name]) for field in fields(cls)})


CALIBRATION = Calibration(
    first_published=(-10.02, 13.82, 0.52, 0.43),
    first_right=(0.03, 0.96),
    later_published=(-6.46, 5.32, 0.55, 0.25, 8.23, 7.61, -6.54, 9.08, -5.05),
    later_right=(0.16, 0.82),
)
"""Fitted on turns of two public sets of policy dialogues (Doc2Dial) against editions that lack half
of their pages: 70 % turns whose page is there, 15 % whose page is not, 15 % of the other set.
`benchmarks/calibration.py` fits it. Fitted on one set and judging the other, the area under the ROC
curve is .93 and .90 against another subject, .81 and .80 against a page that was removed; the
calibration error is .06 and .05 in this mix, .13 and .04 when every answer is published."""


def published(signals: Signals, calibration: Calibration = CALIBRATION) -> float:
    """Probability in 0-1 that some passage holds the answer."""
    weights = calibration.later_published if signals.later else calibration.first_published
    return _logistic(weights, signals.published)


def confidence(signals: Signals, calibration: Calibration = CALIBRATION) -> float:
    """Probability in 0-1 that the best passage holds the answer: that an answer is published, times
    that this passage holds it then."""
    weights = calibration.later_right if signals.later else calibration.first_right
    return published(signals, calibration) * _logistic(weights, signals.right)


def _logistic(weights: Sequence[float], values: Sequence[float]) -> float:
    logit = weights[0] + sum(w * v for w, v in zip(weights[1:], values, strict=True))
    return 1 / (1 + math.exp(-logit))


def _log_odds(chance: float) -> float:
    kept = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(kept / (1 - kept))
