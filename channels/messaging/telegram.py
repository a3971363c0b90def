"""Telegram: the Bot API, core.telegram.org/bots/api."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

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
from channels.delivery.plain import plain_text, split, utf16
from channels.delivery.signatures import same
from channels.delivery.verdicts import busy, found, seconds, taken, told
from channels.model import InboundMessage, OutboundMessage, Part

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
TEXT_UNITS = 4096
"""UTF-16 code units of a message, after entities; core.telegram.org/bots/api#sendmessage."""
LABEL_CHARACTERS = 60
"""A button shows about so many on a phone; the whole label stands in the text's list."""


class TelegramSettings(BaseModel):
    """`[channels.telegram]`"""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    token: SecretStr = Field(min_length=20)
    """What BotFather gave, such as `110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw`."""
    secret: SecretStr = Field(min_length=16, max_length=256)
    """`secret_token` of `setWebhook`: 16 to 256 of `A-Za-z0-9_-`, made up by you."""
    api: str = "https://api.telegram.org"
    """Where the Bot API is; another address for a server of your own."""


class Telegram:
    """One chat with the bot is one conversation."""

    name: ClassVar[str] = "telegram"
    numbers_choices: ClassVar[bool] = False

    def __init__(self, settings: TelegramSettings, url: str) -> None:
        self.settings = settings
        self._pages = url

    def verify(self, delivery: Delivery) -> None:
        """The header holds the secret that the webhook was set with."""
        given = delivery.headers.get(SECRET_HEADER, "")
        if not same(given, self.settings.secret.get_secret_value()):
            raise Forged("secret token")

    def parse(self, delivery: Delivery) -> Sequence[InboundMessage]:
        """A text, a caption or a pressed button; edits, joins and the rest are nothing said."""
        update = _update(delivery.body)
        return _pressed(update) if "callback_query" in update else _written(update)

    def answer(self, delivery: Delivery) -> Response:
        """Ends the waiting sign on a pressed button, as an answer to a webhook may."""
        pressed = _update(delivery.body).get("callback_query")
        if not isinstance(pressed, dict) or "id" not in pressed:
            return Response()
        told = {"method": "answerCallbackQuery", "callback_query_id": pressed["id"]}
        return Response(200, json.dumps(told), "application/json")

    def sample(self, text: str, name: str, address: str) -> Delivery:
        """As `Sampled.sample`; the update's number is made of the name."""
        person = {"id": 1, "type": "private", "is_bot": False, "first_name": "Trial"}
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:7])
        message = {"message_id": 1, "date": 0, "chat": person, "from": person, "text": text}
        body = json.dumps({"update_id": number, "message": message}).encode()
        secret = self.settings.secret.get_secret_value()
        headers = {"Content-Type": "application/json", SECRET_HEADER: secret}
        return Delivery("POST", address, headers, body)

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """Texts within the limit; the choices are buttons under the last."""
        text = plain_text(message, choices=False, base_url=self._pages)
        parts: list[Part] = [
            {"text": piece, "link_preview_options": {"is_disabled": True}}
            for piece in split(text, TEXT_UNITS, utf16)
        ]
        if parts and message.choices:
            buttons = [
                [{"text": _short(choice.label), "callback_data": choice.key}]
                for choice in message.choices
            ]
            parts[-1]["reply_markup"] = {"inline_keyboard": buttons}
        return parts

    def call(self, address: str, part: Part, part_id: str) -> Call:  # noqa: ARG002 - no such field
        """`sendMessage` to the chat."""
        return self._method("sendMessage", address, part)

    def typing(self, address: str, reply_to: dict[str, Any] | None) -> Call:  # noqa: ARG002 - the chat
        """`sendChatAction`; it shows for five seconds, or until the next message."""
        return self._method("sendChatAction", address, {"action": "typing"})

    def judge(self, status: int, _headers: Mapping[str, str], body: bytes) -> Verdict:
        """As `ok`, `error_code` and `parameters.retry_after` say."""
        answered = told(body)
        if taken(status) and answered.get("ok"):
            return Sent(found(answered, "result", "message_id"))
        if busy(status):
            asked = found(answered, "parameters", "retry_after")
            return Later(seconds(asked), f"status_{status}")
        blocked = status == HTTPStatus.FORBIDDEN
        return Refused("blocked" if blocked else f"status_{status}")

    def _method(self, name: str, address: str, fields: Part) -> Call:
        token = self.settings.token.get_secret_value()
        body = json.dumps({"chat_id": int(address), **fields}).encode()
        url = f"{self.settings.api.rstrip('/')}/bot{token}/{name}"
        return Call(url, body, {"Content-Type": "application/json"})


def _update(body: bytes) -> dict[str, Any]:
    update = json.loads(body)
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise Malformed("no update_id")
    return update


def _written(update: dict[str, Any]) -> Sequence[InboundMessage]:
    message = update.get("message")
    if message is None or message["from"].get("is_bot"):
        return ()
    text = message.get("text") or message.get("caption") or ""
    return (_said(update, message["chat"], message["from"], text),) if text else ()


def _pressed(update: dict[str, Any]) -> Sequence[InboundMessage]:
    pressed = update["callback_query"]
    if "message" not in pressed or "data" not in pressed:
        return ()  # a button of a message too old to be shown, or of a game
    key = str(pressed["data"])
    return (_said(update, pressed["message"]["chat"], pressed["from"], key, picked=key),)


def _said(
    update: dict[str, Any],
    chat: dict[str, Any],
    sender: dict[str, Any],
    text: str,
    picked: str | None = None,
) -> InboundMessage:
    return InboundMessage(
        Telegram.name,
        str(int(chat["id"])),
        str(update["update_id"]),
        text,
        payload="/greet" if text.split("@", maxsplit=1)[0] == "/start" else None,
        picked=picked,
        language=sender.get("language_code"),
    )


def _short(label: str) -> str:
    return label if len(label) <= LABEL_CHARACTERS else f"{label[: LABEL_CHARACTERS - 1]}…"
