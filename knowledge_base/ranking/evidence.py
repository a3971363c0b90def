"""What speaks for each passage that a question may mean: by itself, and as a turn of a talk."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from knowledge_base.arrays import Rows, Scores, Vectors
from knowledge_base.lexical import LexicalIndex, words
from knowledge_base.model import Passage, Utterance

OWN = (
    "cosine",
    "words",
    "asked_in_context",
    "asked_in_heading",
    "heading_asked",
    "length",
    "statement",
)
"""What the question alone says of a passage, in the columns of `Evidence.own`: their cosine; BM25
as a share of the best passage's; how much of the question, weighted by rarity, stands in the title
and headings, in the last heading, and how much of that heading stands in the question; the
logarithm of the passage's length; and the cosine of its nearest single statement."""
TALK = ("talk_words", "talk_cosine", "last_words", "document_words", "document_cosine")
"""What the conversation says, in the columns of `Evidence.talk`: BM25 of all turns and the question
together, as a share of the best passage's; the cosine of the earlier turns; BM25 of the last
utterance when the question is too short to stand alone; then the best of the first two over the
passages of a document."""
TALK_OF_DOCUMENT = 3
"""From this column on the columns of TALK speak for whole documents."""
_DECAY = 0.5
"""Weight of each student's turn against the one after it, where turns are averaged."""
_ANSWER_ONLY = 2
"""A message of this few meaningful words ("yes", "not yet") answers what was said last."""
_OWN_WORDS_SHARE, _TALK_WORDS_SHARE = 0.2, 0.4
"""BM25's part beside the cosine where one figure of relevance is needed; .15 to .3 gave the same
recall on two public sets of policy dialogues."""


@dataclass(frozen=True, slots=True)
class Turns:
    """A question and the utterances before it as both indexes see them."""

    question: str
    vector: Vectors
    lexical: Scores
    """BM25 of the question for every row of the edition."""
    last_role: str = ""
    """Who spoke last before the question; empty at a first turn, and then nothing follows."""
    talk_vector: Vectors | None = None
    """Mean of the earlier turns' vectors, later ones weighing more."""
    talk_lexical: Scores | None = None
    last_lexical: Scores | None = None

    @classmethod
    def of(
        cls,
        question: str,
        earlier: Sequence[Utterance],
        encode: Callable[[str], Vectors],
        lexical: LexicalIndex,
    ) -> Turns:
        """Of a question and earlier utterances, oldest first."""
        vector, own = encode(question), lexical.scores(question)
        if not earlier:
            return cls(question, vector, own)
        said = np.stack([encode(utterance.text) for utterance in reversed(earlier)])
        short = len(words(question)) <= _ANSWER_ONLY
        return cls(
            question,
            vector,
            own,
            earlier[-1].role,
            _weights(earlier) @ said,
            lexical.scores(" ".join(utterance.text for utterance in earlier)),
            lexical.scores(earlier[-1].text) if short else np.zeros_like(own),
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Figures for some rows of an edition; all lie in about 0-1."""

    rows: Rows
    documents: npt.NDArray[np.int64]
    """A number for the document of each row."""
    own: Scores
    """Shape (rows, OWN)."""
    talk: Scores
    """Shape (rows, TALK); zeros at a first turn."""
    relevance: Scores
    """Of each row to the question alone."""
    talked_about: int
    """The document that the earlier turns are about by themselves; -1 at a first turn."""

    def of(self, places: npt.NDArray[np.int64]) -> Evidence:
        """The same of some of the rows."""
        return Evidence(
            self.rows[places],
            self.documents[places],
            self.own[places],
            self.talk[places],
            self.relevance[places],
            self.talked_about,
        )


def evidence(
    turns: Turns, rows: Rows, vectors: Vectors, documents: npt.NDArray[np.int64]
) -> Evidence:
    """What both indexes say of some rows; what is read of them is left at zero."""
    own = np.zeros((len(rows), len(OWN)), np.float32)
    talk = np.zeros((len(rows), len(TALK)), np.float32)
    own[:, 0] = vectors @ turns.vector
    own[:, 1] = _relative(turns.lexical[rows])
    talked_about = -1
    if turns.talk_vector is not None:
        assert turns.talk_lexical is not None
        assert turns.last_lexical is not None
        said = turns.talk_lexical[rows]
        talk[:, 0] = _relative(said + turns.lexical[rows])
        talk[:, 1] = vectors @ turns.talk_vector
        talk[:, 2] = _relative(turns.last_lexical[rows])
        talk[:, 3] = _best_of_document(talk[:, 0], documents)
        talk[:, 4] = _best_of_document(talk[:, 1], documents)
        spoken_of = talk[:, 1] + _TALK_WORDS_SHARE * _relative(said)
        talked_about = int(documents[int(np.argmax(spoken_of))])
    relevance = own[:, 0] + _OWN_WORDS_SHARE * own[:, 1]
    return Evidence(rows, documents, own, talk, relevance, talked_about)


def as_read(
    found: Evidence,
    question: str,
    passages: Sequence[Passage],
    nearest: Scores,
    rarity: Callable[[str], float],
) -> Evidence:
    """The evidence with what titles, headings, lengths and the nearest statements say."""
    asked = stems(question)
    own = found.own.copy()
    own[:, 6] = nearest
    for place, passage in enumerate(passages):
        context, heading = stems(passage.context), stems(" ".join(passage.headings[-1:]))
        own[place, 2] = share(asked, context, rarity)
        own[place, 3] = share(asked, heading, rarity)
        own[place, 4] = share(heading, asked, rarity)
        own[place, 5] = math.log(len(passage.text.split()) + 1) / 6
    return Evidence(
        found.rows, found.documents, own, found.talk, found.relevance, found.talked_about
    )


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The different words of a text; titles and headings are asked for again and again."""
    return frozenset(words(text))


def share(wanted: frozenset[str], held: frozenset[str], rarity: Callable[[str], float]) -> float:
    """How much of some words, weighted by rarity, is among others, in 0-1; 0 of no words."""
    whole = sum(rarity(word) for word in wanted)
    return sum(rarity(word) for word in wanted & held) / whole if whole else 0.0


def _relative(lexical: Scores) -> Scores:
    """BM25 scores divided by the best of them."""
    best = lexical.max(initial=0.0)
    return lexical / best if best > 0 else lexical


def _weights(earlier: Sequence[Utterance]) -> Scores:
    """Weights of earlier utterances, latest first, that sum to 1: halved at each student's turn."""
    weights, weight = [], 1.0
    for utterance in reversed(earlier):
        weights.append(weight)
        if utterance.role == "user":
            weight *= _DECAY
    return np.array(weights, np.float32) / sum(weights)


def _best_of_document(values: Scores, documents: npt.NDArray[np.int64]) -> Scores:
    """For each row, the largest value in its document."""
    best = np.full(int(documents.max()) + 1, -np.inf, np.float32)
    np.maximum.at(best, documents, values)
    chosen: Scores = best[documents]
    return chosen
