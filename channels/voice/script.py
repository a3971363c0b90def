"""What is said in a call where there is no answer to say: at its beginning, in silence, while it
waits, and when something failed."""

from __future__ import annotations

from dataclasses import replace

from channels.settings import InstitutionSettings
from channels.voice import phrases
from channels.voice.asking import Asking, languages
from channels.voice.call import Place
from languages.speech import say, speaking

PROMPTS = 2
"""How often a caller who says nothing is asked again, before a person or the end is offered."""


class Script:
    """Makes the documents of these moments."""

    def __init__(self, institution: InstitutionSettings, asking: Asking) -> None:
        self._institution = institution
        self._asking = asking

    def greeting(self, place: Place) -> str:
        """Discloses what speaks and what is kept, and offers the other languages."""
        with speaking(place.language):
            tag = self._asking.voice(place.language).tag
            words = phrases.greeting(self._institution, tag)
        spoken = [self._asking.speak(words, place.language)]
        for key, language in enumerate(languages(place.language)[1:], 1):
            offer = phrases.other_language(language, key)
            spoken.append(self._asking.speak(offer, language))
        return self._asking.listening(spoken, place.next())

    def greeting_again(self, place: Place) -> str:
        """The greeting once more, in the language that was chosen if one was."""
        with speaking(place.language):
            tag = self._asking.voice(place.language).tag
            return self._listening(phrases.greeting(self._institution, tag), place.next())

    def silence(self, place: Place, keys: int) -> str:
        """Asks again twice, then offers a person, then says goodbye."""
        with speaking(place.language):
            if place.missed > PROMPTS:
                return self._ending(
                    say("I still can't hear anything. You can call again at any time. Goodbye."),
                    place,
                )
            if place.missed == PROMPTS:
                text = say(
                    "I still can't hear anything. Press {key} for a person, or hang up and call "
                    "again at any time.",
                    key=phrases.PERSON_KEY,
                )
            else:
                text = say(
                    "Sorry, I didn't hear anything. Ask me a question, press {repeat} to hear the "
                    "last thing again, or press {person} for a person.",
                    repeat=say("star"),
                    person=phrases.PERSON_KEY,
                )
            return self._listening(text, place.next(missed=place.missed + 1), keys)

    def no_such_key(self, place: Place, keys: int) -> str:
        """A key was pressed that stands for nothing now."""
        with speaking(place.language):
            text = say(
                "That key does nothing here. Ask me a question, or press {key} for a person.",
                key=phrases.PERSON_KEY,
            )
            return self._listening(text, place.next(), keys)

    def texted(self, place: Place, keys: int) -> str:
        """The details are on their way."""
        with speaking(place.language):
            text = say(
                "I'm texting the details to the number that you call from. What else would you "
                "like to know?"
            )
            return self._listening(text, place.next(), keys)

    def cannot_text(self, place: Place, keys: int) -> str:
        """No text can be sent to who calls."""
        with speaking(place.language):
            text = say("I can't send a text message to the number that you call from.")
            return self._listening(text, place.next(), keys)

    def moment(self, place: Place) -> str:
        """Fills the time until there is an answer, and comes back for it."""
        with speaking(place.language):
            text = say("I'm still looking.") if place.polls else say("One moment, please.")
        return self._asking.waiting(text, replace(place, polls=place.polls + 1))

    def no_answer(self, place: Place) -> str:
        """Nothing came in time."""
        with speaking(place.language):
            text = say(
                "I'm sorry, I have no answer to that yet. What you said is kept, and staff can "
                "read it. Ask me something else, or press {key} for a person.",
                key=phrases.PERSON_KEY,
            )
            return self._listening(text, place.next())

    def too_long(self, place: Place) -> str:
        """More was said than is taken."""
        with speaking(place.language):
            return self._listening(
                say("That was more than I can take at once. Please say it in fewer words."),
                place.next(),
            )

    def unavailable(self, place: Place) -> str:
        """Nothing can be recorded now: says so, how to reach a person, and ends the call."""
        with speaking(place.language):
            tag = self._asking.voice(place.language).tag
            sorry = say("I'm sorry, I can't take calls now. Please call again in a few minutes.")
            ways = phrases.contact(self._institution, tag)
            return self._ending(f"{sorry} {ways}", place)

    def _ending(self, text: str, place: Place) -> str:
        return self._asking.ending([self._asking.speak(text, place.language)])

    def _listening(self, text: str, then: Place, keys: int = 1) -> str:
        return self._asking.listening([self._asking.speak(text, then.language)], then, keys)
