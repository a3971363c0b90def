"""BM25 over passages; the only module that knows bm25s."""

from __future__ import annotations

import json
import math
import re
import threading
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import bm25s
import numpy as np
import Stemmer

from knowledge_base.arrays import Allowed, Rows, Scores

_SIZE, _VOCABULARY = "size.json", "vocab.index.json"
_OPENING = threading.Lock()
"""NumPy reads the head of a file as a Python literal, and CPython 3.11 fails now and then when two
threads do that at once ("AST constructor recursion depth mismatch", python/cpython#106905)."""
_WORD = re.compile(r"[^\W_]+(?:[.'-][^\W_]+)*")
_STOP_WORDS = frozenset(
    """a about am an and any are as at be been but by can could did do does for from had has have
    he her his how i if in is it its just me my of on or our please she should so some that the
    their them then there these they this those to us was we were what when where which who whom
    why will with would you your""".split()
)


def content_words(text: str) -> set[str]:
    """The words that carry meaning as they stand, lower case; none that begins with a figure."""
    lower = {match.group() for match in _WORD.finditer(text.casefold())}
    return {word for word in lower - _STOP_WORDS if len(word) > 2 and not word[0].isdigit()}


def words(text: str) -> list[str]:
    """Stems of the words that carry meaning, lower case; a text of stop words only keeps them."""
    lower = [match.group() for match in _WORD.finditer(text.casefold())]
    kept = [word for word in lower if word not in _STOP_WORDS] or lower
    stems: list[str] = Stemmer.Stemmer("english").stemWords(kept)
    return stems


class LexicalIndex:
    """Okapi BM25 (k1 = 1.5, b = 0.75, Lucene's idf) over stemmed words."""

    def __init__(self, index: bm25s.BM25 | None, size: int):
        """Without an index, no text holds a word and nothing is ever found."""
        self._index = index
        self._size = size

    @classmethod
    def build(cls, texts: Iterable[str]) -> Self:
        """Index texts; the row numbers are their order. Of a text only its words are kept."""
        vocabulary: dict[str, int] = {}
        tokens = [
            array("i", [vocabulary.setdefault(word, len(vocabulary)) for word in words(text)])
            for text in texts
        ]
        if not vocabulary:
            return cls(None, len(tokens))
        index = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        index.index((tokens, vocabulary), show_progress=False)
        return cls(index, len(tokens))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a folder that `save` wrote, mapped into memory; no pickle is read."""
        size = json.loads((folder / _SIZE).read_text(encoding="utf-8"))
        if not (folder / _VOCABULARY).exists():
            return cls(None, size)
        with _OPENING:
            return cls(bm25s.BM25.load(str(folder), mmap=True, allow_pickle=False), size)

    def save(self, folder: Path) -> None:
        """Write arrays and JSON, no pickle."""
        folder.mkdir(exist_ok=True)
        if self._index is not None:
            self._index.save(str(folder), allow_pickle=False)
        (folder / _SIZE).write_text(json.dumps(self._size), encoding="utf-8")

    def search(self, query: str, count: int, allowed: Allowed | None = None) -> tuple[Rows, Scores]:
        """At most `count` rows that share a word with the query, best first, with BM25 scores.

        With `allowed`, of shape (n,), only rows for which it is true; None: all.
        """
        scores = self.scores(query)
        best = best_rows(scores, count, allowed)
        return best, scores[best]

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a stem, ln(1 + (n - df + 0.5) / (df + 0.5))."""
        frequency = 0
        if self._index is not None and word in self._index.vocab_dict:
            token = self._index.vocab_dict[word]
            starts = self._index.scores["indptr"]
            frequency = int(starts[token + 1] - starts[token])
        return math.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5))

    def scores(self, query: str) -> Scores:
        """BM25 of every row, shape (n,)."""
        known = [w for w in words(query) if self._index and w in self._index.vocab_dict]
        if self._index is None or not known:
            return np.zeros(self._size, np.float32)
        scores: Scores = self._index.get_scores(known)
        return scores


def best_rows(scores: Scores, count: int, allowed: Allowed | None = None) -> Rows:
    """At most `count` allowed rows with a score above 0, best first; of equals the first rows."""
    rows = np.flatnonzero(scores > 0 if allowed is None else (scores > 0) & allowed)
    if len(rows) > count:
        least = np.partition(scores[rows], len(rows) - count)[len(rows) - count]
        rows = rows[scores[rows] >= least]
    best: Rows = rows[np.argsort(-scores[rows], kind="stable")[:count]]
    return best
