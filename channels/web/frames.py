"""The JSON frames between the widget and the gateway: checked coming in, made going out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from channels.erasing import Erasure
from channels.model import Author
from channels.records import Entry
from channels.settings import InstitutionSettings
from channels.web.markdown import plain_to_html, to_html

ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""A name that the widget gives a message once and keeps for retries; a UUID as a rule."""
Tag = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)
]
"""A BCP 47 tag; those in use are far shorter than 35 characters."""

Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,255}$")]
"""An id that the site gives: of a program, or of a student; it goes into a column of 255."""
Reason = Literal["wrong", "incomplete", "off_topic", "unclear", "other"]
"""Why an answer did not help. Words of the student's own would need looking after."""
RATED_KINDS = frozenset({"quote", "table", "computed", "programs", "plan", "credit", "aid"})
"""Kinds of an answer that are asked about: not small talk, a question back, or "not found"."""


class Hello(BaseModel):
    """First frame of a connection: who is there, and what it has already seen."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: Literal["hello"]
    token: str = Field(max_length=200)
    after: int = Field(default=0, ge=0, le=2**31 - 1)
    language: Tag | None = None
    """The language that the student reads the chat in."""


class Said(BaseModel):
    """A student's message, typed or picked."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: Literal["message"]
    id: ClientId
    text: str
    payload: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None
    program: Name | None = None
    """Id of the program that the page around the chat is about."""


class Rated(BaseModel):
    """Whether an answer was helpful; a later one of the same message replaces an earlier one."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: Literal["feedback"]
    message: Annotated[str, StringConstraints(pattern=r"^m_[0-9a-f]{1,37}$")]
    helpful: bool
    reason: Reason | None = None


class Identified(BaseModel):
    """Who the student is, as the site's own server vouches for it; see `channels.web.identity`."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: Literal["identify"]
    student: Name
    expires: int = Field(ge=0, le=2**53)
    hmac: str = Field(max_length=128)


class Erase(BaseModel):
    """The wish that all of this conversation be erased."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: Literal["erase"]


class Ping(BaseModel):
    """A sign of life that wants an answer."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: Literal["ping"]


Asked = Said | Rated | Identified | Erase
"""What a student does in a chat that has been greeted."""
Frame = Hello | Asked | Ping
_frames: TypeAdapter[Frame] = TypeAdapter(Annotated[Frame, Field(discriminator="type")])


def read_frame(raw: str) -> Frame:
    """A text frame of the widget. Raises `pydantic.ValidationError`, a ValueError."""
    return _frames.validate_json(raw)


def ready(
    conversation: str, institution: InstitutionSettings, last: int, limit: int, privacy: str = ""
) -> dict[str, Any]:
    """The answer to a good hello; ``limit`` is the longest message in characters, ``privacy`` what
    the student is told of what is kept."""
    return {
        "type": "ready",
        "conversation": conversation,
        "institution": {
            "name": institution.name,
            "notice": institution.notice,
            "email": institution.email,
            "phone": institution.phone,
            "office_hours": institution.office_hours,
            "expected_wait": institution.expected_wait,
        },
        "privacy": privacy,
        "last": last,
        "limit": limit,
    }


def message(entry: Entry) -> dict[str, Any]:
    """One message of the conversation, with HTML that is safe to insert."""
    said = entry.message
    answer = said.answer or {}
    typed = said.author is Author.STUDENT
    return {
        "type": "message",
        "seq": entry.seq,
        "id": entry.id,
        "client_id": entry.delivery_id.rpartition("/")[2] if entry.delivery_id else None,
        "author": said.author.value,
        "name": said.name,
        "kind": said.kind,
        "text": said.text,
        "html": plain_to_html(said.text) if typed else to_html(said.text),
        "choices": [choice.to_wire() for choice in said.choices],
        "citations": answer.get("citations", []),
        "files": answer.get("files", []),
        "attachments": [each.to_wire() for each in said.attachments],
        "abstained": bool(answer.get("abstained", False)),
        "answer_kind": answer.get("kind"),
        "asks_feedback": answer.get("kind") in RATED_KINDS and entry.helpful is None,
        "at": _moment(entry.at),
    }


def typing(on: bool) -> dict[str, Any]:
    """Whether a turn is being answered."""
    return {"type": "typing", "on": on}


def rated(message: str, helpful: bool) -> dict[str, Any]:
    """What was said of an answer is recorded."""
    return {"type": "feedback", "message": message, "helpful": helpful}


def identified(student: str) -> dict[str, Any]:
    """The conversation is bound to a student."""
    return {"type": "identified", "student": student}


def erased(receipt: Erasure) -> dict[str, Any]:
    """The conversation is gone; ``forgotten`` says whether the bot has forgotten it already."""
    return {
        "type": "erased",
        "receipt": receipt.id,
        "messages": receipt.erased.get("messages", 0),
        "forgotten": receipt.bot_at is not None,
        "at": _moment(receipt.at),
    }


def error(code: str, text: str, client_id: str | None = None) -> dict[str, Any]:
    """Something was refused; ``client_id`` names the message that it was about."""
    return {"type": "error", "code": code, "text": text, "id": client_id}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
