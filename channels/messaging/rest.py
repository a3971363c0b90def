"""Any other system: signed JSON both ways, as standardwebhooks.com has it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from channels.delivery.channel import (
    Call,
    Delivery,
    Forged,
    Later,
    Malformed,
    Refused,
    Response,
    Sent,
    Verdict,
)
from channels.delivery.signatures import same, signed_lately
from channels.delivery.verdicts import busy, taken, wait
from channels.model import InboundMessage, OutboundMessage, Part

PREFIX = "whsec_"
FEWEST_SECRET_BYTES = 24
"""As the specification asks: 24 to 64 random bytes."""


class RestSettings(BaseModel):
    """`[channels.rest]`"""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    secret: SecretStr
    """Signs both ways: `whsec_` and 24 to 64 random bytes in base64."""
    deliver_to: str = Field(pattern=r"^https?://")
    """Where replies are posted, such as `https://crm.example.edu/advisor`."""

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        if len(_key(secret)) < FEWEST_SECRET_BYTES:
            raise ValueError(
                "must be whsec_ and at least 24 bytes in base64; make one with: python -c "
                "'import base64, secrets; "
                'print("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())\''
            )
        return secret


class _Data(BaseModel):
    """What a message holds."""

    model_config = ConfigDict(frozen=True, strict=True)

    conversation: str = Field(min_length=1, max_length=200)
    text: str = ""
    picked: str | None = None
    """`key` of a choice that a reply offered."""
    language: str | None = Field(default=None, max_length=35)


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True)

    type: str
    data: _Data


class Rest:
    """`{"type": "message", "data": {"conversation": …, "text": …}}` in; `reply` events out."""

    name: ClassVar[str] = "rest"
    numbers_choices: ClassVar[bool] = False
    deduplicates_by: ClassVar[str] = "webhook-id"
    """The specification has whoever receives an event know it again by this."""

    def __init__(self, settings: RestSettings, url: str) -> None:  # noqa: ARG002 - as every channel
        self.settings = settings

    def verify(self, delivery: Delivery) -> None:
        """HMAC-SHA256 over id, timestamp and raw body, not older than five minutes."""
        name = delivery.headers.get("webhook-id", "")
        if not name:
            raise Forged("no id")
        signed = self._signature(name, signed_lately(delivery, "webhook-timestamp"), delivery.body)
        given = delivery.headers.get("webhook-signature", "").split()
        if not any(same(one, signed) for one in given):
            raise Forged("signature")

    def parse(self, delivery: Delivery) -> Sequence[InboundMessage]:
        """One message; events of other types are nothing said."""
        try:
            event = _Event.model_validate_json(delivery.body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "body"
            raise Malformed(f"{where}: {first['type']}") from None
        if event.type != "message":
            return ()
        said = event.data
        return (
            InboundMessage(
                self.name,
                said.conversation,
                delivery.headers["webhook-id"][:200],
                said.text or said.picked or "",
                picked=said.picked,
                language=said.language,
            ),
        )

    def sample(self, text: str, name: str, address: str) -> Delivery:
        """As `Sampled.sample`."""
        event = {"type": "message", "data": {"conversation": "trial", "text": text}}
        body, stamp = json.dumps(event).encode(), str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": stamp,
            "webhook-signature": self._signature(name, stamp, body),
        }
        return Delivery("POST", address, headers, body)

    def answer(self, delivery: Delivery) -> Response:  # noqa: ARG002 - the same for all
        """202: it is recorded, and the reply follows as an event."""
        return Response(202)

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """The whole message, since the other system shows what it can."""
        return (
            {
                "text": message.text,
                "author": message.author.value,
                "kind": message.kind,
                "choices": [
                    {"label": choice.label, "key": choice.key} for choice in message.choices
                ],
                "citations": (message.answer or {}).get("citations", []),
            },
        )

    def call(self, address: str, part: Part, part_id: str) -> Call:
        """A signed `reply` event; its id is the same at every try."""
        event = {"type": "reply", "data": {"conversation": address, **part}}
        body = json.dumps(event, ensure_ascii=False).encode()
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            self.deduplicates_by: part_id,
            "webhook-timestamp": stamp,
            "webhook-signature": self._signature(part_id, stamp, body),
        }
        return Call(self.settings.deliver_to, body, headers)

    def judge(self, status: int, headers: Mapping[str, str], _body: bytes) -> Verdict:
        """2xx is taken, 410 ends it, 429 and 5xx ask for another try, as the specification says."""
        if taken(status):
            return Sent()
        if busy(status):
            return Later(wait(headers), f"status_{status}")
        return Refused("gone" if status == HTTPStatus.GONE else f"status_{status}")

    def _signature(self, name: str, stamp: str, body: bytes) -> str:
        signed = f"{name}.{stamp}.".encode("utf-8", "surrogateescape") + body
        digest = hmac.new(_key(self.settings.secret), signed, hashlib.sha256).digest()
        return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: SecretStr) -> bytes:
    try:
        return base64.b64decode(secret.get_secret_value().removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return b""
