"""What the gateway says in its own name: an apology, and the way to a person."""

from __future__ import annotations

from dataclasses import replace

from channels.model import Author, Choice, OutboundMessage
from channels.settings import InstitutionSettings
from channels.waiting_line import Standing
from languages.speech import counted, say, say_day

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

    def contact(self, standing: Standing | None = None) -> OutboundMessage:
        """Says how to reach a person, without the bot's help, and how the wait stands."""
        text = say(
            "You can reach a person at {institution}: {ways}.\n\n"
            "I've marked this conversation so that staff see that you are waiting. {wait}\n\n"
            "If nobody is there, write an email address or a telephone number here, and what it is "
            "about: staff find it with this conversation.",
            institution=self._institution.name,
            ways=self._ways(),
            wait=self._wait(standing or Standing()),
        )
        return OutboundMessage(text, Author.SYSTEM, "handover")

    def without_contact(self, text: str) -> str:
        """A hand-over's own words, for a call, which says in its own what follows them."""
        begins, _, _ = self.contact().text.partition("\n\n")
        return text.partition(begins)[0].strip()

    def complete(
        self, message: OutboundMessage, standing: Standing | None = None
    ) -> OutboundMessage:
        """A hand-over always ends with the ways to reach a person, whatever its own words.

        Before them stand the crisis contacts when it is made because somebody is in distress.
        """
        if message.kind != "handover":
            return message
        crisis = self._institution.crisis_text if message.reason == DISTRESS else ""
        words = [message.text.strip(), crisis, self.contact(standing).text]
        return replace(message, text="\n\n".join(filter(None, words)))

    def _wait(self, standing: Standing) -> str:
        """How long it may take, as far as that is known."""
        usual = say("How long that will be is not known.")
        if self._institution.expected_wait:
            usual = say("The usual wait is {wait}.", wait=self._institution.expected_wait)
        return " ".join(filter(None, (_opening(standing), _others(standing.ahead), usual)))

    def _ways(self) -> str:
        place = self._institution
        ways = [f"[{place.email}](mailto:{place.email})"]
        if place.phone:
            digits = "".join(c for c in place.phone if c.isdigit() or c == "+")
            ways.append(f"[{place.phone}](tel:{digits})")
        hours = f" ({place.office_hours})" if place.office_hours else ""
        return say(" or ").join(ways) + hours


def _opening(standing: Standing) -> str:
    if standing.opens is None:
        return ""
    at = f"{standing.opens:%H:%M} ({standing.opens:%Z})"
    return say(
        "Nobody is in the office now; it opens on {day} at {time}.",
        day=say_day(standing.opens.date()),
        time=at,
    )


def _others(ahead: int) -> str:
    if not ahead:
        return ""
    return counted(
        "{count} other student is waiting before you.",
        "{count} other students are waiting before you.",
        ahead,
    )
