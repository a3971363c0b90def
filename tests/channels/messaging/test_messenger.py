"""Messenger keeps the contract of every channel, and its own rules."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from contract import ANSWER, URL, ChannelContract, ConnectChannel, Said
from gateway_parts import until, until_asked
from kept_receipts import all_sent, receipts
from loopback_bot import LoopbackBot, saying
from loopback_provider import LoopbackProvider
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.delivery.channel import Channel, Delivery, Sent
from channels.delivery.meta import SIGNATURE_HEADER
from channels.discovery import open_channels
from channels.messaging.messenger import TEXT_CHARACTERS
from channels.model import Author, Choice, OutboundMessage
from channels.schema import outbox

SECRET = "0123456789abcdef0123456789abcdef"
VERIFY = "made-up-by-the-operator"
TOKEN = "EAAG0123456789abcdefghij"
STUDENT = "4061204147283842"
ADDRESS = f"{URL}/channels/messenger"


def said(mid: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "sender": {"id": STUDENT},
        "recipient": {"id": "1"},
        "timestamp": 1,
        "message": {"mid": mid, "text": text, **more},
    }


def event(*messaging: dict[str, Any]) -> bytes:
    entries = [{"id": "1", "time": 1, "messaging": [one]} for one in messaging]
    return json.dumps({"object": "page", "entry": entries}).encode()


def _open(fields: dict[str, Any]) -> Any:
    return open_channels({"messenger": fields}, URL)["messenger"]


class TestMessenger(ChannelContract):
    name = "messenger"
    secrets = (SECRET, VERIFY, TOKEN)

    def settings(self, provider_url: str) -> dict[str, Any]:
        secrets = {"app_secret": SECRET, "verify_token": VERIFY, "access_token": TOKEN}
        return {**secrets, "api": provider_url}

    def signed(self, body: bytes) -> Delivery:
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {SIGNATURE_HEADER: f"sha256={digest}", "Content-Type": "application/json"}
        return Delivery("POST", ADDRESS, headers, body)

    def signed_content(self, delivery: Delivery) -> object:
        return delivery.method, delivery.body

    def message(self, text: str, delivery_id: str) -> bytes:
        return event(said(delivery_id, text))

    def recordings(self) -> list[tuple[bytes, list[Said]]]:
        key = "0123456789abcdef"
        read = {"sender": {"id": STUDENT}, "read": {"watermark": 1}}
        delivered = {"sender": {"id": STUDENT}, "delivery": {"mids": ["m1"], "watermark": 1}}
        began = {"sender": {"id": STUDENT}, "timestamp": 5, "postback": {"title": "Get started"}}
        picked = said("m3", "Costs", quick_reply={"payload": key})
        picture = {"sender": {"id": STUDENT}, "message": {"mid": "m4", "attachments": [{}]}}
        many = [said(f"m{n}", f"question {n}") for n in range(1000)]
        return [
            (event(said("m1", "how much is it?")), [Said(STUDENT, "m1", "how much is it?")]),
            (event(*many), [Said(STUDENT, f"m{n}", f"question {n}") for n in range(1000)]),
            (event(picked), [Said(STUDENT, "m3", "Costs", key)]),
            (event(said("m2", "our own words", is_echo=True)), []),
            (event(read, delivered, picture), []),
            (event(began), [Said(STUDENT, f"{STUDENT}:5", "Get started")]),
        ]

    def shows_typing(self, sent: dict[str, Any]) -> bool:
        return sent.get("sender_action") == "typing_on"

    def shown(self, body: bytes) -> str:
        return str(json.loads(body)["message"]["text"])

    def accepted(self) -> bytes:
        return b'{"recipient_id": "1", "message_id": "mid.9"}'

    def test_limits_are_kept(self, channel: Channel) -> None:
        """2,000 characters, 13 quick replies of 20."""
        choices = tuple(Choice(f"A rather long label, number {n}") for n in range(15))
        parts = channel.render(OutboundMessage("word " * 1500, choices=choices))
        assert all(len(part["text"]) <= TEXT_CHARACTERS for part in parts)
        replies = parts[-1]["quick_replies"]
        assert len(replies) == 13
        assert all(len(reply["title"]) <= 20 for reply in replies)
        assert "15. A rather long label, number 14" in parts[-1]["text"]

    def test_what_a_person_writes_is_tagged_where_that_is_granted(self) -> None:
        """Only theirs, so that the assistant never speaks under a person's tag."""
        granted = self.settings("https://graph.example") | {"human_agent": True}
        by_person = OutboundMessage("I looked it up.", author=Author.PERSON)
        sent = [
            json.loads(channel.call(STUDENT, channel.render(said)[0], "o_1").body)
            for fields in (granted, self.settings("https://graph.example"))
            for channel in [_open(fields)]
            for said in (by_person, ANSWER)
        ]
        assert [each.get("tag") for each in sent] == ["HUMAN_AGENT", None, None, None]
        assert [each["messaging_type"] for each in sent] == ["MESSAGE_TAG", *["RESPONSE"] * 3]
        assert sent[0]["message"] == {"text": "I looked it up."}

    def test_short_choices_need_no_numbers(self, channel: Channel) -> None:
        """The quick replies say them."""
        (part,) = channel.render(ANSWER)
        assert [reply["title"] for reply in part["quick_replies"]] == [
            choice.label for choice in ANSWER.choices
        ]
        assert "1. " not in part["text"]
        assert channel.judge(200, {}, self.accepted()) == Sent("mid.9")

    async def test_a_quick_reply_is_its_choice(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """The bot gets the command that was offered."""
        command = {"label": "Talk to a person", "payload": "/talk_to_person"}
        bot.behaviour = saying({"text": "Which?", "choices": [command]})
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, self.message("help", "m1"))
        await provider.until(1)
        key = Choice("Talk to a person", payload="/talk_to_person").key
        await self._post(client, event(said("m2", "Talk to a pers…", quick_reply={"payload": key})))
        await until(lambda: len(bot.asked) == 2)
        assert bot.asked[1]["payload"] == "/talk_to_person"

    async def test_receipts_name_parts_or_a_time(
        self, connect: ConnectChannel, provider: LoopbackProvider, engine: AsyncEngine
    ) -> None:
        """What was read is told by a time: of this student, and of what was sent before it."""
        client = await connect(self.name, self.settings(provider.url))
        for number, mid in enumerate(("mid.9", "mid.10"), 1):
            provider.accepted = {"recipient_id": STUDENT, "message_id": mid}
            await self._post(client, self.message("hello", f"d{number}"))
            await until_asked(partial(all_sent, engine, number))
        first = datetime.now(UTC) - timedelta(minutes=1)
        async with engine.begin() as db:
            query = update(outbox).where(outbox.c.provider_id == "mid.9").values(ended_at=first)
            await db.execute(query)
        mark = int(first.timestamp() * 1000) + 500
        delivered = {"sender": {"id": STUDENT}, "delivery": {"mids": ["mid.9", "mid.10"]}}
        read = {"sender": {"id": STUDENT}, "read": {"watermark": mark}}
        await self._post(client, event({**read, "sender": {"id": "another"}}))
        assert await receipts(engine) == [None, None]
        await self._post(client, event(read))
        assert await receipts(engine) == ["read", None]
        await self._post(client, event(delivered))
        assert await receipts(engine) == ["read", "delivered"]
        metrics = await (await client.get("/metrics")).text()
        assert 'advisor_receipts_total{channel="messenger",status="read"} 1.0' in metrics
