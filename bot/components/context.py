"""Understanding in context: while a form asks, what does not look like a question is its answer."""

import re
from typing import Any, Dict, Optional, Text

from components.doubt import doubting
from components.language_identifier import LANGUAGE
from components.languages import ENGLISH, begins_as_question

ANSWER = "inform"
FOLLOW_UP = "ask_source"
_YES_OR_NO = frozenset({"affirm", "deny"})
"""With a question mark they ask whether the last answer means that: "so no?"."""
_PRIVACY = "privacy_kept"
_NUMBER_OF_A_PERSON = re.compile(r"\b\d{3}-\d{2}-\d{4}\b|\b\d{4}(?:[ -]?\d{4}){2}[ -]?\d{1,4}\b")
"""A Social Security number as the administration writes it, or the 13 to 16 figures of a card."""
_PERSON = "talk_to_person"
_REACHES = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w$])\+?\(?\d{3}\)?[ .-]\d{3}[ .-]?\d{4}\b")
"""An email address or a telephone number that a student leaves, so that staff can reach them."""
STEERS = frozenset(
    "talk_to_person complaint distress abuse stop start_over refuse_data ask_source erase_data"
    " save_plan privacy_kept are_you_a_bot capabilities greet thanks goodbye change_language".split()
)
"""Intents that are not answers to a form, whatever the words look like."""
SURE = 0.4
"""Confidence from which one of these is believed while a form asks for something. In 5 folds of
data/nlu, of 708 details and yes or no 14 are taken for one of these, at 0.5 11, at 0.7 6; of 1919
that are one 138 are taken for an answer, at 0.5 166, at 0.7 301; of those in distress 4, 6, 18."""
_END = re.compile(r"[.!?;\n]+\s")
_FEW_WORDS = 4
"""An answer such as "maybe january?" has a question mark too."""


def in_context(parsed: Dict[Text, Any], form: Optional[Text]) -> Dict[Text, Any]:
    """The reading of a message, given the form that asks for something, if any.

    Inside a form nothing is in doubt: the reading that it had by itself stays first but one in the
    ranking.
    """
    intent = parsed.get("intent") or {}
    name, confidence = intent.get("name"), intent.get("confidence") or 0.0
    text = parsed.get("text") or ""
    if _NUMBER_OF_A_PERSON.search(text):
        return _as(_PRIVACY, parsed)
    if _REACHES.search(text) and not asks(text, parsed.get(LANGUAGE, ENGLISH)):
        return _as(_PERSON, parsed)
    if form is None:
        asked_back = name in _YES_OR_NO and "?" in text
        return _as(FOLLOW_UP, parsed) if asked_back else doubting(parsed)
    if asks(text, parsed.get(LANGUAGE, ENGLISH)):
        return parsed
    if name in STEERS and confidence >= SURE:
        return parsed
    return _as(ANSWER, parsed)


def asks(text: Text, language: Text) -> bool:
    """Whether it looks like a question or an order: by how a sentence begins, or by its mark."""
    marked = "?" in text and len(text.split()) > _FEW_WORDS
    return marked or any(begins_as_question(part, language) for part in _END.split(text))


def _as(name: Text, parsed: Dict[Text, Any]) -> Dict[Text, Any]:
    """A message with another reading before those that it had."""
    first = {"name": name, "confidence": 1.0}
    others = [entry for entry in parsed.get("intent_ranking") or [] if entry["name"] != name]
    return {**parsed, "intent": first, "intent_ranking": [first, *others]}
