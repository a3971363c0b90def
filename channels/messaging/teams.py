"""Microsoft Teams, and what else speaks the Bot Connector's protocol.

learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from channels.delivery.bot_connector import Trust
from channels.delivery.channel import (
    Ask,
    Call,
    Delivery,
    Later,
    Malformed,
    Refused,
    Response,
    Sent,
    Verdict,
)
from channels.delivery.plain import numbered, plain_text, split, text_of, utf16
from channels.delivery.reading import kept_name
from channels.delivery.tables import Table, prose_and_tables
from channels.delivery.verdicts import busy, found, taken, told, wait
from channels.model import Author, Choice, InboundMessage, OutboundMessage, Part

PART_BYTES = 64_000
"""Teams takes about 100 KB with everything around a message, and advises to stay under 80, which
leaves room for buttons; "Format your bot messages" in its documentation for developers."""
TEXT_UNITS = PART_BYTES // 6
"""UTF-16 code units of a text; JSON spells each in six bytes at most."""
MOST_BUTTONS = 6
"""More actions than that are hidden behind a menu; then the choices have numbers too."""
JOINED = "(joined)"
"""What stands in the transcript, for staff."""
CARD = "application/vnd.microsoft.card.adaptive"
CARD_VERSION = "1.5"
"""The newest that Teams shows everywhere; it has tables."""


class TeamsSettings(BaseModel):
    """`[channels.teams]`"""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    app_id: str = Field(pattern=r"^[0-9a-fA-F-]{36}$")
    """The bot's Microsoft App ID."""
    app_secret: SecretStr = Field(min_length=16)
    """A client secret of the app; it gets the token that replies are sent with."""
    tenant: str = Field(default="botframework.com", pattern=r"^[0-9A-Za-z.-]+$")
    """Id of the tenant of a single-tenant bot; left out for a multi-tenant one."""
    metadata: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    """Where the Bot Connector says which keys it signs with."""
    login: str = "https://login.microsoftonline.com"
    """Where tokens are had."""


