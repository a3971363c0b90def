"""What a caller hears of a turn's replies: a portion, its sources, and what may be done next."""

from __future__ import annotations

from datetime import UTC, datetime

from channels.apology import Apologist
from channels.model import OutboundMessage
from channels.settings import InstitutionSettings
from channels.voice import phrases
from channels.voice.asking import Asking, spoken_in
from channels.voice.call import Place
from channels.voice.ear import portions, sentences
from channels.voice.settings import VoiceSettings
from channels.voice.told import Told
from languages.calls import call_words
from languages.entry import folded
from languages.speech import say, speaking

GOODBYE = "goodbye"
"""The intent with which a caller ends the call."""
WHOLE = frozenset({"handover", "apology"})
"""Kinds of replies that are said in one piece: ways to a person, and contacts in a crisis."""


class Answers:
    """Words replies for the ear."""

    def __init__(
        self,
        settings: VoiceSettings,
        institution: InstitutionSettings,
        apologist: Apologist,
        asking: Asking,
    ) -> None:
        self._settings = settings
        self._institution = institution
        self._apologist = apologist
        self._asking = asking

    def of(self, place: Place, told: Told, *, texts: bool) -> str:
        """The document for the portion that ``place`` names.

        ``texts`` says whether the caller can be sent text messages.
        """
        place = spoken_in(place, told.language)
        with speaking(place.language):
            every = self._portions(place, told)
            part = min(place.part, len(every) - 1)
            if told.intent == GOODBYE:
                return self._asking.ending(every[part], place.language)
            if told.hands_over and part == 0:
                return self._handed_over(place, every)
            offers = self._offers(place, told, part, len(every), texts)
            text = " ".join(filter(None, [every[part], *offers]))
            return self._listening(text, place.next(part=part), keys_of(told))

    def after_ringing(self, place: Place, status: str) -> str:
        """Goodbye, or that nobody picked up and a message can be left."""
        with speaking(place.language):
            if status in ("completed", "answered"):
                thanks = say("Thank you for calling. Goodbye.")
                return self._asking.ending(thanks, place.language)
            nobody = say("Nobody picked up just now.")
            return self._listening(f"{nobody} {phrases.message_taken()}", place.next(rung=1))

    def _handed_over(self, place: Place, every: list[str]) -> str:
        """Puts the caller through while a person is there; says when one is, or takes a message."""
        settings, office = self._settings, self._settings.office
        tag = self._asking.voice(place.language).tag
        if settings.transfer_to and not place.rung and office.open_at(datetime.now(UTC)):
            through = say("I am putting you through to a person now.")
            return self._asking.ringing(f"{every[0]} {through}", place.next())
        when = "" if place.rung else phrases.contact(self._institution, tag)
        if settings.transfer_to and not place.rung:
            when = phrases.closed(office, tag)
        more = phrases.more() if len(every) > 1 else ""
        words = [every[0], when, phrases.message_taken(), more]
        return self._listening(" ".join(filter(None, words)), place.next(part=0))

    def _offers(self, place: Place, told: Told, part: int, parts: int, texts: bool) -> list[str]:
        """Sources and a text with the first portion, choices with the last."""
        tag = self._asking.voice(place.language).tag
        first, last = part == 0, part == parts - 1
        return [
            phrases.sources(told.citations, tag) if first else "",
            "" if last else phrases.more(),
            phrases.can_text() if first and texts and told.citations else "",
            *(phrases.choices(told.choices, tag) if last else ()),
        ]

    def _portions(self, place: Place, told: Told) -> list[str]:
        """Everything that is said of the replies, in portions; one that is empty of none."""
        tag = self._asking.voice(place.language).tag
        found: list[str] = []
        for entry in told.entries:
            text = self._unheard(entry.message, place, first=told.first and not found)
            if entry.message.kind in WHOLE:
                found.append(" ".join(sentences(text, tag)))
            else:
                found += portions(text, tag)
        return found or [""]

    def _unheard(self, message: OutboundMessage, place: Place, *, first: bool) -> str:
        """The text without what the greeting has said, or the call words for itself."""
        text = message.text
        if message.kind == "handover":
            text = text.removesuffix(self._apologist.contact().text).strip()
        head, _, rest = text.partition("\n\n")
        disclosed = folded(call_words(place.language).disclosed)
        if first and rest and head.startswith("*") and disclosed in folded(head):
            text = rest
        return text

    def _listening(self, text: str, then: Place, keys: int = 1) -> str:
        spoken = self._asking.say(text, then.language)
        return self._asking.listening([spoken], then, keys)


def keys_of(told: Told | None) -> int:
    """How many keys make an answer: one, unless a form asks for a number and offers no choices."""
    return 0 if told and told.form and not told.choices else 1
