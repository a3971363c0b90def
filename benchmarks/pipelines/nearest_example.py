"""The plainest classifier on sentence vectors, to measure the shipped one against."""

from typing import Any, Dict, List, Optional, Text

import numpy as np
from components.linear_model import nearest_by_intent
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

FILE = "examples.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NearestExample(IntentClassifier, GraphComponent):
    """Ranks intents by the cosine to their nearest example, which is the confidence too."""

    def __init__(
        self,
        model_storage: ModelStorage,
        resource: Resource,
        vectors: Optional[np.ndarray] = None,
        names: Optional[np.ndarray] = None,
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._vectors = vectors
        self._names = names

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """There is nothing to configure."""
        return {}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NearestExample":
        """Called by Rasa for training."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "NearestExample":
        """Called by Rasa for serving."""
        with model_storage.read_from(resource) as folder, np.load(folder / FILE) as kept:
            return cls(model_storage, resource, kept["vectors"], kept["names"])

    def train(self, training_data: TrainingData) -> Resource:
        """Keeps the vector of every example, in the order of their intents."""
        examples = sorted(training_data.intent_examples, key=lambda each: each.get(INTENT))
        self._vectors = np.stack([_vector(example) for example in examples])
        self._names = np.array([example.get(INTENT) for example in examples], dtype=str)
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / FILE, vectors=self._vectors, names=self._names)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets the intent and the whole ranking."""
        intents = np.unique(self._names)
        for message in messages:
            cosines = nearest_by_intent(self._vectors @ _vector(message), self._names)
            ranking = [
                {"name": str(intents[i]), "confidence": float(cosines[i])}
                for i in np.argsort(-cosines, kind="stable")
            ]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages


def _vector(message: Message) -> np.ndarray:
    return message.get_dense_features(TEXT)[1].features[0]
