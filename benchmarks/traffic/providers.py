"""How each messaging provider signs what it delivers, and how it reads what it is sent.

Written from the providers' documentation, and not with the code of the channels.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qs, urlencode

SECRET = "0123456789abcdef0123456789abcdef"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Posted:
    """A signed delivery, ready to be posted again and again."""

    headers: Mapping[str, str]
    body: bytes


class Provider(Protocol):
    """One provider; students are numbers, and so are deliveries."""

    name: ClassVar[str]
    accepted: ClassVar[Mapping[str, Any]]
    """What it answers to a message that it takes."""
    knows_by: ClassVar[str]
    """The header by which it knows a message again, and takes it once; empty for none."""

    def section(self, url: str) -> dict[str, Any]:
        """The settings `[channels.NAME]`, with the provider at an address."""
        ...

    def delivery(self, student: int, number: int, text: str) -> Posted:
        """A student's message."""
        ...

    def sent(self, body: bytes) -> tuple[int, str] | None:
        """The student to whom the gateway sends a message, and its words; None of a sign only."""
        ...


@dataclass(frozen=True, slots=True)
class Rest:
    """standardwebhooks.com."""

    name: ClassVar[str] = "rest"
    accepted: ClassVar[Mapping[str, Any]] = {}
    knows_by: ClassVar[str] = "webhook-id"
    _key: ClassVar[bytes] = SECRET.encode()
    public: str

    def section(self, url: str) -> dict[str, Any]:
        """As `Provider`."""
        secret = "whsec_" + base64.b64encode(self._key).decode()
        return {"secret": secret, "deliver_to": f"{url}/rest"}

    def delivery(self, student: int, number: int, text: str) -> Posted:
        """As `Provider`."""
        data = {"conversation": f"crm-{student}", "text": text}
        body = json.dumps({"type": "message", "data": data}).encode()
        stamp = str(int(time.time()))
        signed = f"msg_{number}.{stamp}.".encode() + body
        digest = hmac.new(self._key, signed, hashlib.sha256).digest()
        headers = {
            "webhook-id": f"msg_{number}",
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }
        return Posted(JSON | headers, body)

    def sent(self, body: bytes) -> tuple[int, str] | None:
        """As `Provider`."""
        data = json.loads(body)["data"]
        return int(data["conversation"].removeprefix("crm-")), data["text"]


@dataclass(frozen=True, slots=True)
class Telegram:
    """core.telegram.org/bots/api."""

    name: ClassVar[str] = "telegram"
    accepted: ClassVar[Mapping[str, Any]] = {"ok": True, "result": {"message_id": 7}}
    knows_by: ClassVar[str] = ""
    public: str

    def section(self, url: str) -> dict[str, Any]:
        """As `Provider`."""
        return {"token": f"110201543:{SECRET}", "secret": SECRET, "api": f"{url}/telegram"}

    def delivery(self, student: int, number: int, text: str) -> Posted:
        """As `Provider`."""
        chat = {"id": student, "type": "private"}
        sender = {"id": student, "is_bot": False, "first_name": "A"}
        message = {"message_id": number, "date": 1, "chat": chat, "from": sender, "text": text}
        body = json.dumps({"update_id": number, "message": message}).encode()
        return Posted(JSON | {"X-Telegram-Bot-Api-Secret-Token": SECRET}, body)

    def sent(self, body: bytes) -> tuple[int, str] | None:
        """As `Provider`."""
        message = json.loads(body)
        return (message["chat_id"], message["text"]) if "text" in message else None


@dataclass(frozen=True, slots=True)
class Twilio:
    """twilio.com/docs/usage/webhooks/webhooks-security."""

    name: ClassVar[str] = "twilio"
    accepted: ClassVar[Mapping[str, Any]] = {"sid": "SM9"}
    knows_by: ClassVar[str] = ""
    _account: ClassVar[str] = "AC" + "0" * 32
    public: str

    def section(self, url: str) -> dict[str, Any]:
        """As `Provider`."""
        account = {"account": self._account, "auth_token": SECRET}
        return account | {"sender": "+18005551212", "api": f"{url}/twilio"}

    def delivery(self, student: int, number: int, text: str) -> Posted:
        """As `Provider`."""
        sender = f"+1555{student:07}"
        fields = {"MessageSid": f"SM{number}", "From": sender, "To": "+18005551212", "Body": text}
        address = f"{self.public}/channels/twilio"
        signed = address + "".join(name + fields[name] for name in sorted(fields))
        digest = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha1).digest()
        headers = FORM | {"X-Twilio-Signature": base64.b64encode(digest).decode()}
        return Posted(headers, urlencode(fields).encode())

    def sent(self, body: bytes) -> tuple[int, str] | None:
        """As `Provider`."""
        fields = parse_qs(body.decode())
        return int(fields["To"][0].removeprefix("+1555")), fields["Body"][0]


