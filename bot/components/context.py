"""Understanding in context: while a form asks, what does not look like a question is its answer."""

from typing import Any, Dict, Optional, Text

from components.doubt import doubting
from components.language_identifier import LANGUAGE
from components.languages import ENGLISH, begins_as_question

ANSWER = "inform"
STEERS = frozenset(
    "talk_to_person complaint distress abuse stop start_over refuse_data ask_source erase_data"
    " privacy_kept are_you_a_bot capabilities greet thanks goodbye change_language".split()
)
"""Intents that are not answers to a form, whatever the words look like."""
SURE = 0.4
"""Confidence from which one of these is believed while a form asks for something. In 5 folds of
data/nlu, of 708 details and yes or no 14 are taken for one of these, at 0.5 11, at 0.7 6; of 1919
that are one 138 are taken for an answer, at 0.5 166, at 0.7 301; of those in distress 4, 6, 18."""
_FEW_WORDS = 4
"""An answer such as "maybe january?" has a question mark too."""


def in_context(parsed: Dict[Text, Any], form: Optional[Text]) -> Dict[Text, Any]:
    """The reading of a message, given the form that asks for something, if any.

    Inside a form nothing is in doubt: the reading that it had by itself stays first but one in the
    ranking.
    """
    if form is None:
        return doubting(parsed)
    intent = parsed.get("intent") or {}
    name, confidence = intent.get("name"), intent.get("confidence") or 0.0
    text = parsed.get("text") or ""
    if asks(text, parsed.get(LANGUAGE, ENGLISH)):
        return parsed
    if name in STEERS and confidence >= SURE:
        return parsed
    answer = {"name": ANSWER, "confidence": 1.0}
    return {**parsed, "intent": answer, "intent_ranking": [answer, *_ranking(parsed)]}


def asks(text: Text, language: Text) -> bool:
    """Whether it looks like a question or an order: by its first words, or by its mark."""
    marked = "?" in text and len(text.split()) > _FEW_WORDS
    return marked or begins_as_question(text, language)


def _ranking(parsed: Dict[Text, Any]) -> Any:
    return [entry for entry in parsed.get("intent_ranking") or [] if entry["name"] != ANSWER]
