"""Weighs what speaks for each passage into the chance that it is the one that answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge_base.ranking.evidence import TALK_OF_DOCUMENT, Evidence

Logits = npt.NDArray[np.float64]
"""Shape (rows,): logarithms of chances, up to a constant unless said otherwise."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Of the columns of evidence, for a question by itself and for one that goes on with a talk."""

    alone: tuple[float, ...]
    """Of `OWN`, by the question alone."""
    along: tuple[float, ...]
    """Of `OWN`, along a conversation."""
    talk: tuple[float, ...]
    """Of `TALK`, along a conversation."""

    def by_itself(self, found: Evidence) -> Logits:
        """What the question alone says."""
        logits: Logits = found.own @ np.array(self.alone)
        return logits

    def going_on(self, found: Evidence) -> Logits:
        """What it says if it goes on with the conversation."""
        logits: Logits = found.own @ np.array(self.along) + found.talk @ np.array(self.talk)
        return logits

    def elsewhere(self, found: Evidence) -> Logits:
        """What it says if it asks what the conversation asked, but of another document."""
        talk = np.array(self.talk[:TALK_OF_DOCUMENT])
        logits: Logits = found.own @ np.array(self.along) + found.talk[:, :TALK_OF_DOCUMENT] @ talk
        return logits


WEIGHTS = Weights(
    alone=(16.46, 2.81, -1.61, 4.45, 1.14, 2.68, 10.32),
    along=(12.44, 3.32, 0.32, 0.43, 1.83, 2.79, 0.0),
    talk=(1.38, 2.63, 2.31, 9.69, 2.77),
)
"""Fitted by maximum likelihood of the passage that people marked, over turns of two public sets of
policy dialogues (Doc2Dial) and first turns put behind another dialogue; `benchmarks/calibration.py`
fits them. `alone` is fitted over first turns: 344 of both sets and 228 of students to tune on,
which are shorter, and stray further from the words of the pages; docs/decisions/0031 has the
figures.
`along` and `talk` are from before single statements were compared."""


def normalised(logits: Logits) -> Logits:
    """Logarithms of probabilities that sum to 1."""
    top = logits.max()
    result: Logits = logits - top - np.log(np.exp(logits - top).sum())
    return result


def mixed(alone: Logits, along: Logits, goes_on: float) -> Logits:
    """Logarithms of each passage's probability when one of two readings is right."""
    result: Logits = np.logaddexp(
        np.log1p(-goes_on) + normalised(alone), np.log(goes_on) + normalised(along)
    )
    return result
