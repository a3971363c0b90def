"""Slack: the Events API, buttons and `chat.postMessage`, api.slack.com."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, Field, SecretStr

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
from channels.delivery.plain import plain_text, split
from channels.delivery.signatures import same, signed_lately
from channels.delivery.verdicts import busy, found, taken, told, wait
from channels.model import InboundMessage, OutboundMessage, Part

SIGNATURE_HEADER = "X-Slack-Signature"
TIMESTAMP_HEADER = "X-Slack-Request-Timestamp"
SECTION_CHARACTERS = 3000
LABEL_CHARACTERS = 75
MOST_BUTTONS = 25
"""Limits of a section, a button's text and an actions block; api.slack.com/reference/block-kit."""
AGAIN = frozenset({"ratelimited", "rate_limited", "service_unavailable", "internal_error"})
"""Errors of `chat.postMessage` after which it may be tried again."""
SPOKEN = frozenset({"im", "mpim"})
"""Kinds of a conversation whose every message is for the assistant; elsewhere it is mentioned."""


class SlackSettings(BaseModel):
    """`[channels.slack]`"""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    signing_secret: SecretStr = Field(min_length=16)
    """The app's signing secret, from its basic information."""
    bot_token: SecretStr = Field(min_length=16)
    """`xoxb-…`, with the scopes `chat:write`, `im:history` and `app_mentions:read`."""
    api: str = "https://slack.com/api"
    """Where the Web API is."""


class Slack:
    """A direct message is one conversation; so is a thread in a channel."""

    name: ClassVar[str] = "slack"
    numbers_choices: ClassVar[bool] = False

    def __init__(self, settings: SlackSettings, url: str) -> None:
        self.settings = settings
        self._pages = url

    def verify(self, delivery: Delivery) -> None:
        """HMAC-SHA256 over `v0:timestamp:body`, not older than five minutes."""
        signed = self._signature(signed_lately(delivery, TIMESTAMP_HEADER), delivery.body)
        if not same(delivery.headers.get(SIGNATURE_HEADER, ""), signed):
            raise Forged("signature")

    def answer(self, delivery: Delivery) -> Response:
        """The challenge of `url_verification`, given back."""
        event = _event(delivery)
        if event.get("type") == "url_verification":
            return Response(body=str(event.get("challenge", "")))
        return Response()

    def parse(self, delivery: Delivery) -> Sequence[InboundMessage]:
        """A message to the assistant, or a pressed button; its own and changed ones are neither."""
        event = _event(delivery)
        if event.get("type") == "block_actions":
            return _pressed(event)
        return _written(event) if event.get("type") == "event_callback" else ()

    def sample(self, text: str, name: str, address: str) -> Delivery:
        """As `Sampled.sample`."""
        said = {"type": "message", "channel_type": "im", "channel": "D0", "user": "U0", "ts": "1.0"}
        event = {"type": "event_callback", "event_id": name, "event": {**said, "text": text}}
        body, stamp = json.dumps(event).encode(), str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: stamp,
            SIGNATURE_HEADER: self._signature(stamp, body),
        }
        return Delivery("POST", address, headers, body)

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """Sections within the limit; the choices are buttons under the last."""
        text = _escaped(plain_text(message, choices=False, base_url=self._pages))
        parts: list[Part] = [
            {
                "text": piece,
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": piece}}],
            }
            for piece in split(text, SECTION_CHARACTERS)
        ]
        if parts and message.choices:
            buttons = [
                {
                    "type": "button",
                    "text": {"type": "plain_text", "text": choice.label[:LABEL_CHARACTERS]},
                    "value": choice.key,
                    "action_id": f"choice_{number}",
                }
                for number, choice in enumerate(message.choices[:MOST_BUTTONS])
            ]
            parts[-1]["blocks"].append({"type": "actions", "elements": buttons})
        return parts

    def call(self, address: str, part: Part, part_id: str) -> Call:  # noqa: ARG002 - no such field
        """`chat.postMessage`, into the thread where there is one."""
        channel, _, thread = address.partition(":")
        body = {"channel": channel, "unfurl_links": False, **part}
        if thread:
            body["thread_ts"] = thread
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Authorization": f"Bearer {self.settings.bot_token.get_secret_value()}",
        }
        url = f"{self.settings.api.rstrip('/')}/chat.postMessage"
        return Call(url, json.dumps(body).encode(), headers)

    def judge(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """By `ok` and `error`, which come with 200, and by `Retry-After`."""
        answered = told(body)
        error = found(answered, "error") or f"status_{status}"
        if taken(status) and answered.get("ok"):
            return Sent(found(answered, "ts"))
        if busy(status) or error in AGAIN:
            return Later(wait(headers), error)
        return Refused(error)

    def _signature(self, stamp: str, body: bytes) -> str:
        secret = self.settings.signing_secret.get_secret_value().encode()
        signed = hmac.new(secret, f"v0:{stamp}:".encode() + body, hashlib.sha256)
        return f"v0={signed.hexdigest()}"


def _event(delivery: Delivery) -> dict[str, Any]:
    """The event; what buttons send is JSON in a form. Raises Malformed."""
    body: bytes | str = delivery.body
    if delivery.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        body = parse_qs(delivery.body.decode("utf-8", "replace")).get("payload", [""])[0]
    event = json.loads(body)
    if not isinstance(event, dict):
        raise Malformed("no object")
    return event


def _written(callback: dict[str, Any]) -> Sequence[InboundMessage]:
    event = callback["event"]
    direct = event.get("type") == "message" and event.get("channel_type") in SPOKEN
    mentioned = event.get("type") == "app_mention"
    if not (direct or mentioned) or event.get("bot_id") or event.get("subtype"):
        return ()
    text = _without_mention(str(event.get("text") or ""))
    if not text:
        return ()
    address = _address(event["channel"], event.get("thread_ts") or event["ts"], direct=direct)
    return (InboundMessage(Slack.name, address, str(callback["event_id"]), text),)


def _pressed(event: dict[str, Any]) -> Sequence[InboundMessage]:
    action, message = event["actions"][0], event["message"]
    channel = event["channel"]["id"]
    thread = message.get("thread_ts") or message["ts"]
    address = _address(channel, thread, direct=str(channel).startswith("D"))
    key = str(action["value"])
    name = f"{event['trigger_id']}"
    return (InboundMessage(Slack.name, address, name, key, picked=key),)


def _address(channel: object, thread: object, *, direct: bool) -> str:
    return str(channel) if direct else f"{channel}:{thread}"


def _without_mention(text: str) -> str:
    """The words without the `<@U…>` that calls the assistant, and unescaped."""
    words = [word for word in text.split(" ") if not (word.startswith("<@") and word.endswith(">"))]
    plain = " ".join(words).strip()
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