@dataclass(frozen=True, slots=True)
class _Meta:
    """developers.facebook.com/docs/graph-api/webhooks/getting-started."""

    name: ClassVar[str]
    public: str

    def section(self, url: str) -> dict[str, Any]:
        """As `Provider`."""
        secrets = dict.fromkeys(("app_secret", "verify_token", "access_token"), SECRET)
        return secrets | {"api": f"{url}/{self.name}"}

    def _signed(self, event: dict[str, Any]) -> Posted:
        body = json.dumps(event).encode()
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return Posted(JSON | {"X-Hub-Signature-256": f"sha256={digest}"}, body)


class Messenger(_Meta):
    """developers.facebook.com/docs/messenger-platform."""

    name: ClassVar[str] = "messenger"
    accepted: ClassVar[Mapping[str, Any]] = {"recipient_id": "1", "message_id": "mid.9"}
    knows_by: ClassVar[str] = ""

    def delivery(self, student: int, number: int, text: str) -> Posted:
        """As `Provider`."""
        said = {"sender": {"id": str(student)}, "message": {"mid": f"m_{number}", "text": text}}
        return self._signed({"object": "page", "entry": [{"id": "1", "messaging": [said]}]})

    def sent(self, body: bytes) -> tuple[int, str] | None:
        """As `Provider`."""
        sent = json.loads(body)
        message = sent.get("message")
        return (int(sent["recipient"]["id"]), message["text"]) if message else None


class Whatsapp(_Meta):
    """developers.facebook.com/docs/whatsapp/cloud-api."""

    name: ClassVar[str] = "whatsapp"
    accepted: ClassVar[Mapping[str, Any]] = {"messages": [{"id": "wamid.9"}]}
    knows_by: ClassVar[str] = ""
    _number: ClassVar[str] = "106540352242922"

    def section(self, url: str) -> dict[str, Any]:
        """As `Provider`."""
        return _Meta.section(self, url) | {"phone_number_id": self._number}

    def delivery(self, student: int, number: int, text: str) -> Posted:
        """As `Provider`."""
        said = {"from": f"1555{student:07}", "id": f"wamid.{number}", "type": "text"}
        value = {
            "metadata": {"phone_number_id": self._number},
            "messages": [said | {"text": {"body": text}}],
        }
        entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
        return self._signed({"object": "whatsapp_business_account", "entry": [entry]})

    def sent(self, body: bytes) -> tuple[int, str] | None:
        """As `Provider`."""
        message = json.loads(body)
        said = message.get("text") or message.get("interactive", {}).get("body")
        student = int(message.get("to", "0").removeprefix("1555"))
        return (student, said.get("body") or said["text"]) if said else None


@dataclass(frozen=True, slots=True)
class Slack:
    """api.slack.com/authentication/verifying-requests-from-slack."""

    name: ClassVar[str] = "slack"
    accepted: ClassVar[Mapping[str, Any]] = {"ok": True, "ts": "1.1"}
    knows_by: ClassVar[str] = ""
    public: str

    def section(self, url: str) -> dict[str, Any]:
        """As `Provider`."""
        secrets = {"signing_secret": SECRET, "bot_token": f"xoxb-{SECRET}"}
        return secrets | {"api": f"{url}/slack"}

    def delivery(self, student: int, number: int, text: str) -> Posted:
        """As `Provider`."""
        said = {"type": "message", "channel_type": "im", "channel": f"D{student}", "text": text}
        event = {"type": "event_callback", "event_id": f"Ev{number}"}
        body = json.dumps(event | {"event": said | {"user": "U1", "ts": f"{number}.0"}}).encode()
        stamp = str(int(time.time()))
        signed = f"v0:{stamp}:".encode() + body
        digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
        return Posted(JSON | headers, body)

    def sent(self, body: bytes) -> tuple[int, str] | None:
        """As `Provider`."""
        message = json.loads(body)
        return int(message["channel"].removeprefix("D")), message["text"]


KINDS = (Rest, Telegram, Twilio, Messenger, Whatsapp, Slack)


def providers(public: str) -> dict[str, Provider]:
    """All of them, by name; ``public`` is the address at which the gateway says that it is."""
    return {kind.name: kind(public) for kind in KINDS}
