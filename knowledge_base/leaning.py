"""Tells whether a question leans on what was said before it."""

from __future__ import annotations

import re

from knowledge_base.lexical import words

_POINTS_BACK = re.compile(
    r"\b(it|its|that|this|those|these|they|them|he|she|there|one|ones|so|then|also|else|instead"
    r"|another|other|yes|no|ok|okay|not)\b",
    re.I,
)
_FEW_WORDS = 3
"""A question of this few meaningful words rarely stands alone."""


def leans(question: str) -> bool:
    """Whether the question points back ("how much is it") or is too short to stand alone."""
    return len(words(question)) <= _FEW_WORDS or bool(_POINTS_BACK.search(question))
