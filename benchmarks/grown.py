"""Content of any size for benchmarks: the public policy pages again and again, with changes.

A copy of a page has another title and a tenth of its longer words replaced by made-up ones, so that
no two passages and no two vocabularies are alike. The vector of a copied passage is not computed
from its text, which would take hours: it lies between the vector of the original and that of one of
the original's nearest others, with noise, so that it has neighbours as real passages have them.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge_base.arrays import Rows, Vectors
from knowledge_base.encoder import Encoder
from knowledge_base.index import BruteForceIndex
from knowledge_base.model import Document
from knowledge_base.passages import passages
from knowledge_base.rows.passages import searched_text
from knowledge_base.store import Entry

PAGES = Path(__file__).resolve().parents[2] / "shared/data/policy_pages"
SETS = ("va", "dmv")
CHANGED = 0.1
NEAREST = 15
NOISE = 0.25
"""Length of the noise beside a vector of length 1: the cosine with the place it was put is .97."""
_LONG_WORD = re.compile(r"\b[a-z]{5,}\b")
_SYLLABLES = [first + second for first in "bcdfghjklmnprstvwz" for second in "aeiou"]
_MARK = re.compile(r"\(§(\d+)\.\d+\)")
"""Ends the title of a copy: the number of the page, and of the copy."""


def pages() -> list[Document]:
    """The real pages of both sets."""
    found = []
    for name in SETS:
        with (PAGES / name / "docs.jsonl").open(encoding="utf-8") as lines:
            for page in map(json.loads, lines):
                found.append(Document(f"{name}/{page['doc_id']}", page["title"], page["text"]))
    return found


def entries(count: int) -> list[Entry]:
    """Copies of the pages that hold `count` passages or a few more; the same ones at each call."""
    originals = pages()
    held = [len(passages(page)) for page in originals]
    change = _Changer()
    made: list[Entry] = []
    total = 0
    while total < count:
        copy, number = divmod(len(made), len(originals))
        page = originals[number]
        text = _LONG_WORD.sub(change, page.text)
        made.append(Entry(Document(f"{page.id}/{copy}", f"{page.title} (§{number}.{copy})", text)))
        total += held[number]
    return made


class _Changer:
    """Replaces a tenth of the words it is shown by made-up ones, common and rare as words are."""

    def __init__(self) -> None:
        self._random = random.Random(0)

    def __call__(self, word: re.Match[str]) -> str:
        if self._random.random() > CHANGED:
            return word.group()
        number = int(self._random.paretovariate(0.7))
        made = ""
        while number:
            number, place = divmod(number, len(_SYLLABLES))
            made += _SYLLABLES[place]
        return made


class GivenVectors:
    """An encoder that knows whose copy a passage is, and gives it a vector near the original's."""

    def __init__(self, real: Encoder):
        self.name, self.dimension = real.name, real.dimension
        originals = [passages(page) for page in pages()]
        self._first = np.cumsum([0, *(len(cut) for cut in originals)])
        self._vectors = real.encode(
            [searched_text(passage) for cut in originals for passage in cut]
        )
        oracle = BruteForceIndex(self._vectors)
        self._near = np.stack([oracle.search(v, NEAREST + 1)[0] for v in self._vectors])
        self._random = np.random.default_rng(0)
        self._title, self._place = "", 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension); passages of a page are to come in their order."""
        return self.around(np.array([self._original(text) for text in texts]))

    def _original(self, text: str) -> int:
        mark = _MARK.search(text)
        assert mark is not None
        self._place = self._place + 1 if mark.group() == self._title else 0
        self._title = mark.group()
        number = int(mark.group(1))
        return int(min(self._first[number] + self._place, self._first[number + 1] - 1))

    def around(self, rows: Rows) -> Vectors:
        """New vectors near some of the original ones."""
        other = self._near[rows, self._random.integers(1, NEAREST + 1, len(rows))]
        share = self._random.random((len(rows), 1), np.float32)
        between = _unit(share * self._vectors[rows] + (1 - share) * self._vectors[other])
        noise = self._random.standard_normal(between.shape, np.float32)
        return _unit(between + noise * NOISE / math.sqrt(self.dimension))


def _unit(vectors: Vectors) -> Vectors:
    found: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found
