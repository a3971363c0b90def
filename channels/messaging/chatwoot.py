"""Chatwoot: an agent bot that answers until a person takes over, developers.chatwoot.com."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

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
from channels.delivery.plain import Source, cited, plain_text, split
from channels.delivery.signatures import same, signed_lately
from channels.delivery.verdicts import busy, found, taken, told, wait
from channels.model import Choice, InboundMessage, OutboundMessage, Part
from languages.speech import say

TIMESTAMP_HEADER = "X-Chatwoot-Timestamp"
SIGNATURE_HEADER = "X-Chatwoot-Signature"
TEXT_CHARACTERS = 4096
"""What WhatsApp and Telegram take, which may be behind an inbox; Chatwoot itself takes more."""
SELECTING = frozenset(
    {"Channel::WebWidget", "Channel::Api", "Channel::Whatsapp", "Channel::Telegram"}
)
"""Inboxes that show `input_select`, as the user guide's page on interactive messages lists them."""
SHOWING_CARDS = frozenset({"Channel::WebWidget", "Channel::Api"})
"""Inboxes that show `cards`; the same page. A card needs an action, such as a link."""
PENDING = "pending"
"""Status of a conversation that is the bot's; any other is a person's, or closed."""


class ChatwootSettings(BaseModel):
    """`[channels.chatwoot]`"""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    url: str = Field(pattern=r"^https?://")
    """Where Chatwoot is, such as `https://chat.example.edu`."""
    access_token: SecretStr = Field(min_length=16)
    """The agent bot's access token."""
    secret: SecretStr | None = Field(default=None, min_length=16)
    """The agent bot's webhook secret; Chatwoot signs with it from version 4.13 on."""
    token: SecretStr | None = Field(default=None, min_length=16)
    """For older versions, which sign nothing: made up by you, and given as `?token=…` at the end of
    the webhook's address."""

    @model_validator(mode="after")
    def _is_guarded(self) -> ChatwootSettings:
        if (self.secret is None) == (self.token is None):
            raise ValueError(
                "one of secret and token is needed: token where Chatwoot has no secret"
            )
        return self