class Teams:
    """A personal chat is one conversation; so is a group's, and a thread of a team's channel."""

    name: ClassVar[str] = "teams"
    numbers_choices: ClassVar[bool] = True

    def __init__(self, settings: TeamsSettings, url: str) -> None:
        self.settings = settings
        self._pages = url
        self._trust = Trust(
            settings.app_id,
            settings.app_secret.get_secret_value(),
            settings.metadata,
            f"{settings.login.rstrip('/')}/{settings.tenant}/oauth2/v2.0/token",
        )

    async def borrow(self, ask: Ask, delivery: Delivery | None = None) -> None:
        """The key that a delivery is signed with; without one, a token."""
        if delivery is None:
            await self._trust.renew_token(ask)
        else:
            await self._trust.renew_keys(ask, delivery)

    def verify(self, delivery: Delivery) -> None:
        """As `Trust.verify`: the token speaks for the Connector, to us, of this activity."""
        self._trust.verify(delivery, told(delivery.body))

    def answer(self, delivery: Delivery) -> Response:  # noqa: ARG002 - the same for all
        """202; the reply follows as a call."""
        return Response(HTTPStatus.ACCEPTED)

    def parse(self, delivery: Delivery) -> Sequence[InboundMessage]:
        """A message or a pressed button, and who joins; typing and reactions are nothing said."""
        activity = _activity(delivery.body)
        match activity.get("type"):
            case "message":
                return _said(activity)
            case "conversationUpdate":
                return _joined(activity)
        return ()

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """Texts, tables as cards between them, and the choices as a card's buttons at the end."""
        shown = [
            piece if isinstance(piece, Table) else text_of(piece)
            for piece in prose_and_tables(message.text)
        ]
        rest = plain_text(replace(message, text="", choices=()), base_url=self._pages)
        if len(message.choices) > MOST_BUTTONS:
            rest = f"{rest}\n\n{numbered(message.choices)}".strip()
        if shown and isinstance(shown[-1], str):
            rest = f"{shown.pop()}\n\n{rest}".strip()
        activities = [part for piece in (*shown, rest) for part in _parts(piece)]
        if activities and message.choices:
            activities[-1].setdefault("attachments", []).append(_buttons(message.choices))
        return [{"reply_to": message.reply_to or {}, "activity": one} for one in activities]

    def call(self, address: str, part: Part, part_id: str) -> Call:  # noqa: ARG002 - no such field
        """The activity as a reply to the newest message of the conversation."""
        return self._post(part["reply_to"], {"type": "message", **part["activity"]})

    def typing(self, address: str, reply_to: dict[str, Any] | None) -> Call | None:  # noqa: ARG002
        """An activity of its own; it shows for some seconds."""
        return self._post(reply_to, {"type": "typing"}) if reply_to else None

    def judge(self, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """412 is for another time too, as learn.microsoft.com's page on rate limits says."""
        answered = told(body)
        if taken(status):
            return Sent(found(answered, "id"))
        if busy(status) or status == HTTPStatus.PRECONDITION_FAILED:
            return Later(wait(headers), f"status_{status}")
        return Refused(found(answered, "error", "code") or f"status_{status}")

    def _post(self, place: dict[str, Any], activity: dict[str, Any]) -> Call:
        """``place`` is what `_said` noted of the message that is answered."""
        named: dict[str, Any] = {
            "from": {"id": place["bot"]},
            "recipient": {"id": place["user"]},
            "conversation": {"id": place["conversation"]},
        }
        service, conversation = place["service"].rstrip("/"), quote(place["conversation"], safe="")
        url = f"{service}/v3/conversations/{conversation}/activities"
        if place["activity"]:
            named["replyToId"] = place["activity"]
            url = f"{url}/{quote(place['activity'], safe='')}"
        headers = {"Content-Type": "application/json", "Authorization": self._trust.bearer}
        return Call(url, json.dumps({**activity, **named}).encode(), headers)


def _activity(body: bytes) -> dict[str, Any]:
    activity = json.loads(body)
    if not isinstance(activity, dict):
        raise Malformed("no object")
    return activity


def _said(activity: dict[str, Any]) -> Sequence[InboundMessage]:
    conversation, name = str(activity["conversation"]["id"]), str(activity["id"])
    bot = str(activity["recipient"]["id"])
    picked = _picked(activity.get("value"))
    text = _without_mention(str(activity.get("text") or ""), activity.get("entities") or (), bot)
    if not (text or picked):
        return ()
    return (
        InboundMessage(
            Teams.name,
            kept_name(conversation),
            kept_name(f"{conversation} {name}"),
            text or picked or "",
            picked=picked,
            language=activity.get("locale"),
            reply_to=_place(activity, name, str(activity["from"]["id"])),
        ),
    )


def _joined(activity: dict[str, Any]) -> Sequence[InboundMessage]:
    """A greeting for the first who joins a conversation in which the bot is; none for the bot.

    A second one would be read by those who have been greeted.
    """
    bot = str(activity["recipient"]["id"])
    joined = [str(member["id"]) for member in activity.get("membersAdded") or ()]
    people = [member for member in joined if member != bot]
    if not people:
        return ()
    conversation = str(activity["conversation"]["id"])
    return (
        InboundMessage(
            Teams.name,
            kept_name(conversation),
            kept_name(f"{conversation} joined"),
            JOINED,
            payload="/greet",
            language=activity.get("locale"),
            reply_to=_place(activity, "", people[0]),
            author=Author.SYSTEM,
        ),
    )


def _place(activity: dict[str, Any], name: str, user: str) -> dict[str, str]:
    """What a reply to a person needs; it answers the activity of that name, or none."""
    return {
        "service": str(activity["serviceUrl"]),
        "conversation": str(activity["conversation"]["id"]),
        "activity": name,
        "bot": str(activity["recipient"]["id"]),
        "user": user,
    }


def _picked(value: object) -> str | None:
    """The key that a pressed button carries; some clients send its value as a string of JSON."""
    held = told(value.encode()) if isinstance(value, str) else value
    key = held.get("picked") if isinstance(held, dict) else None
    return key if isinstance(key, str) else None


def _without_mention(text: str, entities: Sequence[dict[str, Any]], bot: str) -> str:
    """The words without the mention that calls the assistant."""
    for entity in entities:
        if entity.get("type") == "mention" and entity["mentioned"].get("id") == bot:
            text = text.replace(str(entity.get("text") or ""), " ")
    return text.replace("&nbsp;", " ").strip()


def _parts(piece: str | Table) -> list[Part]:
    """Texts within the limit, or one card with a table; a table too large for a card is a text."""
    if isinstance(piece, Table):
        card: Part = {"attachments": [_card([_table(piece)])]}
        return [card] if len(json.dumps(card)) <= PART_BYTES else _parts(text_of(piece.markdown))
    return [{"textFormat": "plain", "text": one} for one in split(piece, TEXT_UNITS, utf16)]


def _table(table: Table) -> dict[str, Any]:
    rows = [
        {
            "type": "TableRow",
            "cells": [
                {"type": "TableCell", "items": [{"type": "TextBlock", "text": cell, "wrap": True}]}
                for cell in row
            ],
        }
        for row in table.rows
    ]
    columns = [{"width": 1} for _ in table.rows[0]]
    return {"type": "Table", "firstRowAsHeader": True, "columns": columns, "rows": rows}


def _buttons(choices: Sequence[Choice]) -> dict[str, Any]:
    """A card of buttons; what is pressed shows in the chat as if it had been typed."""
    return _card(
        [
            {
                "type": "ActionSet",
                "actions": [
                    {
                        "type": "Action.Submit",
                        "title": choice.label,
                        "data": {
                            "msteams": {
                                "type": "messageBack",
                                "displayText": choice.label,
                                "text": choice.label,
                                "value": {"picked": choice.key},
                            }
                        },
                    }
                ],
            }
            for choice in choices
        ]
    )


def _card(body: Sequence[dict[str, Any]]) -> dict[str, Any]:
    content = {"type": "AdaptiveCard", "version": CARD_VERSION, "body": list(body)}
    return {"contentType": CARD, "content": content}
