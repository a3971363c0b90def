"""What a student is told about privacy: that something was removed, what is kept, and from whom."""

from __future__ import annotations

from dataclasses import replace

from channels.model import Author, Choice, OutboundMessage
from channels.privacy.consent import AGREE, ASK
from channels.privacy.kinds import removed
from channels.privacy.settings import PrivacySettings
from channels.records import PendingTurn
from channels.settings import InstitutionSettings
from languages.lists import joined
from languages.speech import counted, say

SHOWN_ELSEWHERE = frozenset({"web", "voice"})
"""Channels whose notice is no message: the widget shows it above the chat, a call says its own."""


class Teller:
    """Adds to the replies of a turn what its student must be told, in the language spoken."""

    def __init__(self, settings: PrivacySettings, institution: InstitutionSettings) -> None:
        self._settings = settings
        self._institution = institution

    def told(
        self, turn: PendingTurn, replies: tuple[OutboundMessage, ...]
    ) -> tuple[OutboundMessage, ...]:
        """The replies, after what was removed of the turn's words; the first ends with the notice.

        What was removed stands first, since a channel reads the choices of the newest message.
        """
        if turn.first and replies and turn.channel not in SHOWN_ELSEWHERE:
            text = "\n\n".join(filter(None, (replies[0].text, self.notice())))
            replies = (replace(replies[0], text=text), *replies[1:])
        if kinds := removed(turn.text):
            text = say(
                "For your safety I removed {what} from your message before it was stored. "
                "It is not needed here: please leave such details out.",
                what=joined([kind.said() for kind in kinds]),
            )
            replies = (OutboundMessage(text, Author.SYSTEM), *replies)
        return replies

    def of_consent(self, turn: PendingTurn) -> tuple[OutboundMessage, ...]:
        """What who has not agreed is asked, and who agrees is told; nothing of another turn."""
        if turn.payload == AGREE:
            return (OutboundMessage(say("Thank you. What would you like to know?"), Author.SYSTEM),)
        if turn.payload != ASK:
            return ()
        request = say(
            "Please agree before you ask. What you just wrote was not kept; write it again then."
        )
        text = "\n\n".join((self._settings.consent_text, request))
        agree = Choice(say("I agree"), payload=AGREE)
        return (OutboundMessage(text, Author.SYSTEM, choices=(agree,)),)

    def above(self) -> str:
        """What stands above a chat: what is to be agreed to, if anything is, and the terms."""
        return " ".join(filter(None, (self._settings.consent_text, self.terms())))

    def notice(self) -> str:
        """Who reads what is written, what to leave out, and what `terms` say.

        Empty when the operator gives the notice elsewhere.
        """
        if not self._settings.notice:
            return ""
        name = self._institution.name
        return " ".join(
            (
                say("Staff at {institution} can read this conversation.", institution=name),
                say("Please leave out private details such as ID or card numbers."),
                self.terms(),
            )
        )

    def terms(self) -> str:
        """For how long a conversation is kept, for whom it is, and where to read or ask more."""
        settings = self._settings
        if not settings.notice:
            return ""
        days, age, terms = settings.keep_transcripts_days, settings.minimum_age, []
        if days:
            kept = counted("It is kept for {count} day.", "It is kept for {count} days.", days)
            terms.append(kept)
        if age:
            terms.append(
                say(
                    "If you are under {age}, please ask a parent or guardian before you write.",
                    age=age,
                )
            )
        if settings.policy_url:
            terms.append(say("Privacy policy: {url}", url=settings.policy_url))
        else:
            email = self._institution.email
            terms.append(say("To see or erase what is kept, write to {email}.", email=email))
        return " ".join(terms)
