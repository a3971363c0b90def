"""One turn as the gateway sends it: what is accepted, and what is malformed."""

import json
import re
from typing import Any, Dict, Optional, Text

from rasa.shared.core.constants import DEFAULT_INTENTS

MAX_TEXT_LENGTH = 20_000
"""Characters; the gateway refuses far shorter ones, this only bounds the work of one request."""

MAX_NAME_LENGTH = 255
"""Characters of a program's id, as the gateway keeps it."""

ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
"""Conversation and turn ids; the tracker table's column holds 255 characters."""

PAYLOAD = re.compile(r"/(?P<intent>[A-Za-z0-9_]+)(?P<entities>\{.*\})?")
"""A command, as Rasa reads it: an intent and, maybe, entities as one JSON object. The entity
``turn`` names an earlier turn of the conversation whose words are meant."""


class Malformed(Exception):
    """The request cannot be understood; the message says which field and what it may be."""


class Turn:
    """One turn as the gateway sends it, checked."""

    def __init__(self, body: Any) -> None:
        self.conversation = conversation_of(body)
        self.turn_id = _identifier(body, "turn_id")
        self.payload = _payload(body.get("payload"))
        self.text = _text(body.get("text"), required=self.payload is None)
        self.language = _language(body.get("language"))
        self.program = _program(body.get("program"))

    @property
    def command(self) -> Optional[Text]:
        """The intent that the payload names, if there is one."""
        match = PAYLOAD.fullmatch(self.payload or "")
        return match.group("intent") if match else None

    @property
    def meant(self) -> Optional[Text]:
        """The id of the turn whose words the payload stands for, if it names one."""
        match = PAYLOAD.fullmatch(self.payload or "")
        try:
            entities = json.loads(match.group("entities") or "{}") if match else {}
        except ValueError:
            return None
        turn = entities.get("turn")
        return turn if isinstance(turn, str) else None


def conversation_of(body: Any) -> Text:
    """The conversation that a request names. Raises Malformed."""
    if not isinstance(body, dict):
        raise Malformed("the body must be one JSON object")
    return _identifier(body, "conversation")


def _identifier(body: Dict[Text, Any], field: Text) -> Text:
    value = body.get(field)
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise Malformed(f"{field} must be 1 to 128 letters, digits or any of _ . : -")
    return value


def _payload(value: Any) -> Optional[Text]:
    if value is None:
        return None
    match = PAYLOAD.fullmatch(value) if isinstance(value, str) else None
    if match is None or match.group("intent") in DEFAULT_INTENTS:
        raise Malformed("payload must be null, or /intent with entities as one JSON object")
    return Text(value)


def _language(value: Any) -> Optional[Text]:
    """The ISO 639-1 code with which a BCP 47 tag begins; a page's tag may be anything."""
    if value is not None and not isinstance(value, str):
        raise Malformed("language must be null or a BCP 47 tag such as es-MX")
    return re.split(r"[-_]", value)[0].casefold() if value else None


def _program(value: Any) -> Optional[Text]:
    if value is not None and not (isinstance(value, str) and len(value) <= MAX_NAME_LENGTH):
        raise Malformed(f"program must be null or at most {MAX_NAME_LENGTH} characters")
    return value or None


def _text(value: Any, required: bool) -> Text:
    text = "" if value is None else value
    if not isinstance(text, str) or (required and not text.strip()):
        raise Malformed("text must be a string that is not empty")
    if len(text) > MAX_TEXT_LENGTH:
        raise Malformed(f"text must have at most {MAX_TEXT_LENGTH} characters")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed("text holds half of a surrogate pair; send valid Unicode") from error
    return Text(text)
