"""How a call speaks and listens: the voice of each language, and where Twilio comes back to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from channels.voice import twiml
from channels.voice.call import Place
from channels.voice.settings import VoiceSettings
from languages.calls import call_words, has_calls
from languages.speech import available


class Asking:
    """Makes documents that say something and then listen, wait, ring, or end the call."""

    def __init__(self, settings: VoiceSettings, address: str) -> None:
        """``address`` is that of a call's first webhook."""
        self._settings = settings
        self._address = address
        self._listening = twiml.Listening(
            settings.listen_seconds, settings.pause_seconds, settings.speech_model
        )

    def voice(self, language: str) -> twiml.Voice:
        """Who speaks a language."""
        words = call_words(language)
        return twiml.Voice(self._settings.voices.get(language, words.voice), words.tag)

    def speak(self, text: str, language: str) -> Element:
        """A text in a language."""
        return twiml.say(text, self.voice(language))

    def listening(self, spoken: Sequence[Element], then: Place, keys: int = 1) -> str:
        """Says it, and listens meanwhile; silence comes to the same place as words do.

        ``keys`` make an answer; 0: as many as come before `#` or a silence.
        """
        heard = self._at("heard", then)
        voice = self.voice(then.language)
        return twiml.response(
            twiml.gather(spoken, heard, voice, self._listening, keys), twiml.redirect(heard)
        )

    def waiting(self, text: str, then: Place) -> str:
        """Says it, and comes back for the answer."""
        return twiml.response(
            self.speak(text, then.language), twiml.redirect(self._at("answer", then))
        )

    def ringing(self, spoken: Sequence[Element], then: Place) -> str:
        """Says it, and puts the caller through."""
        settings = self._settings
        ended = self._at("dialled", then)
        return twiml.response(
            *spoken,
            twiml.dial(settings.transfer_to, ended, settings.ring_seconds),
        )

    def ending(self, spoken: Sequence[Element]) -> str:
        """Says it, and hangs up."""
        return twiml.response(*spoken, twiml.hang_up())

    def _at(self, moment: str, place: Place) -> str:
        return f"{self._address}/{moment}?{place.query()}"


def languages(first: str) -> list[str]:
    """What a call may be held in, one of them first."""
    return [first, *(each for each in available() if has_calls(each) and each != first)]


def spoken_in(place: Place, language: str | None) -> Place:
    """The place in the language that was last spoken, if calls are held in it."""
    return replace(place, language=language) if language and has_calls(language) else place
