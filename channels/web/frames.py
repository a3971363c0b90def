"""The JSON frames between the widget and the gateway: checked coming in, made going out."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

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


class Ping(BaseModel):
    """A sign of life that wants an answer."""

    model_config = ConfigDict(frozen=True, strict=True)

    type: Literal["ping"]


Frame = Annotated[Hello | Said | Ping, Field(discriminator="type")]
_frames: TypeAdapter[Hello | Said | Ping] = TypeAdapter(Frame)


def read_frame(raw: str) -> Hello | Said | Ping:
    """A text frame of the widget. Raises `pydantic.ValidationError`, a ValueError."""
    return _frames.validate_json(raw)


def ready(
    conversation: str, institution: InstitutionSettings, last: int, limit: int
) -> dict[str, Any]:
    """The answer to a good hello; ``limit`` is the longest message in characters."""
    return {
        "type": "ready",
        "conversation": conversation,
        "institution": {
            "name": institution.name,
            "notice": institution.notice,
            "email": institution.email,
            "phone": institution.phone,
            "office_hours": institution.office_hours,
        },
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
        "kind": said.kind,
        "text": said.text,
        "html": plain_to_html(said.text) if typed else to_html(said.text),
        "choices": [choice.to_wire() for choice in said.choices],
        "citations": answer.get("citations", []),
        "files": answer.get("files", []),
        "abstained": bool(answer.get("abstained", False)),
        "at": entry.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def typing(on: bool) -> dict[str, Any]:
    """Whether a turn is being answered."""
    return {"type": "typing", "on": on}


def error(code: str, text: str, client_id: str | None = None) -> dict[str, Any]:
    """Something was refused; ``client_id`` names the message that it was about."""
    return {"type": "error", "code": code, "text": text, "id": client_id}
