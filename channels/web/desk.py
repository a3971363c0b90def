"""What a student's frames do, whichever line they come over, and what every line may cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from channels.erasing import Eraser
from channels.errors import (
    MessageEmpty,
    MessageRefused,
    MessageTooLong,
    NotAccepting,
    UnofferedChoice,
)
from channels.hub import Hub
from channels.limits import Buckets, Places
from channels.model import InboundMessage
from channels.privacy.telling import Teller
from channels.reception import Reception
from channels.settings import GatewaySettings, InstitutionSettings
from channels.transcript import Transcript
from channels.web import frames
from channels.web.identity import vouched
from channels.web.notes import Notes
from channels.web.sessions import CHANNEL, WebSession, WebSessions
from languages.speech import short, speaking

REFUSALS: dict[type[MessageRefused], str] = {
    MessageTooLong: "too_long",
    MessageEmpty: "malformed",
    UnofferedChoice: "malformed",
    NotAccepting: "unavailable",
}
SESSION_ENDED = frames.error("session", "This chat has ended; a new one begins.")
TOO_MANY_TABS = frames.error("too_fast", "This chat is open in too many tabs.")
MALFORMED = frames.error("malformed", "This frame is not one that the chat knows.")


@dataclass(frozen=True, slots=True)
class Visit:
    """One page that speaks with the chat: whose, from where, and what it told of itself."""

    session: WebSession
    origin: str
    peer: str
    """The network address, as a key of limits."""
    language: str | None = None


class Desk:
    """Takes what a student does. Every frame counts toward the limits of session and address."""

    def __init__(
        self,
        *,
        settings: GatewaySettings,
        institution: InstitutionSettings,
        sessions: WebSessions,
        reception: Reception,
        transcript: Transcript,
        hub: Hub,
        notes: Notes,
        eraser: Eraser,
        teller: Teller | None = None,
    ) -> None:
        self.settings = settings
        self.hub = hub
        self.sessions = sessions
        self.places = Places()
        self._institution = institution
        self._reception = reception
        self._transcript = transcript
        self._notes = notes
        self._eraser = eraser
        self._teller = teller
        self._by_session = Buckets(settings.session_burst, settings.session_per_minute)
        self._by_address = Buckets(settings.address_burst, settings.address_per_minute)
        self._on_end: list[Callable[[str], Awaitable[None]]] = []

    def when_ended(self, tell: Callable[[str], Awaitable[None]]) -> None:
        """Have a line told of every conversation that is erased."""
        self._on_end.append(tell)

    async def ended(self, conversation: str) -> None:
        """Close every line of a conversation that was erased."""
        for tell in self._on_end:
            await tell(conversation)

    async def watermark(self, visit: Visit) -> int:
        """``seq`` of the newest message."""
        return await self._transcript.watermark(visit.session.conversation)

    def ready(self, visit: Visit, last: int) -> dict[str, Any]:
        """The frame that begins a line."""
        conversation, limit = visit.session.conversation, self.settings.message_limit
        with speaking(short(visit.language)):
            privacy = self._teller.above() if self._teller else ""
        return frames.ready(conversation, self._institution, last, limit, privacy)

    async def said(self, visit: Visit, after: int) -> list[dict[str, Any]]:
        """Frames of the messages after a watermark, in order."""
        entries = await self._transcript.entries(visit.session.conversation, after)
        return [frames.message(entry) for entry in entries]

    async def take(self, visit: Visit, frame: frames.Asked) -> dict[str, Any] | None:
        """Do what a frame asks for; what to tell the page that sent it, None when nothing.

        Raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
        """
        client_id = frame.id if isinstance(frame, frames.Said) else None
        session = visit.session
        if not (self._by_session.take(session.address) and self._by_address.take(visit.peer)):
            slow = "That was a lot at once. Wait a moment and send it again."
            return frames.error("too_fast", slow, client_id)
        if isinstance(frame, frames.Said):
            return await self._accept(visit, frame)
        if isinstance(frame, frames.Rated):
            return await self._rate(session, frame)
        if isinstance(frame, frames.Identified):
            return await self._identify(visit, frame)
        return frames.erased(await self._eraser.erase(session.conversation))

    async def _accept(self, visit: Visit, said: frames.Said) -> dict[str, Any] | None:
        inbound = InboundMessage(
            channel=CHANNEL,
            address=visit.session.address,
            # The widget chooses its ids, so one session's must not shadow another's.
            delivery_id=f"{visit.session.address}/{said.id}",
            text=said.text,
            payload=said.payload,
            language=visit.language,
            page_program=said.program,
        )
        try:
            await self._reception.accept(inbound)
        except MessageRefused as refused:
            return frames.error(REFUSALS[type(refused)], str(refused), said.id)
        return None

    async def _rate(self, session: WebSession, rated: frames.Rated) -> dict[str, Any]:
        message, helpful = rated.message, rated.helpful
        if await self._notes.rate(session.conversation, message, helpful, rated.reason):
            return frames.rated(message, helpful)
        return frames.error("malformed", "There is no such answer in this conversation.")

    async def _identify(self, visit: Visit, claim: frames.Identified) -> dict[str, Any]:
        secret = self.settings.identity_secret
        if not vouched(secret, visit.origin, claim.student, claim.expires, claim.hmac):
            return frames.error("identity", "Who the student is could not be verified.")
        if await self._notes.name_student(visit.session.conversation, claim.student):
            return frames.identified(claim.student)
        return frames.error("other_student", "This conversation is another student's.")