class Chatwoot:
    """A conversation of Chatwoot's is one of ours, whatever its inbox."""

    name: ClassVar[str] = "chatwoot"
    numbers_choices: ClassVar[bool] = True

    def __init__(self, settings: ChatwootSettings, url: str) -> None:
        self.settings = settings
        self._pages = url

    def verify(self, delivery: Delivery) -> None:
        """HMAC-SHA256 over `timestamp.body`, lately; else the address holds the token."""
        if self.settings.secret is None:
            _verify_token(delivery, self.settings.token)
            return
        stamp = signed_lately(delivery, TIMESTAMP_HEADER)
        signed = _signature(self.settings.secret, stamp, delivery.body)
        if not same(delivery.headers.get(SIGNATURE_HEADER, ""), signed):
            raise Forged("signature")

    def answer(self, delivery: Delivery) -> Response:  # noqa: ARG002 - the same for all
        """Nothing; the reply follows as a call."""
        return Response()

    def parse(self, delivery: Delivery) -> Sequence[InboundMessage]:
        """What a contact writes or picks while the conversation is the bot's.

        It is known again by the message's id, which is signed, unlike `X-Chatwoot-Delivery`.
        """
        event = json.loads(delivery.body)
        if not isinstance(event, dict):
            raise Malformed("no object")
        if event.get("event") not in ("message_created", "message_updated"):
            return ()
        conversation = event["conversation"]
        if conversation["status"] != PENDING or event.get("private"):
            return ()
        said = _written(event) if event["event"] == "message_created" else _picked(event)
        if said is None:
            return ()
        name, text, picked = said
        return (
            InboundMessage(
                self.name,
                f"{int(event['account']['id'])}/{int(conversation['id'])}",
                name,
                text,
                picked=picked,
                reply_to={"inbox": str(conversation.get("channel") or "")},
            ),
        )

    def sample(self, text: str, name: str, address: str) -> Delivery:
        """As `Sampled.sample`."""
        event = {
            "event": "message_created",
            "id": name,
            "content": text,
            "message_type": "incoming",
            "conversation": {"id": 1, "status": PENDING},
            "account": {"id": 1},
        }
        body, headers = json.dumps(event).encode(), {"Content-Type": "application/json"}
        if self.settings.secret:
            stamp = str(int(time.time()))
            signed = _signature(self.settings.secret, stamp, body)
            headers |= {TIMESTAMP_HEADER: stamp, SIGNATURE_HEADER: signed}
        elif self.settings.token:
            address += f"?token={quote(self.settings.token.get_secret_value(), safe='')}"
        return Delivery("POST", address, headers, body)

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """Texts within the limit, the last with the choices, and sources as cards; a hand-over then
        opens the conversation, so that Chatwoot assigns it to a person."""
        inbox = (message.reply_to or {}).get("inbox")
        selects = inbox in SELECTING
        citations = (message.answer or {}).get("citations", [])
        sources = cited(citations, self._pages) if inbox in SHOWING_CARDS else ()
        linked = bool(sources) and all(source.address for source in sources)
        shown = replace(message, answer=None) if linked else message
        text = plain_text(shown, choices=not selects, base_url=self._pages)
        parts: list[Part] = [{"content": piece} for piece in split(text, TEXT_CHARACTERS)]
        if parts and selects and message.choices:
            parts[-1] |= _select(message.choices)
        if linked:
            parts.append(_cards(sources))
        if message.kind == "handover":
            parts.append({"status": "open"})
        return parts

    def call(self, address: str, part: Part, part_id: str) -> Call:  # noqa: ARG002 - no such field
        """A message of the bot's, or the conversation's new status."""
        opens = "status" in part
        body = part if opens else {"message_type": "outgoing", "private": False, **part}
        return self._post(address, "toggle_status" if opens else "messages", body)

    def typing(self, address: str, reply_to: dict[str, Any] | None) -> Call:  # noqa: ARG002
        """Shows until it is switched off, or the next message comes."""
        return self._post(address, "toggle_typing_status", {"typing_status": "on"})

    def judge(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """By the status alone; errors are told in words that change."""
        if taken(status):
            return Sent(found(told(body), "id"))
        if busy(status):
            return Later(wait(headers), f"status_{status}")
        return Refused(f"status_{status}")

    def _post(self, address: str, what: str, body: Part) -> Call:
        account, _, conversation = address.partition("/")
        place = f"/api/v1/accounts/{account}/conversations/{conversation}/{what}"
        headers = {
            "Content-Type": "application/json",
            "api_access_token": self.settings.access_token.get_secret_value(),
        }
        return Call(f"{self.settings.url.rstrip('/')}{place}", json.dumps(body).encode(), headers)


def _signature(secret: SecretStr, stamp: str, body: bytes) -> str:
    key = secret.get_secret_value().encode()
    return f"sha256={hmac.new(key, f'{stamp}.'.encode() + body, hashlib.sha256).hexdigest()}"


def _verify_token(delivery: Delivery, token: SecretStr | None) -> None:
    wanted = token.get_secret_value() if token else ""
    given = parse_qs(urlsplit(delivery.url).query).get("token", [""])[-1]
    if not wanted or not same(given, wanted):
        raise Forged("token")


def _written(event: dict[str, Any]) -> tuple[str, str, str | None] | None:
    """Id and words of a contact's message; a person's and the bot's own come as outgoing."""
    text = event.get("content")
    if event["message_type"] != "incoming" or not text:
        return None
    return str(event["id"]), str(text), None


def _picked(event: dict[str, Any]) -> tuple[str, str, str | None] | None:
    """Id, title and key of what a contact picked: the bot's message then holds it as submitted."""
    if event.get("content_type") != "input_select":
        return None
    submitted = (event.get("content_attributes") or {}).get("submitted_values")
    if not submitted:
        return None
    chosen = submitted[0]
    return f"{event['id']}:submitted", str(chosen["title"]), str(chosen["value"])


def _cards(sources: Sequence[Source]) -> Part:
    items = [
        {
            "title": f"[{source.number}] {source.title}",
            "description": source.dates,
            "actions": [{"type": "link", "text": say("Source"), "uri": source.address}],
        }
        for source in sources
    ]
    content = {"content": say("Sources:"), "content_type": "cards"}
    return content | {"content_attributes": {"items": items}}


def _select(choices: Sequence[Choice]) -> Part:
    items = [{"title": choice.label, "value": choice.key} for choice in choices]
    return {"content_type": "input_select", "content_attributes": {"items": items}}
