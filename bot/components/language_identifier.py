"""Which language a message is in, so that it is understood and answered in that one."""

import functools
import json
from typing import Any, Dict, FrozenSet, Iterable, List, Optional, Set, Text, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.doubt import CHANGE_LANGUAGE, SURE_OF_WISH
from components.languages import ENGLISH, described, glossed, grammar, wished, words

LANGUAGE = "language"
"""Of a message: its language. Of its metadata: the one of the conversation before it. Of an
intent's metadata in the examples: the one in which they are written."""
FOREIGN = "foreign_language"
"""Of a message: the language that it is surely in, and that is not there."""
WRITTEN = "written_language"
"""Of a message: the language that it tells, where it is answered in the one that was wished for."""
HELD = "held_language"
"""Of a message: ``code`` of the language that was wished for, and in how many messages before it, one
after another, the student wrote another (``against``)."""
PATIENCE = 3
"""Messages in another language, one after another, after which a wish holds no more: one or two may be
quoted, or borrowed from a form."""
FILE = "words.json"

# Chosen on tests/languages.yml and on the examples: with them, of 6589 English examples 19 are taken for
# Spanish, all of which are ("hola amigo"), of 1823 Spanish ones none for English, and none for foreign.
LIGHT = 0.4
"""Votes of a word that only joins others: two do not outvote one word that carries a sentence."""
CLEAR_LEAD = 1.1
"""Votes by which a language leads when words decide alone."""
LEAD = 0.9
"""With fewer than a clear one, a language leads unless characters surely say another."""
SURE = 0.8
"""Probability from which characters decide where words do not."""
FEW_WORDS = 3
"""Fewer are too little for characters to decide."""
LIKELY_FOREIGN = 0.8
"""Probability, of all languages, from which characters say that a message is in one that is not
there ..."""
SURELY_FOREIGN = 0.95
"""... and of it and those that are there alone. Of 29 messages in Portuguese, which shares most of its
words with Spanish, 20 are told so, 17 when the first had to be .95 and half of the words unknown; of
8875 examples and titles of programs with a word more, two are wrongly, both titles."""
KNOWN_SHARE = 0.6
"""... if no larger share of its words is known."""
FEW_PLAIN_WORDS = 4
"""Of fewer words without any accent nothing is said: titles of programs have as many."""


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
        self._vocabulary = learned or {ENGLISH: frozenset()}
        self._telling = {code: self._words_of_one(code) for code in self._vocabulary}

    def _words_of_one(self, code: Text) -> FrozenSet[Text]:
        """The words that are said in one of the languages alone.

        What is published is in English, so its terms and titles stand in messages of any language:
        of English only the words that carry a sentence count.
        """
        here = grammar(code).own
        if code != ENGLISH:
            here = here | self._vocabulary[code] | glossed(code)
        for other in self._vocabulary:
            if other != code:
                here -= grammar(other).own | grammar(other).light
                here -= self._vocabulary[other] - grammar(code).own
        return here - grammar(code).light

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
        """Learns the words of each language's examples."""
        self._vocabulary = learn(training_data.intent_examples)
        kept = {code: sorted(learned) for code, learned in self._vocabulary.items()}
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
            kept = before if before in self._vocabulary else ENGLISH
            message.set(LANGUAGE, self.told(text) or kept, add_to_output=True)
            foreign = self.foreign(text)
            if foreign:
                message.set(FOREIGN, foreign, add_to_output=True)
        return messages

    def told(self, text: Text) -> Optional[Text]:
        """The language that a text tells: one of those that are there, or None."""
        if len(self._vocabulary) == 1:
            return ENGLISH
        said = words(text)
        votes = {code: self._votes(code, said) for code in self._vocabulary}
        first, second = sorted(votes, key=lambda code: -votes[code])[:2]
        lead = votes[first] - votes[second]
        if lead >= CLEAR_LEAD:
            return first
        likely = self._likely(text, said)
        if lead >= LEAD:
            return first if likely in (None, first) else None
        english = sum(self._knows(ENGLISH, word) for word in said)
        agreed = likely == first and lead > 0 or 2 * english < len(said)
        return likely if agreed and likely != ENGLISH else None  # English words may be a title

    def _likely(self, text: Text, said: List[Text]) -> Optional[Text]:
        if len(said) < FEW_WORDS:
            return None
        code, probability = rank(text, self._vocabulary)
        return code if probability >= SURE else None

    def _votes(self, code: Text, said: List[Text]) -> float:
        here, others = grammar(code), [grammar(c) for c in self._vocabulary if c != code]
        light = [w for w in said if w in here.light and not any(w in o.light for o in others)]
        return sum(word in self._telling[code] for word in said) + LIGHT * len(light)

    def foreign(self, text: Text) -> Optional[Text]:
        """The language of a text that is surely in none of those that are there."""
        said = words(text)
        plain = text.isascii() and _in_small_letters(text) < FEW_PLAIN_WORDS
        # A title of strange words may stand in a plain question: "can i challenge calculus".
        asked = text.isascii() and any(word in self._telling[ENGLISH] for word in said)
        if len(self._vocabulary) == 1 or not said or plain or asked:
            return None
        known = sum(any(self._knows(code, word) for code in self._vocabulary) for word in said)
        if known > KNOWN_SHARE * len(said):
            return None
        code, probability = rank(text)
        if code in self._vocabulary or probability < LIKELY_FOREIGN:
            return None
        nearest, probability = rank(text, (*self._vocabulary, code))
        return code if nearest == code and probability >= SURELY_FOREIGN else None

    def _knows(self, code: Text, word: Text) -> bool:
        here = grammar(code)
        return word in self._vocabulary[code] or word in here.own or word in here.light


