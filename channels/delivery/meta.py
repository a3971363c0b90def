"""What Meta's two messengers share: how a webhook is set up, signed, and answered with errors.

developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from channels.delivery.channel import (
    Delivery,
    Forged,
    Later,
    Malformed,
    Notice,
    Refused,
    Response,
    Sent,
    Verdict,
)
from channels.delivery.signatures import same
from channels.delivery.verdicts import busy, found, taken, told, wait
from channels.model import InboundMessage

SIGNATURE_HEADER = "X-Hub-Signature-256"
GRAPH = "https://graph.facebook.com/v21.0"
WINDOW = timedelta(hours=24)
"""developers.facebook.com/docs/messenger-platform/policy/policy-overview, "standard messaging", and
developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages, "customer service windows"."""
TRANSIENT = frozenset("1 2 4 17 32 613 80007 130429 131016 131048 131056 133016".split())
"""Error codes after which the same request may be tried again: unknown, service, and rate limits;
developers.facebook.com/docs/graph-api/guides/error-handling, and the pages of both messengers."""


class MetaSettings(BaseModel):
    """What an app of Meta's is known by."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    app_secret: SecretStr = Field(min_length=16)
    """The app's secret, from its basic settings; it signs what comes in."""
    verify_token: SecretStr = Field(min_length=16)
    """Made up by you, and typed once where the webhook is set up."""
    access_token: SecretStr = Field(min_length=16)
    """Sends replies: a system user's with `whatsapp_business_messaging`, or the page's with
    `pages_messaging`."""
    api: str = GRAPH
    """Where the Graph API is."""

    @property
    def headers(self) -> dict[str, str]:
        """Of a call to the Graph API."""
        bearer = f"Bearer {self.access_token.get_secret_value()}"
        return {"Content-Type": "application/json", "Authorization": bearer}


class MetaChannel:
    """A channel whose events come through a webhook of Meta's."""

    settings: MetaSettings

    def verify(self, delivery: Delivery) -> None:
        """As the function `verify`."""
        secrets = self.settings.app_secret, self.settings.verify_token
        verify(delivery, *(secret.get_secret_value() for secret in secrets))

    def answer(self, delivery: Delivery) -> Response:
        """The challenge of a GET, given back."""
        asked = delivery.method == "GET"
        return Response(body=_query(delivery).get("hub.challenge", "") if asked else "")

    def window(self, address: str) -> timedelta:  # noqa: ARG002 - the same for all
        """As `Windowed.window`: both messengers have the same."""
        return WINDOW

    def parse(self, delivery: Delivery) -> Sequence[InboundMessage]:
        """Every text and picked choice of a batch; echoes and states are nothing said."""
        return tuple(self.messages(delivery))

    def notices(self, delivery: Delivery) -> Sequence[Notice]:
        """What became of parts."""
        return tuple(self.told(delivery))

    def told(self, delivery: Delivery) -> Iterator[Notice]:
        """As `notices`."""
        raise NotImplementedError

    def sample(self, text: str, name: str, address: str) -> Delivery:
        """As `Sampled.sample`."""
        body = json.dumps(self.event(text, name)).encode()
        signed = signature(self.settings.app_secret.get_secret_value(), body)
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signed}
        return Delivery("POST", address, headers, body)

    def event(self, text: str, name: str) -> dict[str, Any]:
        """A delivery's JSON in which a student says something."""
        raise NotImplementedError

    def messages(self, delivery: Delivery) -> Iterator[InboundMessage]:
        """As `parse`."""
        raise NotImplementedError


def verify(delivery: Delivery, app_secret: str, verify_token: str) -> None:
    """A GET holds the token that the operator made up, a POST the HMAC-SHA256 of its raw body.

    Raises Forged.
    """
    if delivery.method == "GET":
        if not same(_query(delivery).get("hub.verify_token", ""), verify_token):
            raise Forged("verify token")
        return
    given = delivery.headers.get(SIGNATURE_HEADER, "")
    if not same(given, signature(app_secret, delivery.body)):
        raise Forged("signature")


def signature(app_secret: str, body: bytes) -> str:
    """What Meta sends in `X-Hub-Signature-256` with a raw body."""
    return f"sha256={hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()}"


def entries(delivery: Delivery, kind: str) -> Iterator[dict[str, Any]]:
    """The entries of an event about objects of a kind; none of a GET. Raises Malformed."""
    if delivery.method == "GET":
        return
    event = json.loads(delivery.body)
    if not isinstance(event, dict):
        raise Malformed("no object")
    if event.get("object") != kind:
        return
    listed = event.get("entry")
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise Malformed("entry is no list of objects")
    yield from listed


def judge(status: int, headers: Mapping[str, str], body: bytes, sent: str) -> Verdict:
    """By the error's code; ``sent`` names the field, or the list, that holds a message's id."""
    answered = told(body)
    if taken(status):
        return Sent(found(answered, sent) or found(answered, sent, 0, "id"))
    code = found(answered, "error", "code")
    if busy(status) or code in TRANSIENT:
        return Later(wait(headers), f"code_{code or status}")
    return Refused(f"code_{code}" if code else f"status_{status}")


def _query(delivery: Delivery) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(delivery.url).query).items()}
