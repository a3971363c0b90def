"""Facebook Messenger, developers.facebook.com/docs/messenger-platform."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from channels.delivery import meta
from channels.delivery.channel import Call, Delivery, Notice, Receipt, Verdict, Watermark
from channels.delivery.plain import plain_text, split
from channels.model import Author, Choice, InboundMessage, OutboundMessage, Part, ReceiptStatus

TEXT_CHARACTERS = 2000
MOST_QUICK_REPLIES, TITLE_CHARACTERS = 13, 20
"""Limits of a text and of quick replies, as the Send API's reference states."""
PERSON = "by_person"
"""Marks parts that a person wrote; it is not sent."""
BY_PERSON = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
"""developers.facebook.com/docs/messenger-platform/send-messages/message-tags: people only."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MessengerSettings(meta.MetaSettings):
    """`[channels.messenger]`"""

    human_agent: bool = False
    """Whether Meta has granted the app its feature Human Agent: what a person writes then reaches a
    student for seven days after their last message, not only for one."""


class Messenger(meta.MetaChannel):
    """One person's page-scoped id is one conversation."""

    name: ClassVar[str] = "messenger"
    numbers_choices: ClassVar[bool] = True
    settings: MessengerSettings

    def __init__(self, settings: MessengerSettings, url: str) -> None:
        self.settings = settings
        self._pages = url

    def messages(self, delivery: Delivery) -> Iterator[InboundMessage]:
        """As `MetaChannel.messages`."""
        for entry in meta.entries(delivery, "page"):
            for event in entry.get("messaging") or ():
                said = _said(event)
                if said:
                    name, text, picked = said
                    sender = str(event["sender"]["id"])
                    yield InboundMessage(self.name, sender, name, text, picked=picked)

    def told(self, delivery: Delivery) -> Iterator[Notice]:
        """As `MetaChannel.told`; what was read is told by the time until when."""
        for entry in meta.entries(delivery, "page"):
            for event in entry.get("messaging") or ():
                for name in (event.get("delivery") or {}).get("mids") or ():
                    yield Receipt(ReceiptStatus.DELIVERED, name)
                if event.get("read"):
                    until = EPOCH + timedelta(milliseconds=int(event["read"]["watermark"]))
                    yield Watermark(ReceiptStatus.READ, str(event["sender"]["id"]), until)

    def event(self, text: str, name: str) -> dict[str, Any]:
        """As `MetaChannel.event`."""
        said = {"sender": {"id": "1"}, "timestamp": 0, "message": {"mid": name, "text": text}}
        return {"object": "page", "entry": [{"messaging": [said]}]}

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """Texts within the limit; choices are quick replies, with numbers where labels are long."""
        short = len(message.choices) <= MOST_QUICK_REPLIES and all(
            len(choice.label) <= TITLE_CHARACTERS for choice in message.choices
        )
        text = plain_text(message, choices=not short, base_url=self._pages)
        late = self.settings.human_agent and message.author is Author.PERSON
        mark = {PERSON: True} if late else {}
        parts: list[Part] = [{"text": piece} | mark for piece in split(text, TEXT_CHARACTERS)]
        if parts and message.choices:
            replies = [
                _quick_reply(number, choice, numbers=not short)
                for number, choice in enumerate(message.choices[:MOST_QUICK_REPLIES], 1)
            ]
            parts[-1]["quick_replies"] = replies
        return parts

    def call(self, address: str, part: Part, part_id: str) -> Call:  # noqa: ARG002 - no such field
        """`POST /me/messages` in answer to what the student wrote."""
        message = {name: value for name, value in part.items() if name != PERSON}
        kind = BY_PERSON if part.get(PERSON) else {"messaging_type": "RESPONSE"}
        return self._post(address, {**kind, "message": message})

    def typing(self, address: str, reply_to: dict[str, Any] | None) -> Call:  # noqa: ARG002 - the chat
        """A sender action; it shows for twenty seconds, or until the next message."""
        return self._post(address, {"sender_action": "typing_on"})

    def judge(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """As `channels.delivery.meta.judge`."""
        return meta.judge(status, headers, body, "message_id")

    def _post(self, address: str, fields: Part) -> Call:
        body = {"recipient": {"id": address}, **fields}
        url = f"{self.settings.api.rstrip('/')}/me/messages"
        return Call(url, json.dumps(body).encode(), self.settings.headers)


def _said(event: dict[str, Any]) -> tuple[str, str, str | None] | None:
    """Id, words and picked choice of an event; None when a student says nothing in it."""
    message = event.get("message")
    if message and not message.get("is_echo"):
        reply = message.get("quick_reply")
        text = str(message.get("text") or "")
        return (
            (str(message["mid"]), text, str(reply["payload"]) if reply else None) if text else None
        )
    postback = event.get("postback")
    if postback and postback.get("title"):
        name = str(postback.get("mid") or f"{event['sender']['id']}:{event['timestamp']}")
        return name, str(postback["title"]), None
    return None


def _quick_reply(number: int, choice: Choice, *, numbers: bool) -> dict[str, str]:
    title = f"{number}. {choice.label}" if numbers else choice.label
    if len(title) > TITLE_CHARACTERS:
        title = f"{title[: TITLE_CHARACTERS - 1]}…"
    return {"content_type": "text", "title": title, "payload": choice.key}
