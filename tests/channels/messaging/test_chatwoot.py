"""Chatwoot's agent bot keeps the contract of every channel, and leaves people to people."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from contract import ANSWER, ChannelContract, ConnectChannel, Said
from gateway_parts import until
from loopback_bot import LoopbackBot, saying
from loopback_provider import LoopbackProvider
from recordings import lines

from channels.delivery.channel import Channel, Delivery, Forged, Later, Refused, Sent
from channels.delivery.signatures import TOLERANCE_SECONDS
from channels.discovery import ChannelMisconfigured, open_channels
from channels.model import Choice, OutboundMessage
from channels.transcript import Transcript

SECRET = "webhook-secret-of-the-agent-bot"
TOKEN = "access-token-of-the-agent-bot"
IN_ADDRESS = "made-up-by-the-operator"
ADDRESS = "https://advisor.example.edu/channels/chatwoot"


def event(kind: str = "message_created", status: str = "pending", **fields: Any) -> bytes:
    inbox = fields.pop("channel", "Channel::WebWidget")
    said = {
        "event": kind,
        "id": 118,
        "content": "hi",
        "content_type": "text",
        "content_attributes": {},
        "message_type": "incoming",
        "private": False,
        "sender": {"id": 14, "name": "little-haze-776", "type": "contact"},
        "inbox": {"id": 1, "name": "Admissions"},
        "conversation": {"id": 10, "status": status, "channel": inbox, "can_reply": True},
        "account": {"id": 1, "name": "Maple Harbor"},
    }
    return json.dumps({**said, **fields}).encode()


def sign(stamp: int, body: bytes) -> str:
    signed = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


class TestChatwoot(ChannelContract):
    name = "chatwoot"
    secrets = (SECRET, TOKEN)

    def settings(self, provider_url: str) -> dict[str, Any]:
        return {"url": provider_url, "access_token": TOKEN, "secret": SECRET}

    def signed(self, body: bytes, at: int | None = None) -> Delivery:
        stamp = int(time.time()) if at is None else at
        headers = {
            "X-Chatwoot-Timestamp": str(stamp),
            "X-Chatwoot-Signature": sign(stamp, body),
            "X-Chatwoot-Delivery": "6f1c2d7e-0000-4000-8000-000000000001",
            "Content-Type": "application/json",
        }
        return Delivery("POST", ADDRESS, headers, body)

    def message(self, text: str, delivery_id: str) -> bytes:
        return event(content=text, id=delivery_id)

    def recordings(self) -> list[tuple[bytes, list[Said]]]:
        key = "0123456789abcdef"
        picked = {
            "items": [{"title": "Costs", "value": key}],
            "submitted_values": [{"title": "Costs", "value": key}],
        }
        select = {"content_type": "input_select", "message_type": "outgoing"}
        return [
            (event(), [Said("1/10", "118", "hi")]),
            (event(status="open"), []),
            (event(status="resolved"), []),
            (event(message_type="outgoing"), []),
            (event(message_type="outgoing", private=True), []),
            (event(private=True), []),
            (event(content=None, attachments=[{"file_type": "image"}]), []),
            (
                event("message_updated", **select, content_attributes=picked),
                [Said("1/10", "118:submitted", "Costs", key)],
            ),
            (event("message_updated", "open", **select, content_attributes=picked), []),
            (event("message_updated", **select, content_attributes={"items": []}), []),
            (event("message_updated"), []),
            (event("conversation_status_changed"), []),
            (b'{"event": "webwidget_triggered", "id": 12, "current_conversation": null}', []),
        ]

    def shows_typing(self, sent: dict[str, Any]) -> bool:
        return sent.get("typing_status") == "on"

    def shown(self, body: bytes) -> str:
        return str(json.loads(body).get("content", ""))

    def accepted(self) -> bytes:
        return b'{"id": 119, "content": "hello"}'

    def forgeries(self) -> list[Delivery]:
        good = self.signed(self.message("hello", "d1"))
        now = int(time.time())
        return [
            *super().forgeries(),
            self.signed(good.body, at=now - TOLERANCE_SECONDS - 1),
            self.signed(good.body, at=now + TOLERANCE_SECONDS + 100),
            replace(good, body=good.body + b" "),
            replace(good, headers={**good.headers, "X-Chatwoot-Timestamp": str(now - 1)}),
        ]

    @pytest.mark.parametrize("recorded", lines("chatwoot_events.jsonl"))
    def test_recorded_traffic_is_read(self, channel: Channel, recorded: dict[str, Any]) -> None:
        """All of it is of conversations that are a person's; what was written in one would be heard
        if it were still the bot's."""
        assert list(channel.parse(self.signed(json.dumps(recorded).encode()))) == []
        if "conversation" in recorded:
            pending = {**recorded["conversation"], "status": "pending"}
            body = json.dumps({**recorded, "conversation": pending}).encode()
            said = [one.text for one in channel.parse(self.signed(body))]
            written = recorded["event"] == "message_created"
            assert said == ([recorded["content"]] if written else [])

    # -- older versions ------------------------------------------------------------------------

    def test_a_version_that_does_not_sign_is_known_by_the_address(self) -> None:
        """Which holds a token that only its operators know."""
        section = {"url": "http://127.0.0.1:1", "access_token": TOKEN, "token": IN_ADDRESS}
        older = open_channels({"chatwoot": section}, "")["chatwoot"]
        body = self.message("hello", "d1")
        older.verify(Delivery("POST", f"{ADDRESS}?token={IN_ADDRESS}", {}, body))
        for url in ("", "?token=", "?token=x", f"?tok={IN_ADDRESS}", f"?token={IN_ADDRESS}x"):
            with pytest.raises(Forged):
                older.verify(Delivery("POST", f"{ADDRESS}{url}", {}, body))
        assert IN_ADDRESS not in repr(older.settings)

    @pytest.mark.parametrize("guards", [{}, {"secret": SECRET, "token": IN_ADDRESS}])
    def test_it_is_never_open_to_everybody(self, guards: dict[str, str]) -> None:
        """And never guarded in two ways, of which the weaker would count."""
        section = {"url": "http://127.0.0.1:1", "access_token": TOKEN, **guards}
        with pytest.raises(ChannelMisconfigured, match="one of secret and token"):
            open_channels({"chatwoot": section}, "")

    # -- answering -----------------------------------------------------------------------------

    async def test_a_hand_over_gives_the_conversation_to_people(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """The words first, then the status; the token is the bot's."""
        bot.behaviour = saying({"custom": {"type": "handover", "text": "One moment."}})
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, self.message("a person please", "d1"))
        await provider.until(2)
        place = "/api/v1/accounts/1/conversations/10"
        assert provider.paths == [f"{place}/messages", f"{place}/toggle_status"]
        assert json.loads(provider.bodies[1]) == {"status": "open"}
        assert {headers["api_access_token"] for headers in provider.headers} == {TOKEN}

    async def test_what_a_person_is_told_is_left_to_them(
        self,
        connect: ConnectChannel,
        provider: LoopbackProvider,
        bot: LoopbackBot,
        transcript: Transcript,
    ) -> None:
        """Nothing of it is recorded here."""
        client = await connect(self.name, self.settings(provider.url))
        response = await self._post(client, event(status="open", content="my grades"))
        assert response.status == 200
        assert bot.asked == []
        assert await transcript.conversations(0, 10) == ()

    def test_choices_are_shown_where_the_inbox_can(self, channel: Channel) -> None:
        """Else they have numbers."""
        web = replace(ANSWER, reply_to={"inbox": "Channel::WebWidget"})
        part = channel.render(web)[0]
        assert part["content_type"] == "input_select"
        assert part["content_attributes"]["items"] == [
            {"title": choice.label, "value": choice.key} for choice in ANSWER.choices
        ]
        (part,) = channel.render(replace(ANSWER, reply_to={"inbox": "Channel::TwilioSms"}))
        assert "content_type" not in part
        assert part["content"].endswith("2. Talk to a person")

    @pytest.mark.parametrize(
        ("inbox", "shows"),
        [("Channel::WebWidget", True), ("Channel::Api", True), ("Channel::Whatsapp", False)],
    )
    def test_sources_are_cards_where_the_inbox_can(
        self, channel: Channel, inbox: str, shows: bool
    ) -> None:
        """With their numbers, dates and links; else they stand in the text."""
        words, *cards = channel.render(replace(ANSWER, reply_to={"inbox": inbox}))
        address = ANSWER.answer["citations"][0]["url"] if ANSWER.answer else ""
        assert (address in words["content"]) is not shows
        assert len(cards) == int(shows)
        for card in cards:
            (item,) = card["content_attributes"]["items"]
            assert card["content_type"] == "cards"
            assert item["title"] == "[1] Tuition and fees"
            assert "1 July 2026" in item["description"]
            assert item["actions"] == [{"type": "link", "text": "Source", "uri": address}]

    def test_a_source_without_an_address_is_no_card(self, channel: Channel) -> None:
        """Chatwoot takes no card without an action; the text has all of them."""
        citations = [*(ANSWER.answer or {})["citations"], {"title": "A letter", "quote": "x"}]
        answer = {"citations": citations}
        inbox = {"inbox": "Channel::WebWidget"}
        (part,) = channel.render(replace(ANSWER, answer=answer, reply_to=inbox))
        assert "[2] A letter" in part["content"]

    async def test_a_picked_item_is_its_choice(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """Chatwoot tells it as a change of the bot's own message."""
        label, question = "Start", "When does Data Analytics Foundations start?"
        bot.behaviour = saying(
            {"text": "Which?", "choices": [{"label": label, "payload": question}]}
        )
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, self.message("help", "d1"))
        await provider.until(1)
        chosen = {"submitted_values": [{"title": label, "value": Choice(label, question).key}]}
        changed = event(
            "message_updated",
            id=119,
            content_type="input_select",
            message_type="outgoing",
            content_attributes=chosen,
        )
        await self._post(client, changed)
        await until(lambda: len(bot.asked) == 2)
        assert bot.asked[1]["text"] == question

    def test_a_text_has_room_in_every_inbox(self, channel: Channel) -> None:
        """And only the last piece has the choices."""
        parts = channel.render(
            OutboundMessage(
                "word " * 2000, choices=ANSWER.choices, reply_to={"inbox": "Channel::Api"}
            )
        )
        assert [len(part["content"]) <= 4096 for part in parts] == [True] * 3
        assert ["content_type" in part for part in parts] == [False, False, True]

    def test_what_it_answers_is_judged(self, channel: Channel) -> None:
        """A conversation that is gone is final."""
        assert channel.judge(404, {}, b"{}") == Refused("status_404")
        assert channel.judge(429, {"Retry-After": "3"}, b"") == Later(3.0, "status_429")
        assert channel.judge(200, {}, self.accepted()) == Sent("119")
