"""SMS and WhatsApp through Twilio, twilio.com/docs/messaging."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import Field, model_validator

from channels.delivery.channel import (
    Call,
    Delivery,
    Later,
    Malformed,
    Notice,
    Receipt,
    Refused,
    Response,
    Sent,
    Verdict,
    Wish,
)
from channels.delivery.meta import WINDOW
from channels.delivery.plain import plain_text
from channels.delivery.sms import in_segments
from channels.delivery.twilio import FORM, SIGNATURE_HEADER, TwilioAccount, form
from channels.delivery.verdicts import busy, found, taken, told, wait
from channels.model import InboundMessage, OutboundMessage, Part, ReceiptStatus

SID_CHARACTERS = 34
"""Length of an SID; twilio.com/docs/glossary/what-is-a-sid. What is signed has no signs between
fields: a name that has swallowed the field after it would be believed, and be another's repeat."""
BODY_UNITS = 1600
"""Most that a message's body may hold; twilio.com/docs/api/errors/21617."""
STOPS = frozenset("STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT".split())
STARTS = frozenset("START UNSTOP YES".split())
"""Words that end and begin messages; help.twilio.com/articles/223134027."""
ANSWERED_BY_TWILIO = (STOPS | STARTS | {"HELP", "INFO"}) - {"YES"}
"""Words that a sender must not answer; YES is an answer to much else."""
STATUSES = {
    "sent": ReceiptStatus.PASSED_ON,
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.READ,
    "undelivered": ReceiptStatus.FAILED,
    "failed": ReceiptStatus.FAILED,
    "canceled": ReceiptStatus.FAILED,
}
"""twilio.com/docs/messaging/api/message-resource#message-status-values; the others say only that
it is on its way to be sent."""
EMPTY_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
CONCURRENCY = "20429"
"""Error code of too many requests at once."""
_TYPOGRAPHY = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "•": "-", "·": "-"}
    | {"\u00a0": " ", "→": "->"}
)
"""Signs that would make every character of a message cost two bytes; GSM 03.38 has none of them."""


class TwilioSettings(TwilioAccount):
    """`[channels.twilio]`"""

    sender: str = Field(min_length=3)
    """Your number such as `+15550100142`, `whatsapp:+15550100142`, or a messaging service `MG…`."""
    api: str = "https://api.twilio.com"
    """Where the REST API is."""

    @model_validator(mode="after")
    def _sender_is_known(self) -> TwilioSettings:
        plain = self.sender.removeprefix("whatsapp:")
        if not (plain.startswith("MG") or (plain.startswith("+") and plain[1:].isdigit())):
            raise ValueError("sender must be +NUMBER, whatsapp:+NUMBER, or a service MG…")
        return self


class Twilio:
    """One number is one conversation; a WhatsApp number is another than the same one by SMS."""

    name: ClassVar[str] = "twilio"
    numbers_choices: ClassVar[bool] = True

    def __init__(self, settings: TwilioSettings, url: str) -> None:
        self.settings = settings
        self._pages = url

    def verify(self, delivery: Delivery) -> None:
        """By the account's signature over the form."""
        self.settings.check(delivery)

    def answer(self, delivery: Delivery) -> Response:  # noqa: ARG002 - the same for all
        """No reply by the answer itself; it follows through the API."""
        return Response(200, EMPTY_REPLY, "text/xml")

    def parse(self, delivery: Delivery) -> Sequence[InboundMessage]:
        """A message's words; its states, opt-out words and pictures without words are none."""
        fields = dict(form(delivery.body))
        if "MessageStatus" in fields:
            return ()
        text = fields.get("Body", "").strip()
        if not text or _word(fields) in ANSWERED_BY_TWILIO:
            return ()
        name = fields["MessageSid"]
        if len(name) > SID_CHARACTERS:
            raise Malformed("a MessageSid that is longer than any")
        return (InboundMessage(self.name, fields["From"], name, text),)

    def notices(self, delivery: Delivery) -> Sequence[Notice]:
        """What became of a part, and who wants no more texts or wants them again."""
        fields = dict(form(delivery.body))
        if "MessageStatus" in fields:
            status = STATUSES.get(fields["MessageStatus"])
            part = dict(parse_qsl(urlsplit(delivery.url).query)).get("part", "")
            code = fields.get("ErrorCode", "")
            reason = f"code_{code}" if code else ""
            return (Receipt(status, fields["MessageSid"], part, reason),) if status else ()
        word = _word(fields)
        if word not in STOPS | STARTS:
            return ()
        return (Wish(fields["From"], wanted=word in STARTS),)

    def sample(self, text: str, name: str, address: str) -> Delivery:
        """As `Sampled.sample`."""
        fields = {"MessageSid": name, "From": "+15550100100", "Body": text}
        body = urlencode(fields).encode()
        headers = {"Content-Type": FORM, SIGNATURE_HEADER: self.settings.signature(address, body)}
        return Delivery("POST", address, headers, body)

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """Plain text in as few segments as its words need, cut where a segment ends."""
        text = plain_text(message, base_url=self._pages).translate(_TYPOGRAPHY)
        return [{"Body": piece} for piece in in_segments(text, BODY_UNITS)]

    def call(self, address: str, part: Part, part_id: str) -> Call:
        """`POST /Messages.json`; receipts come to an address that names the part."""
        settings = self.settings
        service = settings.sender.startswith("MG")
        fields = {
            "To": address,
            "MessagingServiceSid" if service else "From": settings.sender,
            **part,
        }
        if self._pages.startswith("https://"):  # Twilio refuses an address that it cannot reach.
            fields["StatusCallback"] = f"{self._pages}/channels/{self.name}?part={part_id}"
        secret = f"{settings.account}:{settings.auth_token.get_secret_value()}".encode()
        headers = {
            "Content-Type": FORM,
            "Authorization": f"Basic {base64.b64encode(secret).decode()}",
        }
        url = f"{settings.api.rstrip('/')}/2010-04-01/Accounts/{settings.account}/Messages.json"
        return Call(url, urlencode(fields).encode(), headers)

    def window(self, address: str) -> timedelta | None:
        """As `Windowed.window`: a text may come at any time, on WhatsApp Meta's rule holds."""
        return WINDOW if address.startswith("whatsapp:") else None

    def judge(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """By the status and Twilio's own code, such as 21610 for a number that opted out."""
        answered = told(body)
        code = found(answered, "code")
        if taken(status):
            billed = found(answered, "num_segments")
            return Sent(
                found(answered, "sid"), int(billed) if re.fullmatch(r"[0-9]{1,3}", billed) else 0
            )
        if busy(status) or code == CONCURRENCY:
            return Later(wait(headers), f"code_{code or status}")
        return Refused(f"code_{code}" if code else f"status_{status}")


def _word(fields: Mapping[str, str]) -> str:
    """A message in capitals, for telling words that begin and end messages.

    A messaging service with opt-out words of its own names what it took them for.
    """
    return fields.get("OptOutType") or fields.get("Body", "").strip().upper()
