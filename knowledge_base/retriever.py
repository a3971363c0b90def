"""Finds the passages that a question asks for, with the conversation as part of the query."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from knowledge_base.arrays import Rows, Scores, Vectors
from knowledge_base.confidence import Signals
from knowledge_base.edition import Edition
from knowledge_base.encoder import Encoder
from knowledge_base.leaning import Bearing, continuation, leans
from knowledge_base.lexical import best_rows, words
from knowledge_base.model import Passage, Utterance
from knowledge_base.names import named_programs

_CANDIDATES = 200
"""Passages taken from each index for each turn; beyond them fusion never changed the first ten."""
_LEXICAL_WEIGHT = 0.2
"""BM25, divided by its best score of the turn, is added to the cosine with this weight. On two
public sets of policy dialogues .15 to .3 gave the same recall; reciprocal ranks lost .03."""
_EARLIER_LEXICAL_WEIGHT = 0.4
"""The same for earlier turns, which say by their words which document is talked about."""
_TURNS = 4
"""Earlier utterances that are looked at."""
_DECAY = 0.5
"""Weight of each student's turn against the one after it."""
_PASSAGE_WEIGHT = 0.5
_DOCUMENT_WEIGHT = 1.5
"""How much earlier turns speak for a passage and for its whole document when the question goes on
with them. The document's part matters most: the question tells which passage, the conversation
tells which document. Both are multiplied by the squared probability that it does go on. Recall of
the gold span at 5, same sets: last turn only .47 and .61, with the conversation .81 and .86; when
the subject changes .81 and .76 without a conversation, .68 and .49 with one that always counts,
.80 and .70 with this gate (each fitted on the other set)."""
_NAMED = 0.6
"""Added to passages of a program that the question names."""
_SHARPNESS = 20.0
"""By which a score is multiplied to be a logit of the passage that holds the answer: 19 and 22 by
maximum likelihood on the two sets."""
_FOCUS = 0.3
"""Added to passages of the document that the last answer was about, when the question leans."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question with the conversation before it (oldest first) and the day it is asked on."""

    question: str
    day: date
    history: tuple[Utterance, ...] = ()
    focus: str | None = None
    institution: str | None = None
    """Whose content is searched; None: everybody's."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Passages, best first, with their scores, and what speaks for the first."""

    passages: tuple[Passage, ...] = ()
    scores: tuple[float, ...] = ()
    bearing: Bearing | None = None
    """How the question stands to the conversation; None when there is none."""
    signals: Signals = field(default_factory=lambda: Signals(0.0, 0.0))

    def odds(self, position: int) -> float:
        """How likely a passage holds the answer, as a share of how likely the first one does."""
        return math.exp(_SHARPNESS * (self.scores[position] - self.scores[0]))


