"""The nouns of a conversation: what comes in, what goes out, and what is kept of it."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

Part = dict[str, Any]
"""A piece of a message as a provider takes it: JSON without a secret or an address of an API."""
TALK_TO_PERSON = "/talk_to_person"
"""The command that always stands open: a student may ask for a person at any time."""

NAME_CHARACTERS = 255
"""Longest name of a sender or a delivery; providers' own are far below a hundred."""
TAG_CHARACTERS = 35
"""Longest language tag; RFC 5646 asks for room for 35."""


class Author(StrEnum):
    """Who wrote a message."""

    STUDENT = "student"
    ASSISTANT = "assistant"
    PERSON = "person"
    SYSTEM = "system"


CORRECTION = "correction"
"""Kind of a message by which the institution takes back what the assistant said before."""


class TurnStatus(StrEnum):
    """How far a turn has come."""

    ACCEPTED = "accepted"
    RUNNING = "running"
    ANSWERED = "answered"
    FAILED = "failed"


class ReceiptStatus(StrEnum):
    """What a provider says of a part that it took, from the least to the most that can be said."""

    PASSED_ON = "passed_on"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"

    @property
    def earlier(self) -> tuple[str, ...]:
        """What may have been said before; a status that comes late changes nothing."""
        every = list(ReceiptStatus)
        return tuple(status.value for status in every[: every.index(self)])


class ConversationStatus(StrEnum):
    """Who is expected to speak next."""

    OPEN = "open"
    WAITING = "waiting"
    """The student has asked for a person and none has taken the conversation yet."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a student may pick instead of typing.

    ``payload`` is what the dialogue receives when it is picked (``/intent{...}``); without one
    the label's text is sent as if typed. Only a choice that this conversation was offered is
    accepted back.
    """

    label: str
    text: str = ""
    payload: str | None = None

    @property
    def key(self) -> str:
        """A short name for it that fits into any provider's button; 16 hexadecimal digits."""
        said = f"{self.text or self.label}\0{self.payload or ''}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def to_wire(self) -> dict[str, Any]:
        """``label``, ``text`` and ``payload``."""
        return {"label": self.label, "text": self.text or self.label, "payload": self.payload}

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """The inverse of `to_wire`."""
        return cls(wire["label"], wire.get("text", ""), wire.get("payload"))


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A student's message after a channel has verified and parsed it."""

    channel: str
    address: str
    """Who wrote, in the channel's own terms; one address is one conversation."""
    delivery_id: str
    """The provider's id of this delivery; the same id is handled once."""
    text: str
    payload: str | None = None
    picked: str | None = None
    """Key of the choice that was picked, where the channel has buttons; see `Choice.key`."""
    language: str | None = None
    """What the channel knows of the student's language, as a BCP 47 tag; a hint for the bot."""
    reply_to: dict[str, Any] | None = None
    """What a reply needs besides the address, such as a subject: JSON in the channel's own terms.
    The newest of a conversation comes back with its replies."""
    page_program: str | None = None
    """Id of the program that the page around the chat is about; what "it" means at first."""
    author: Author = Author.STUDENT
    """The system's is what a channel tells that nobody said, such as that somebody has joined; it
    has a payload."""
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        """Raises ValueError when what names something is none, or more than a database keeps."""
        if not (_is_name(self.address) and _is_name(self.delivery_id)):
            raise ValueError("an address and a delivery's id must be names")
        if not (_is_name(self.picked or "-") and _is_name(self.language or "-", TAG_CHARACTERS)):
            raise ValueError("a picked key and a language must be names")


def _is_name(value: object, most: int = NAME_CHARACTERS) -> bool:
    """Whether it is a printable word; no database keeps a NUL or half a character."""
    return isinstance(value, str) and 0 < len(value) <= most and value.isprintable()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a person has sent, of ``size`` bytes; ``path`` is signed, below our address."""

    name: str
    media_type: str
    size: int
    path: str

    def to_wire(self) -> dict[str, Any]:
        """``name``, ``media_type``, ``size`` and ``path``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A message to a student, in a form that every channel can render.

    ``text`` is Markdown. ``kind`` is ``answer``, ``text``, ``handover``, ``apology``,
    ``correction``, or ``joined`` and ``left`` where a person takes over and hands back; ``answer``
    holds the wire form of `knowledge_base.model.Answer` when there is one.
    """

    text: str
    author: Author = Author.ASSISTANT
    kind: str = "text"
    choices: tuple[Choice, ...] = ()
    answer: dict[str, Any] | None = None
    reason: str = ""
    """Why a hand-over is made: ``asked``, ``complaint`` or ``distress``; else empty."""
    name: str = ""
    """What the student is told of the person who wrote it; empty: no person did."""
    reply_to: dict[str, Any] | None = None
    """`InboundMessage.reply_to` of what it answers, for its channel; not kept in the transcript."""
    attachments: tuple[Attachment, ...] = ()

    def to_wire(self) -> dict[str, Any]:
        """One JSON object, as it is kept in the transcript."""
        return {
            "text": self.text,
            "author": self.author.value,
            "kind": self.kind,
            "choices": [choice.to_wire() for choice in self.choices],
            "answer": self.answer,
            "reason": self.reason,
            "name": self.name,
            "attachments": [attachment.to_wire() for attachment in self.attachments],
        }

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Self:
        """The inverse of `to_wire`."""
        return cls(
            text=wire["text"],
            author=Author(wire["author"]),
            kind=wire["kind"],
            choices=tuple(Choice.from_wire(choice) for choice in wire["choices"]),
            answer=wire["answer"],
            reason=wire.get("reason", ""),
            name=wire.get("name", ""),
            attachments=tuple(Attachment(**each) for each in wire.get("attachments", ())),
        )
