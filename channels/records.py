"""What the transcript gives back: receipts, turns to do, and what was said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import Row

from channels.model import (
    Attachment,
    Author,
    Choice,
    ConversationStatus,
    OutboundMessage,
    Part,
    TurnStatus,
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message has been recorded; ``repeated`` when it had been recorded before."""

    conversation: str
    turn_id: str
    """Empty for what belongs to no turn: a person says it."""
    message_id: str
    seq: int
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Burst:
    """How messages that follow each other closely are read as one turn."""

    pause: timedelta
    """How long nothing more must come before the turn begins."""
    characters: int
    """How long the turn may become."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for the bot; ``seconds`` is how long the oldest turn has."""

    turns: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class PendingTurn:
    """A turn that was accepted and has no outcome yet."""

    id: str
    conversation: str
    text: str
    payload: str | None
    accepted_at: datetime
    channel: str = ""
    hint: str | None = None
    """What the channel said of the student's language."""
    language: str | None = None
    """The language that was last spoken, else the hint."""
    address: str = ""
    reply_to: dict[str, Any] | None = None
    """`InboundMessage.reply_to` of the conversation's newest message that had one."""
    page_program: str | None = None
    first: bool = False
    """Whether the conversation begins with it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn ended: what is said to the student, and what is kept about it."""

    status: TurnStatus
    replies: tuple[OutboundMessage, ...]
    reason: str | None = None
    intent: str | None = None
    confidence: float | None = None
    form: str | None = None
    bot_milliseconds: float | None = None
    conversation_status: ConversationStatus | None = None
    language: str | None = None
    parts: tuple[tuple[Part, ...], ...] = ()
    """For each reply what its provider is sent; empty where the channel is read from here."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a conversation at its place; ``seq`` starts at 1 and has no gaps."""

    seq: int
    id: str
    message: OutboundMessage
    at: datetime
    delivery_id: str | None = None
    turn_id: str | None = None
    helpful: bool | None = None
    """What the student said of it; None: nothing yet."""
    helpful_reason: str | None = None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """From a row of the table ``messages``."""
        choices = tuple(Choice.from_wire(choice) for choice in row.choices or ())
        message = OutboundMessage(
            row.text,
            Author(row.author),
            row.kind,
            choices,
            row.answer,
            name=row.name or "",
            attachments=tuple(Attachment(**each) for each in row.attachments or ()),
        )
        return cls(
            row.seq,
            row.id,
            message,
            row.at,
            row.delivery_id,
            row.turn_id,
            row.helpful,
            row.helpful_reason,
        )


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """What is kept about a turn; ``bot_milliseconds`` is the time the bot took."""

    id: str
    status: TurnStatus
    reason: str | None
    intent: str | None
    confidence: float | None
    form: str | None
    bot_milliseconds: float | None
    accepted_at: datetime
    finished_at: datetime | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """From a row of the table ``turns``."""
        return cls(
            row.id,
            TurnStatus(row.status),
            row.reason,
            row.intent,
            row.confidence,
            row.form,
            row.bot_milliseconds,
            row.accepted_at,
            row.finished_at,
        )

    @property
    def milliseconds(self) -> float | None:
        """From acceptance to the recorded reply; None while the turn runs."""
        if self.finished_at is None:
            return None
        return (self.finished_at - self.accepted_at).total_seconds() * 1000


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """One line of a list of conversations; ``latest`` is what the student wrote last."""

    id: str
    channel: str
    status: ConversationStatus
    messages: int
    created_at: datetime
    updated_at: datetime
    latest: str = ""
    language: str | None = None
    """ISO 639 code of the language that was last spoken; None until the bot has said one."""
    student: str | None = None
    """Who the embedding site says that the student is, by its own id."""

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """From a row of the table ``conversations`` with a column ``latest``."""
        return cls(
            row.id,
            row.channel,
            ConversationStatus(row.status),
            row.last_seq,
            row.created_at,
            row.updated_at,
            row.latest or "",
            row.language,
            row.student,
        )


@dataclass(frozen=True, slots=True)
class Timeline:
    """A whole conversation; ``turns`` is keyed by the id that entries carry."""

    summary: ConversationSummary
    entries: tuple[Entry, ...]
    turns: dict[str, TurnRecord] = field(default_factory=dict)
