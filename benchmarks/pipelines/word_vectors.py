"""The shipped sentence vectors with a vector for each word, without which DIET does not train."""

from typing import List

import numpy as np
from components.dense_featurizer import SentenceFeaturizer
from components.encoders import encoder
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class WordVectors(SentenceFeaturizer):
    """Gives every message a sentence feature (1, 384) and sequence features (words, 384)."""

    def process(self, messages: List[Message]) -> List[Message]:
        """Each word is encoded by itself."""
        for message in super().process(messages):
            words = [token.text for token in message.get(TOKENS_NAMES[TEXT]) or []]
            if words:
                vectors = np.stack([encoder().encode(word) for word in words])
                message.add_features(Features(vectors, FEATURE_TYPE_SEQUENCE, TEXT, "words"))
        return messages