class Retriever:
    """Hybrid search over one edition."""

    def __init__(self, edition: Edition, encoder: Encoder):
        self._edition = edition
        self._encode = lru_cache(maxsize=2048)(lambda text: encoder.encode([text])[0])

    def search(self, query: Query, count: int = 10) -> Ranking:
        """At most `count` passages in force on the query's day, best first."""
        earlier = query.history[-_TURNS:]
        turns = [query.question, *(utterance.text for utterance in reversed(earlier))]
        vectors = np.stack([self._encode(turn) for turn in turns])
        lexical = np.stack([self._edition.lexical.scores(turn) for turn in turns])
        rows = self._candidates(vectors, lexical, self._allowed(query))
        if len(rows) == 0:
            return Ranking()
        cosines = vectors @ self._edition.vectors.vectors(rows).T
        weights = np.full((len(turns), 1), _EARLIER_LEXICAL_WEIGHT, np.float32)
        weights[0] = _LEXICAL_WEIGHT
        relevance = cosines + weights * _relative(lexical, rows)
        documents = self._edition.document_ids(rows)
        history = _weights(earlier) @ relevance[1:]
        bearing = _bearing(query, relevance[0], history, documents) if earlier else None
        scores = self._total(query, bearing, documents, relevance[0], history)
        order = np.argsort(-scores, kind="stable")[:count]
        best = tuple(self._edition.passages(rows[order]))
        signals = self._signals(query, bearing, best[0], documents, cosines, scores)
        return Ranking(best, tuple(scores[order].tolist()), bearing, signals)

    def _allowed(self, query: Query) -> npt.NDArray[np.bool_]:
        """Which rows may be found: in force on the day, and of the institution that is meant."""
        in_force = self._edition.in_force(query.day)
        if query.institution is None:
            return in_force
        allowed: npt.NDArray[np.bool_] = in_force & self._edition.of_institution(query.institution)
        return allowed

    def _candidates(
        self, vectors: Vectors, lexical: Scores, allowed: npt.NDArray[np.bool_]
    ) -> Rows:
        """The best allowed rows of each index; those that are not take nobody's place."""
        near = [self._edition.vectors.search(turn, _CANDIDATES, allowed)[0] for turn in vectors]
        worded = [best_rows(turn, _CANDIDATES, allowed) for turn in lexical]
        kept: Rows = np.unique(np.concatenate((*near, *worded)))
        return kept

    def _total(
        self,
        query: Query,
        bearing: Bearing | None,
        documents: npt.NDArray[np.str_],
        own: Scores,
        history: Scores,
    ) -> Scores:
        named = named_programs(query.question, self._edition.names)
        total: Scores = own
        if named:
            # Another program is named: what was asked before still tells which of its facts.
            total = total + _NAMED * np.isin(documents, named)
            total = total + (_PASSAGE_WEIGHT * history if bearing else 0)
        elif bearing:
            goes_on = continuation(bearing) ** 2
            spoken_of = _PASSAGE_WEIGHT * history + _DOCUMENT_WEIGHT * _best_of_group(
                history, documents
            )
            total = total + (goes_on * spoken_of).astype(np.float32)
        if query.focus and not named and leans(query.question):
            total = total + _FOCUS * (documents == query.focus)
        return total

    def _signals(
        self,
        query: Query,
        bearing: Bearing | None,
        best: Passage,
        documents: npt.NDArray[np.str_],
        cosines: Scores,
        scores: Scores,
    ) -> Signals:
        earlier = query.history[-_TURNS:]
        position = int(np.argmax(scores))
        others = scores[documents != best.document_id]
        mine = (_weights(earlier) @ cosines[1:])[documents == best.document_id]
        text = set(words(f"{best.context} {best.text}"))
        return Signals(
            cosine=float(cosines[0, position]),
            coverage=self._coverage(query.question, text),
            history_cosine=float(mine.max()) if earlier else 0.0,
            history_coverage=self._coverage(" ".join(u.text for u in earlier), text),
            continuation=continuation(bearing) if bearing else 0.0,
            margin=float(scores[position] - others.max()) if len(others) else 0.0,
        )

    def _coverage(self, text: str, found: set[str]) -> float:
        rarity = {word: self._edition.lexical.rarity(word) for word in set(words(text))}
        whole = sum(rarity.values())
        return (
            sum(weight for word, weight in rarity.items() if word in found) / whole
            if whole
            else 0.0
        )


def _bearing(
    query: Query, own: Scores, history: Scores, documents: npt.NDArray[np.str_]
) -> Bearing:
    """What the question finds by itself, in all documents and in the one that was talked about."""
    talked_about = documents == documents[int(np.argmax(history))]
    best = float(own.max())
    return Bearing.of(query.question, best, best - float(own[talked_about].max()))


def _relative(lexical: Scores, rows: Rows) -> Scores:
    """Each turn's BM25 scores of some rows, divided by the best of all its scores."""
    best: Scores = lexical.max(axis=1, keepdims=True)
    some = lexical[:, rows]
    return np.divide(some, best, out=np.zeros_like(some), where=best > 0)


def _weights(earlier: Sequence[Utterance]) -> Scores:
    """Weights of earlier utterances, latest first, that sum to 1: halved at each student's turn."""
    weights, weight = [], 1.0
    for utterance in reversed(earlier):
        weights.append(weight)
        if utterance.role == "user":
            weight *= _DECAY
    return np.array(weights, np.float32) / max(sum(weights), 1e-9)


def _best_of_group(values: Scores, groups: np.ndarray) -> Scores:
    """For each element, the largest value of its group."""
    _, inverse = np.unique(groups, return_inverse=True)
    best = np.full(inverse.max() + 1, -np.inf, values.dtype)
    np.maximum.at(best, inverse, values)
    chosen: Scores = best[inverse]
    return chosen
