"""Which language a message is in, so that it is understood and answered in that one."""

import functools
import json
from collections import Counter
from typing import Any, Dict, FrozenSet, Iterable, List, Optional, Text, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.languages import ENGLISH, described, grammar, wished, words

LANGUAGE = "language"
"""Of a message: its language. Of its metadata: the one of the conversation before it. Of an
intent's metadata in the examples: the one in which they are written."""
FOREIGN = "foreign_language"
"""Of a message: the language that it is surely in, and that is not there."""
CHANGE_LANGUAGE = "change_language"
FILE = "words.json"

LIGHT = 0.4
"""Votes of a word that only joins others: two do not outvote one word that carries a sentence."""
MARGIN = 1.0
"""Votes by which a language leads when words decide alone."""
SURE = 0.8
"""Probability from which characters decide where words do not."""
FEW_WORDS = 3
"""Fewer are too little for characters to decide."""
SURELY_FOREIGN = 0.95
KNOWN_SHARE = 0.34
"""A message of which a larger share of words is known is in none but the languages that are there."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class LanguageIdentifier(GraphComponent):
    """Sets ``language`` of each message to one of those that there are examples in.

    A short message mostly tells nothing; it is then in the language of the conversation.
    """

    def __init__(
        self,
        model_storage: ModelStorage,
        resource: Resource,
        learned: Optional[Dict[Text, FrozenSet[Text]]] = None,
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._learned = learned or {ENGLISH: frozenset()}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LanguageIdentifier":
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
    ) -> "LanguageIdentifier":
        """Called by Rasa for serving."""
        with model_storage.read_from(resource) as folder:
            kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(model_storage, resource, {code: frozenset(kept[code]) for code in kept})

    def train(self, training_data: TrainingData) -> Resource:
        """Learns which words the examples of one language have and those of others do not."""
        self._learned = learn(training_data.intent_examples)
        kept = {code: sorted(learned) for code, learned in self._learned.items()}
        with self._model_storage.write_to(self._resource) as folder:
            (folder / FILE).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Examples say themselves which language they are in."""
        for example in training_data.training_examples:
            example.set(LANGUAGE, written_in(example))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Sets the language, and the foreign one if it is in none of those that are there."""
        for message in messages:
            text = message.get(TEXT)
            if text is None:
                continue
            before = (message.get(METADATA) or {}).get(LANGUAGE)
            kept = before if before in self._learned else ENGLISH
            message.set(LANGUAGE, self._language(text) or kept, add_to_output=True)
            foreign = self._foreign(text)
            if foreign:
                message.set(FOREIGN, foreign, add_to_output=True)
        return messages

    def _language(self, text: Text) -> Optional[Text]:
        """One of the languages that are there, or None where the text does not tell."""
        if len(self._learned) == 1:
            return ENGLISH
        said = words(text)
        votes = {code: self._votes(code, said) for code in self._learned}
        first, second = sorted(votes, key=lambda code: -votes[code])[:2]
        if votes[first] - votes[second] > MARGIN:
            return first
        likely = None
        if len(said) >= FEW_WORDS:
            code, probability = rank(text, self._learned)
            likely = code if probability >= SURE else None
        if votes[first] - votes[second] == MARGIN:
            return first if likely in (None, first) else None
        return likely if likely != ENGLISH else None

    def _votes(self, code: Text, said: List[Text]) -> float:
        others = [grammar(other) for other in self._learned if other != code]
        here = grammar(code)
        total = 0.0
        for word in said:
            if any(word in other.own or word in other.light for other in others):
                continue
            # What is published is in English: its terms and titles stand in messages of any language.
            if word in here.own or (code != ENGLISH and word in self._learned[code]):
                total += 1
            elif word in here.light:
                total += LIGHT
        return total

    def _foreign(self, text: Text) -> Optional[Text]:
        """The language of a text that is surely in none of those that are there."""
        said = words(text)
        if len(self._learned) == 1 or not said:
            return None
        known = sum(any(word in self._vocabulary(code) for code in self._learned) for word in said)
        if known > KNOWN_SHARE * len(said) or (text.isascii() and len(said) < FEW_WORDS):
            return None
        code, probability = rank(text)
        return code if probability >= SURELY_FOREIGN and code not in self._learned else None

    def _vocabulary(self, code: Text) -> FrozenSet[Text]:
        return grammar(code).own | grammar(code).light | self._learned[code]


def written_in(example: Message) -> Text:
    """The language that the metadata of an example's intent names; English when it names none."""
    return str(((example.get(METADATA) or {}).get(INTENT) or {}).get(LANGUAGE, ENGLISH))


def learn(examples: List[Message]) -> Dict[Text, FrozenSet[Text]]:
    """For each language the words that only its examples have."""
    seen: Dict[Text, Counter] = {}
    for example in examples:
        counts = seen.setdefault(written_in(example), Counter())
        if example.get(TEXT) and example.get(INTENT) != CHANGE_LANGUAGE:
            counts.update(set(words(example.get(TEXT))))
    return {
        code: frozenset(
            word
            for word in counts
            if not word.isdigit()
            and not any(word in others for other, others in seen.items() if other != code)
        )
        for code, counts in seen.items()
    }


def settled(parsed: Dict[Text, Any], before: Optional[Text], command: bool) -> Dict[Text, Any]:
    """The reading of a message once its wish for a language is heard; ``before`` is that of the
    conversation so far.

    A command has no language of its own. What is said in a language that is not there is a wish
    for one.
    """
    if command:
        kept = before if before in described() else ENGLISH
        return {name: v for name, v in parsed.items() if name != FOREIGN} | {LANGUAGE: kept}
    if parsed["intent"]["name"] == CHANGE_LANGUAGE:
        asked = wished(parsed["text"])
        if asked is not None:
            return {**parsed, (LANGUAGE if asked in described() else FOREIGN): asked}
    elif FOREIGN in parsed:
        wish = {"name": CHANGE_LANGUAGE, "confidence": SURELY_FOREIGN}
        return {**parsed, "intent": wish, "intent_ranking": [wish, *parsed["intent_ranking"]]}
    return parsed


def rank(text: Text, among: Iterable[Text] = ()) -> Tuple[Text, float]:
    """The likeliest language of a text by its characters, of all or of some, and how likely."""
    likely = dict(_characters().rank(text.casefold()))
    chosen = {code: likely.get(code, 0.0) for code in among} or likely
    first = max(chosen, key=lambda code: chosen[code])
    return first, chosen[first] / max(sum(chosen.values()), 1e-12)


@functools.lru_cache(maxsize=1)
def _characters() -> Any:
    """Thirty megabytes, so it is loaded when words first leave a doubt."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier as Characters

    return Characters.from_pickled_model(MODEL_FILE, norm_probs=True)
