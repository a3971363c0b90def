"""WhatsApp through Meta's Cloud API, developers.facebook.com/docs/whatsapp/cloud-api."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from channels.delivery import meta
from channels.delivery.channel import Call, Delivery, Notice, Receipt, Verdict
from channels.delivery.plain import plain_text, split
from channels.delivery.verdicts import found
from channels.model import Choice, InboundMessage, OutboundMessage, Part, ReceiptStatus
from languages.speech import say

TEXT_CHARACTERS = 4096
INTERACTIVE_CHARACTERS = 1024
MOST_BUTTONS, BUTTON_CHARACTERS = 3, 20
MOST_ROWS, ROW_CHARACTERS, DESCRIPTION_CHARACTERS = 10, 24, 72
"""Limits of texts, interactive bodies, buttons and rows, as the reference of messages states."""

STATUSES = {
    "sent": ReceiptStatus.PASSED_ON,
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.READ,
    "failed": ReceiptStatus.FAILED,
}
"""As the reference of webhooks names them; the rest says nothing of a text."""


class WhatsappSettings(meta.MetaSettings):
    """`[channels.whatsapp]`"""

    phone_number_id: str = Field(pattern=r"^\d{5,30}$")
    """Id of the number that answers; messages to others of the account are left alone."""


class Whatsapp(meta.MetaChannel):
    """One student's number is one conversation."""

    name: ClassVar[str] = "whatsapp"
    numbers_choices: ClassVar[bool] = True
    settings: WhatsappSettings

    def __init__(self, settings: WhatsappSettings, url: str) -> None:
        self.settings = settings
        self._pages = url

    def messages(self, delivery: Delivery) -> Iterator[InboundMessage]:
        """As `MetaChannel.messages`."""
        for value in self._values(delivery):
            for message in value.get("messages") or ():
                text, picked = _said(message)
                if text:
                    sender, name = str(message["from"]), str(message["id"])
                    yield InboundMessage(
                        self.name, sender, name, text, picked=picked, reply_to={"message": name}
                    )

    def told(self, delivery: Delivery) -> Iterator[Notice]:
        """As `MetaChannel.told`; a part is named by the id that was given with it."""
        for value in self._values(delivery):
            for state in value.get("statuses") or ():
                status = STATUSES.get(state["status"])
                if status:
                    part = str(state.get("biz_opaque_callback_data") or "")
                    code = found(state, "errors", 0, "code")
                    yield Receipt(status, str(state["id"]), part, f"code_{code}" if code else "")

    def _values(self, delivery: Delivery) -> Iterator[dict[str, Any]]:
        """What happened at our own number."""
        for entry in meta.entries(delivery, "whatsapp_business_account"):
            for change in entry["changes"]:
                value = change["value"]
                receiver = (value.get("metadata") or {}).get("phone_number_id")
                if receiver == self.settings.phone_number_id:
                    yield value

    def event(self, text: str, name: str) -> dict[str, Any]:
        """As `MetaChannel.event`."""
        message = {"from": "15550100100", "id": name, "type": "text", "text": {"body": text}}
        receiver = {"phone_number_id": self.settings.phone_number_id}
        change = {"field": "messages", "value": {"metadata": receiver, "messages": [message]}}
        return {"object": "whatsapp_business_account", "entry": [{"changes": [change]}]}

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """Texts within the limit; then up to three buttons, a list of ten, or numbers."""
        choices = message.choices
        fits = len(choices) <= MOST_ROWS
        text = plain_text(message, choices=not fits, base_url=self._pages)
        pieces = split(text, TEXT_CHARACTERS)
        if not choices or not fits:
            return [_text(piece) for piece in pieces]
        short = bool(pieces) and len(pieces[-1]) <= INTERACTIVE_CHARACTERS
        body = pieces.pop() if short else say("You can pick one of these.")
        return [*map(_text, pieces), _interactive(body, choices)]

    def call(self, address: str, part: Part, part_id: str) -> Call:
        """`POST /PHONE_NUMBER_ID/messages`; the part's id comes back with its states."""
        to = {"recipient_type": "individual", "to": address, "biz_opaque_callback_data": part_id}
        return self._post({**to, **part})

    def typing(self, address: str, reply_to: dict[str, Any] | None) -> Call | None:  # noqa: ARG002
        """Shows for 25 seconds or until the next message, and that the newest one was read."""
        if not reply_to:
            return None
        sign = {"status": "read", "typing_indicator": {"type": "text"}}
        return self._post({**sign, "message_id": reply_to["message"]})

    def judge(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """As `channels.delivery.meta.judge`; 131047 says that the 24-hour window is closed."""
        return meta.judge(status, headers, body, "messages")

    def _post(self, fields: Part) -> Call:
        settings = self.settings
        body = {"messaging_product": "whatsapp", **fields}
        url = f"{settings.api.rstrip('/')}/{settings.phone_number_id}/messages"
        return Call(url, json.dumps(body).encode(), settings.headers)


def _said(message: dict[str, Any]) -> tuple[str, str | None]:
    """The words of a message, and the key of the choice that it picks."""
    kind = message["type"]
    if kind == "text":
        return str(message["text"]["body"]), None
    if kind == "button":  # of a template: its payload is ours only if it was made so
        return str(message["button"]["text"]), None
    if kind == "interactive":
        reply = message.get("interactive") or {}  # none of a kind that the API cannot pass on
        picked = reply.get("button_reply") or reply.get("list_reply")
        return (str(picked["title"]), str(picked["id"])) if picked else ("", None)
    held = message.get(kind)
    return str(held.get("caption") or "") if isinstance(held, dict) else "", None


def _text(piece: str) -> Part:
    return {"type": "text", "text": {"body": piece, "preview_url": False}}


def _interactive(body: str, choices: Sequence[Choice]) -> Part:
    buttons = len(choices) <= MOST_BUTTONS and all(
        len(choice.label) <= BUTTON_CHARACTERS for choice in choices
    )
    if buttons:
        action: dict[str, Any] = {
            "buttons": [
                {"type": "reply", "reply": {"id": choice.key, "title": choice.label}}
                for choice in choices
            ]
        }
    else:
        action = {"button": say("Choose"), "sections": [{"rows": [_row(one) for one in choices]}]}
    kind = "button" if buttons else "list"
    return {
        "type": "interactive",
        "interactive": {"type": kind, "body": {"text": body}, "action": action},
    }


def _row(choice: Choice) -> dict[str, str]:
    """A label that is too long for a title goes on in the description."""
    row = {"id": choice.key, "title": choice.label[:ROW_CHARACTERS]}
    if len(choice.label) > ROW_CHARACTERS:
        row["description"] = choice.label[:DESCRIPTION_CHARACTERS]
    return row
