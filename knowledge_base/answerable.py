"""Tells whether passages can hold what a question asks for, so that a page that is merely about the
same thing is not told as an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from knowledge_base.encoder import Encoder
from knowledge_base.lexical import content_words, words
from knowledge_base.text.wanted import holds_wanted, wanted

_VERB = r"(?:do|does|did|is|are|was|were|will|would|can|could|should|must|happens?)"
_WORD = r"[a-z][a-z-]{3,}"
_NAMED = re.compile(
    rf"\b(?:which|what) (?!{_VERB}\b)(?P<which>{_WORD})(?: [a-z-]+)?"
    rf"(?= (?:of|i|we|you|they|u|{_VERB})\b)"
    rf"|\b(?:is|are) there (?:an?|any) (?P<there>{_WORD})\b"
    r"|\bdo(?:es)? (?:you|u|they|the (?:college|school|university|campus))"
    rf" (?:have|offer|provide) (?:an?|any) (?P<offered>{_WORD})\b",
    re.I,
)
"""The thing that a question asks for by name: "which textbook does it use", "do you have a gym"."""
_GENERAL = frozenset(
    """one ones thing things kind kinds type types sort sorts way ways other others else class
    classes course courses program programs option options person people somewhere someone something
    anything anyone anybody somebody chance good much more next best""".split()
)
"""Words that name nothing that would have to stand in an answer."""
_NEAR = 0.4
"""How much nearer to the thing, as a share of the way from the middle word of the passages to the
thing itself, the nearest of their words has to be to mean the same. In 440 questions of students to
tune on eight things do not stand in what was quoted: of the seven that nothing published answers
the nearest lies at .18 to .39, of *discount*, rightly answered by a price, at .43. Exam and test,
price and cost, gym and fitness lie at .49 to .76."""
_FEWEST_WORDS = 8
"""Different words below which there is no middle to measure from."""
_KEPT = 16_384


class Answerable:
    """Looks for the thing and the kind of value that a question asks for. Thread-safe."""

    def __init__(self, encoder: Encoder):
        self._encode = lru_cache(maxsize=_KEPT)(lambda word: encoder.encode([word])[0])

    def by(self, question: str, texts: Sequence[str]) -> bool:
        """Whether what a question asks for may stand in any of the texts; when in doubt it may."""
        kind = wanted(question)
        if kind is not None:
            return not kind.needed or any(holds_wanted(question, text) for text in texts)
        match = _NAMED.search(question)
        thing = match and (match["which"] or match["there"] or match["offered"]).casefold()
        return not thing or thing in _GENERAL or self._names(thing, texts)

    def _names(self, thing: str, texts: Sequence[str]) -> bool:
        """Whether the texts have the word for a thing, or one that means about the same."""
        if set(words(thing)) & {stem for text in texts for stem in words(text)}:
            return True
        said = sorted({word for text in texts for word in content_words(text)})
        if len(said) < _FEWEST_WORDS:
            return True
        near = np.stack([self._encode(word) for word in said]) @ self._encode(thing)
        middle = float(np.median(near))
        return float(near.max()) - middle >= _NEAR * (1 - middle)
