"""What the gateway says in its own name: an apology, and the way to a person."""

from __future__ import annotations

from dataclasses import replace

from channels.model import Author, Choice, OutboundMessage
from channels.settings import InstitutionSettings
from languages.speech import say

DISTRESS = "distress"
"""The reason of a hand-over that begins with the institution's crisis contacts."""


class Apologist:
    """Words for when the bot cannot speak; they name the institution's own contact.

    Said in the language that is spoken where they are asked for.
    """

    def __init__(self, institution: InstitutionSettings, person_payload: str) -> None:
        self._institution = institution
        self._person_payload = person_payload

    def apology(self) -> OutboundMessage:
        """Says that the turn failed, and offers a person."""
        text = say(
            "I'm sorry, I couldn't answer that just now. Your message is saved. "
            "Please try again in a minute, or reach a person: {ways}.",
            ways=self._ways(),
        )
        person = Choice(say("Talk to a person"), payload=self._person_payload)
        return OutboundMessage(text, Author.SYSTEM, "apology", (person,))

    def contact(self) -> OutboundMessage:
        """Says how to reach a person, without the bot's help."""
        text = say(
            "You can reach a person at {institution}: {ways}.\n\n"
            "I've marked this conversation so that staff see that you are waiting. {wait}\n\n"
            "If nobody is there, write an email address or a telephone number here, and what it is "
            "about: staff find it with this conversation.",
            institution=self._institution.name,
            ways=self._ways(),
            wait=self._wait(),
        )
        return OutboundMessage(text, Author.SYSTEM, "handover")

    def complete(self, message: OutboundMessage) -> OutboundMessage:
        """A hand-over always ends with the ways to reach a person, whatever its own words.

        Before them stand the crisis contacts when it is made because somebody is in distress.
        """
        if message.kind != "handover":
            return message
        crisis = self._institution.crisis_text if message.reason == DISTRESS else ""
        words = [message.text.strip(), crisis, self.contact().text]
        return replace(message, text="\n\n".join(filter(None, words)))

    def _wait(self) -> str:
        """How long it may take, as far as that is known."""
        usual = self._institution.expected_wait
        if usual:
            return say("The usual wait is {wait}.", wait=usual)
        return say("How long that will be is not known.")

    def _ways(self) -> str:
        place = self._institution
        ways = [f"[{place.email}](mailto:{place.email})"]
        if place.phone:
            digits = "".join(c for c in place.phone if c.isdigit() or c == "+")
            ways.append(f"[{place.phone}](tel:{digits})")
        hours = f" ({place.office_hours})" if place.office_hours else ""
        return say(" or ").join(ways) + hours
