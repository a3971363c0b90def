"""Says the domain's ready replies in the language of the turn that they answer."""

import functools
from typing import Any, Dict, List, Optional, Text

import rasa.shared.utils.io
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from components.language_identifier import FOREIGN, LANGUAGE
from components.languages import ENGLISH, FOLDER, described, name_of, named_together

CHANGE_LANGUAGE = "utter_change_language"
LANGUAGE_MISSING = "utter_language_missing"

Responses = Dict[Text, List[Dict[Text, Any]]]


class ResponsesByLanguage(TemplatedNaturalLanguageGenerator):
    """The domain's responses, or those of `languages/CODE/responses.yml` where it has them."""

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)

    async def generate(
        self,
        utter_action: Text,
        tracker: DialogueStateTracker,
        output_channel: Text,
        **kwargs: Any,
    ) -> Optional[Dict[Text, Any]]:
        """Called by Rasa for every response; the latest message says in which language."""
        parsed = tracker.latest_message.parse_data if tracker.latest_message else {}
        language = parsed.get(LANGUAGE, ENGLISH)
        here = TemplatedNaturalLanguageGenerator(in_language(self.responses, language))
        if utter_action != CHANGE_LANGUAGE:
            return await here.generate(utter_action, tracker, output_channel, **kwargs)
        foreign = parsed.get(FOREIGN)
        response = await here.generate(
            LANGUAGE_MISSING if foreign else CHANGE_LANGUAGE,
            tracker,
            output_channel,
            languages=named_together(described(), language),
            asked=name_of(foreign, language) if foreign else None,
            **kwargs,
        )
        return response and {**response, "buttons": [*_languages(), *response["buttons"]]}


def in_language(responses: Responses, language: Text) -> Responses:
    """The domain's responses with those of a language in their place."""
    return {**responses, **_translated(language)}


@functools.lru_cache(maxsize=None)
def _translated(language: Text) -> Responses:
    path = FOLDER / language / "responses.yml"
    if language == ENGLISH or not path.is_file():
        return {}
    return dict(rasa.shared.utils.io.read_yaml_file(path)["responses"])


def _languages() -> List[Dict[Text, Text]]:
    """A button for each language, in its own name, which is also the wish for it."""
    names = [name_of(code, code).capitalize() for code in described()]
    return [{"title": name, "payload": name} for name in names]
