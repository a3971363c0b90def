"""What a caller hears of a turn's replies: a portion, its sources, and what may be done next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from xml.etree.ElementTree import Element

from channels.apology import Apologist
from channels.model import OutboundMessage
from channels.settings import InstitutionSettings
from channels.voice import phrases
from channels.voice.asking import Asking, spoken_in
from channels.voice.call import Place
from channels.voice.ear import Portion, Sentence, portions, sentences
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
            if place.part >= len(every):
                every.append(_own(place, [say("That was all.")]))
            part = min(place.part, len(every) - 1)
            if told.intent == GOODBYE:
                return self._asking.ending(self._said(every[part]))
            if told.hands_over and part == 0:
                return self._handed_over(place, every)
            offers = self._offers(place, told, part, len(every), texts)
            spoken = self._said([*every[part], *_own(place, offers)])
            return self._asking.listening(spoken, place.next(part=part), keys_of(told))

    def after_ringing(self, place: Place, status: str) -> str:
        """Goodbye, or that nobody picked up and a message can be left."""
        with speaking(place.language):
            if status in ("completed", "answered"):
                thanks = _own(place, [say("Thank you for calling. Goodbye.")])
                return self._asking.ending(self._said(thanks))
            words = [say("Nobody picked up just now."), phrases.message_taken()]
            return self._asking.listening(self._said(_own(place, words)), place.next(rung=1))

    def _handed_over(self, place: Place, every: list[Portion]) -> str:
        """Puts the caller through while a person is there; says when one is, or takes a message."""
        settings, office = self._settings, self._settings.office
        tag = self._asking.voice(place.language).tag
        if settings.transfer_to and not place.rung and office.open_at(datetime.now(UTC)):
            through = [say("I am putting you through to a person now.")]
            spoken = self._said([*every[0], *_own(place, through)])
            return self._asking.ringing(spoken, place.next())
        when = "" if place.rung else phrases.contact(self._institution, tag)
        if settings.transfer_to and not place.rung:
            when = phrases.closed(office, tag)
        more = phrases.more() if len(every) > 1 else ""
        words = _own(place, [when, phrases.message_taken(), more])
        return self._asking.listening(self._said([*every[0], *words]), place.next(part=0))

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

    def _portions(self, place: Place, told: Told) -> list[Portion]:
        """Everything that is said of the replies, in portions; one that is empty of none."""
        quotes = [str(cited.get("quote", "")) for cited in told.citations]
        found: list[Portion] = []
        for entry in told.entries:
            text = self._unheard(entry.message, place, first=told.first and not found)
            if entry.message.kind in WHOLE:
                found.append(sentences(text, place.language))
            else:
                found += portions(text, place.language, quotes)
        return found or [[]]

    def _unheard(self, message: OutboundMessage, place: Place, *, first: bool) -> str:
        """The text without what the greeting has said, or the call words for itself."""
        text = message.text
        if message.kind == "handover":
            text = self._apologist.without_contact(text)
        head, _, rest = text.partition("\n\n")
        disclosed = folded(call_words(place.language).disclosed)
        if first and rest and head.startswith("*") and disclosed in folded(head):
            text = rest
        cited = (message.answer or {}).get("citations", [])
        named = tuple(f"*{one['institution']}," for one in cited if one.get("institution"))
        # Whose words they are and since when is what the sentence about sources says.
        return "\n\n".join(b for b in text.split("\n\n") if not b.startswith(named or "\0"))

    def _said(self, every: Sequence[Sentence]) -> list[Element]:
        """One element for each stretch in a language."""
        return [
            self._asking.speak(" ".join(sentence.text for sentence in stretch), language)
            for language, stretch in groupby(every, key=attrgetter("language"))
        ]


def _own(place: Place, words: Sequence[str]) -> list[Sentence]:
    """Words of the call itself, in the language that is spoken."""
    return [Sentence(text, place.language) for text in words if text]


def keys_of(told: Told | None) -> int:
    """How many keys make an answer: one, unless a form asks for a number and offers no choices."""
    return 0 if told and told.form and not told.choices else 1
