"""What Twilio is told to do in a call, as XML elements; twilio.com/docs/voice/twiml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

CONTENT_TYPE = "text/xml"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks and in which language, as BCP 47 has it."""

    name: str
    tag: str


@dataclass(frozen=True, slots=True)
class Listening:
    """How a caller's answer is waited for."""

    seconds: int
    pause_seconds: int = 0
    """0: Twilio judges when the caller has finished."""
    model: str = ""


def response(*verbs: Element) -> str:
    """The document that holds the verbs in order."""
    root = Element("Response")
    root.extend(verbs)
    return tostring(root, encoding="unicode", xml_declaration=False)


def say(text: str, voice: Voice) -> Element:
    """Speak a text."""
    verb = Element("Say", {"voice": voice.name, "language": voice.tag})
    verb.text = _FORBIDDEN.sub("", text)
    return verb


def gather(
    spoken: Sequence[Element], action: str, voice: Voice, listening: Listening, digits: int = 0
) -> Element:
    """Speak, listen meanwhile, and post what is said or keyed in.

    ``digits`` is how many keys make an answer; 0: as many as come before `#` or a silence.
    """
    verb = Element(
        "Gather",
        {
            "input": "speech dtmf",
            "action": action,
            "method": "POST",
            "language": voice.tag,
            "timeout": str(listening.seconds),
            "speechTimeout": str(listening.pause_seconds or "auto"),
            "bargeIn": "true",
            # What somebody says in distress or in anger is recorded as it was said.
            "profanityFilter": "false",
        },
    )
    if listening.model:
        verb.set("speechModel", listening.model)
    if digits:
        verb.set("numDigits", str(digits))
    verb.extend(spoken)
    return verb


def redirect(url: str) -> Element:
    """Go on with what an address answers."""
    verb = Element("Redirect", {"method": "POST"})
    verb.text = url
    return verb


def dial(number: str, action: str, seconds: int) -> Element:
    """Put the caller through; ``action`` hears how it ended."""
    verb = Element("Dial", {"action": action, "method": "POST", "timeout": str(seconds)})
    SubElement(verb, "Number").text = number
    return verb


def hang_up() -> Element:
    """End the call."""
    return Element("Hangup")
