"""SMS and WhatsApp through Twilio, twilio.com/docs/messaging."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import urlencode

from pydantic import Field, model_validator

from channels.delivery.channel import (
    Call,
    Delivery,
    Later,
    Refused,
    Response,
    Sent,
    Verdict,
)
from channels.delivery.plain import plain_text, split, utf16
from channels.delivery.twilio import FORM, SIGNATURE_HEADER, TwilioAccount, form
from channels.delivery.verdicts import busy, found, taken, told, wait
from channels.model import InboundMessage, OutboundMessage, Part

BODY_UNITS = 1600
"""Most that a message's body may hold; twilio.com/docs/api/errors/21617."""
OPT_WORDS = frozenset(
    "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT START UNSTOP HELP INFO".split()
)
"""Words that Twilio answers by itself, and a sender must not; help.twilio.com/articles/223134027.
YES opts in again too, but only who has opted out, so it is taken as said."""
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
        if not text or text.upper() in OPT_WORDS:
            return ()
        return (InboundMessage(self.name, fields["From"], fields["MessageSid"], text),)

    def sample(self, text: str, name: str, address: str) -> Delivery:
        """As `Sampled.sample`."""
        fields = {"MessageSid": name, "From": "+15550100100", "Body": text}
        body = urlencode(fields).encode()
        headers = {"Content-Type": FORM, SIGNATURE_HEADER: self.settings.signature(address, body)}
        return Delivery("POST", address, headers, body)

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """Plain text in as few segments as its words need."""
        text = plain_text(message, base_url=self._pages).translate(_TYPOGRAPHY)
        return [{"Body": piece} for piece in split(text, BODY_UNITS, utf16)]

    def call(self, address: str, part: Part, part_id: str) -> Call:  # noqa: ARG002 - no such field
        """`POST /Messages.json`."""
        settings = self.settings
        service = settings.sender.startswith("MG")
        fields = {
            "To": address,
            "MessagingServiceSid" if service else "From": settings.sender,
            **part,
        }
        secret = f"{settings.account}:{settings.auth_token.get_secret_value()}".encode()
        headers = {
            "Content-Type": FORM,
            "Authorization": f"Basic {base64.b64encode(secret).decode()}",
        }
        url = f"{settings.api.rstrip('/')}/2010-04-01/Accounts/{settings.account}/Messages.json"
        return Call(url, urlencode(fields).encode(), headers)

    def judge(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """By the status and Twilio's own code, such as 21610 for a number that opted out."""
        answered = told(body)
        code = found(answered, "code")
        if taken(status):
            return Sent(found(answered, "sid"))
        if busy(status) or code == CONCURRENCY:
            return Later(wait(headers), f"code_{code or status}")
        return Refused(f"code_{code}" if code else f"status_{status}")
