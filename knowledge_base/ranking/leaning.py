"""Judges whether a question goes on with what was said before it, or begins anew."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from knowledge_base.lexical import words

_POINTS_BACK = re.compile(
    r"\b(it|its|that|this|those|these|they|them|he|she|there|one|ones|so|then|also|else|instead"
    r"|another|other|yes|no|ok|okay|not)\b",
    re.I,
)
_FEW_WORDS = 3
"""A question of this few meaningful words rarely stands alone."""
_MANY_WORDS = 12
"""From here on more words say nothing new."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """How a question stands to the conversation before it."""

    points_back: bool
    """Whether it has a word such as *it* or *that*."""
    few_words: bool
    length: float
    """Meaningful words, as a share of twelve, at most 1."""
    best: float
    """Relevance to the question of the best passage of all."""
    gap: float
    """How much less relevant the best passage of the conversation's document is."""
    student_goes_on: bool = False
    """Whether the student spoke last too, and nobody answered in between."""
    likeness: float = 0.0
    """Cosine of the question and the earlier turns."""
    at_home: float = 0.0
    """Logarithm of the chance, by the question alone, that its answer stands in the document which
    the conversation points to."""

    @classmethod
    def of(
        cls,
        question: str,
        best: float,
        gap: float,
        student_goes_on: bool = False,
        likeness: float = 0.0,
        at_home: float = 0.0,
    ) -> Bearing:
        """From the words of the question and what was found for it."""
        count = len(words(question))
        return cls(
            points_back=bool(_POINTS_BACK.search(question)),
            few_words=count <= _FEW_WORDS,
            length=min(count, _MANY_WORDS) / _MANY_WORDS,
            best=best,
            gap=gap,
            student_goes_on=student_goes_on,
            likeness=likeness,
            at_home=at_home,
        )


WEIGHTS = (13.31, 0.89, 2.0, -3.89, -10.08, -16.86, 0.26, 3.03, 0.38)
"""Intercept and weights of a bearing's figures, in their order: a logistic regression over turns as
they were asked against first turns put behind another dialogue, fitted together with how well the
right passage ranks (`benchmarks/learning.py`). Fitted on one set and judging the other, the area
under the ROC curve of such gates was .97 and .98."""


def continuation(bearing: Bearing, weights: Sequence[float] = WEIGHTS) -> float:
    """Probability (0-1) that the question goes on with the conversation."""
    logit = weights[0] + sum(w * v for w, v in zip(weights[1:], astuple(bearing), strict=True))
    return 1 / (1 + math.exp(-logit))


def leans(question: str) -> bool:
    """Whether the words alone say so: it points back, or is too short to stand alone."""
    return len(words(question)) <= _FEW_WORDS or bool(_POINTS_BACK.search(question))