def _in_small_letters(text: Text) -> int:
    """Words that are no names: those of exams and programs ("AP Calculus AB 5") tell no language."""
    return sum(word.isalpha() and word.islower() for word in text.split())


def written_in(example: Message) -> Text:
    """The language that the metadata of an example's intent names; English when it names none."""
    return str(((example.get(METADATA) or {}).get(INTENT) or {}).get(LANGUAGE, ENGLISH))


def learn(examples: List[Message]) -> Dict[Text, FrozenSet[Text]]:
    """The words of each language's examples; those of English that ask for another language are in
    that one."""
    seen: Dict[Text, Set[Text]] = {}
    for example in examples:
        code = written_in(example)
        learned = seen.setdefault(code, set())
        if example.get(TEXT) and (code, example.get(INTENT)) != (ENGLISH, CHANGE_LANGUAGE):
            learned.update(word for word in words(example.get(TEXT)) if not word.isdigit())
    return {code: frozenset(learned) for code, learned in seen.items()}


def settled(
    parsed: Dict[Text, Any],
    before: Optional[Text],
    command: bool,
    held: Optional[Dict[Text, Any]] = None,
) -> Dict[Text, Any]:
    """The reading of a message once its wish for a language is heard; ``before`` is that of the
    conversation so far, and ``held`` what was wished for in it.

    A command has no language of its own. What is said in a language that is not there is a wish
    for one.
    """
    if command:
        kept = before if before in described() else ENGLISH
        parsed = {name: v for name, v in parsed.items() if name != FOREIGN} | {LANGUAGE: kept}
        return {**parsed, HELD: held} if held else parsed
    if parsed["intent"]["name"] == CHANGE_LANGUAGE and parsed["intent"]["confidence"] >= SURE_OF_WISH:
        asked = wished(parsed["text"])
        if asked in described():
            return {**parsed, LANGUAGE: asked, HELD: {"code": asked, "against": 0}}
        if asked is not None:
            parsed = {**parsed, FOREIGN: asked}
    elif FOREIGN in parsed:
        wish = {"name": CHANGE_LANGUAGE, "confidence": SURELY_FOREIGN}
        parsed = {**parsed, "intent": wish, "intent_ranking": [wish, *parsed["intent_ranking"]]}
    return _holding(parsed, held) if held else parsed


def _holding(parsed: Dict[Text, Any], held: Dict[Text, Any]) -> Dict[Text, Any]:
    """The message in the language that was wished for, until several tell another."""
    told = parsed[LANGUAGE]
    if told == held["code"]:
        return {**parsed, HELD: {**held, "against": 0}}
    against = held["against"] + 1
    if against >= PATIENCE:
        return parsed
    return {**parsed, LANGUAGE: held["code"], WRITTEN: told, HELD: {**held, "against": against}}


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
