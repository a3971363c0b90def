"""WhatsApp's Cloud API keeps the contract of every channel, and its own rules."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

import pytest
from contract import ANSWER, URL, ChannelContract, ConnectChannel, Said
from gateway_parts import until, until_asked
from kept_receipts import all_sent, receipts
from loopback_bot import LoopbackBot, saying
from loopback_provider import LoopbackProvider
from recordings import cases, lines
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.delivery.channel import Channel, Delivery, Forged, Later, Refused, Sent
from channels.delivery.meta import SIGNATURE_HEADER, verify
from channels.model import Choice, OutboundMessage
from channels.schema import outbox

SECRET = "0123456789abcdef0123456789abcdef"
VERIFY = "made-up-by-the-operator"
TOKEN = "EAAG0123456789abcdefghij"
NUMBER = "1122334455667"
STUDENT = "972987654321"
ADDRESS = f"{URL}/channels/whatsapp"


def event(*messages: dict[str, Any], number: str = NUMBER, **value: Any) -> bytes:
    held = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "972123456789", "phone_number_id": number},
        **({"messages": list(messages)} if messages else {}),
        **value,
    }
    change = {"field": "messages", "value": held}
    entry = {"id": "5467539754836534", "changes": [change]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def text(words: str, wamid: str = "wamid.1") -> dict[str, Any]:
    return {"from": STUDENT, "id": wamid, "timestamp": "1", "type": "text", "text": {"body": words}}


def chosen(key: str, title: str, kind: str = "button_reply") -> dict[str, Any]:
    reply = {"type": kind, kind: {"id": key, "title": title}}
    return {"from": STUDENT, "id": "wamid.2", "type": "interactive", "interactive": reply}


class TestWhatsapp(ChannelContract):
    name = "whatsapp"
    secrets = (SECRET, VERIFY, TOKEN)

    def settings(self, provider_url: str) -> dict[str, Any]:
        return {
            "app_secret": SECRET,
            "verify_token": VERIFY,
            "access_token": TOKEN,
            "phone_number_id": NUMBER,
            "api": provider_url,
        }

    def signed(self, body: bytes) -> Delivery:
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {SIGNATURE_HEADER: f"sha256={digest}", "Content-Type": "application/json"}
        return Delivery("POST", ADDRESS, headers, body)

    def message(self, text_: str, delivery_id: str) -> bytes:
        return event(text(text_, f"wamid.{delivery_id}"))

    def recordings(self) -> list[tuple[bytes, list[Said]]]:
        key = "0123456789abcdef"
        image = {
            "from": STUDENT,
            "id": "wamid.3",
            "type": "image",
            "image": {"caption": "my badge"},
        }
        state = {"id": "wamid.1", "status": "delivered", "recipient_id": STUDENT}
        batch = event(text("one", "wamid.1"), text("two", "wamid.2"))
        return [
            (event(text("how much is it?")), [Said(STUDENT, "wamid.1", "how much is it?")]),
            (batch, [Said(STUDENT, "wamid.1", "one"), Said(STUDENT, "wamid.2", "two")]),
            (event(chosen(key, "Costs")), [Said(STUDENT, "wamid.2", "Costs", key)]),
            (event(chosen(key, "Costs", "list_reply")), [Said(STUDENT, "wamid.2", "Costs", key)]),
            (event(image), [Said(STUDENT, "wamid.3", "my badge")]),
            (event(statuses=[state]), []),
            (event(message_echoes=[text("echo")]), []),
            (event(text("for another number"), number="99999"), []),
            (b'{"object": "page", "entry": []}', []),
        ]

    def shows_typing(self, sent: dict[str, Any]) -> bool:
        return sent.get("typing_indicator") == {"type": "text"} and sent["status"] == "read"

    def shown(self, body: bytes) -> str:
        sent = json.loads(body)
        return str(
            sent["text"]["body"] if sent["type"] == "text" else sent["interactive"]["body"]["text"]
        )

    def accepted(self) -> bytes:
        return b'{"messages": [{"id": "wamid.9"}]}'

    @pytest.mark.parametrize(("file", "case", "body"), cases("whatsapp_cloud"))
    def test_recorded_traffic_is_read(
        self, channel: Channel, file: str, case: str, body: Any
    ) -> None:
        """Whatever its kind: words of students are found, and nothing raises."""
        raw = re.sub(r'("phone_number_id": )"[^"]+"', rf'\1"{NUMBER}"', json.dumps(body)).encode()
        said = channel.parse(self.signed(raw))
        if file == "message" and case == "text":
            assert [one.text for one in said] == [
                body["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"]
            ]
        if file in ("message_status", "outgoing_message", "template_status_update"):
            assert list(said) == []

    @pytest.mark.parametrize(
        "vector", lines("signature_vectors.jsonl", scheme="x_hub_signature_256")
    )
    def test_published_vectors_are_judged_rightly(self, vector: dict[str, Any]) -> None:
        """The scheme that Meta shares with others."""
        headers = {SIGNATURE_HEADER: vector["signature"]}
        delivery = Delivery("POST", ADDRESS, headers, vector["body"].encode())
        if vector["expect"] == "valid":
            verify(delivery, vector["secret"], VERIFY)
        else:
            with pytest.raises(Forged):
                verify(delivery, vector["secret"], VERIFY)

    async def test_the_address_is_verified_with_the_token(
        self, connect: ConnectChannel, provider: LoopbackProvider
    ) -> None:
        """The challenge comes back to who knows the token, and to nobody else."""
        client = await connect(self.name, self.settings(provider.url))
        query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY}
        good = await client.get("/channels/whatsapp", params=query)
        assert (good.status, await good.text()) == (200, "1158201444")
        bad = await client.get("/channels/whatsapp", params={**query, "hub.verify_token": "x"})
        assert bad.status == 401

    def test_few_short_choices_are_buttons_and_more_a_list(self, channel: Channel) -> None:
        """Three buttons of 20 characters; ten rows of 24 with 72 to describe; else numbers."""
        buttons = channel.render(ANSWER)[-1]["interactive"]
        assert buttons["type"] == "button"
        assert [b["reply"]["title"] for b in buttons["action"]["buttons"]] == [
            choice.label for choice in ANSWER.choices
        ]
        labels = [f"Certificate number {n} in something long" for n in range(10)]
        rows = tuple(map(Choice, labels))
        (part,) = channel.render(OutboundMessage("Which?", choices=rows))
        (section,) = part["interactive"]["action"]["sections"]
        assert [row["description"] for row in section["rows"]] == labels
        assert all(len(row["title"]) <= 24 for row in section["rows"])
        (text_part,) = channel.render(
            OutboundMessage("Which?", choices=(*rows, Choice("One more")))
        )
        assert "11. One more" in text_part["text"]["body"]

    async def test_a_picked_row_is_its_choice(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """The bot gets the question that the choice stands for, not its short title."""
        label, question = "Start", "When does Data Analytics Foundations start?"
        bot.behaviour = saying(
            {"text": "Which?", "choices": [{"label": label, "payload": question}]}
        )
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, self.message("help", "d1"))
        await provider.until(1)
        body = event(chosen(Choice(label, question).key, label))
        await self._post(client, body)
        await until(lambda: len(bot.asked) == 2)
        assert bot.asked[1]["text"] == question

    def test_a_closed_window_is_final_and_a_limit_is_not(self, channel: Channel) -> None:
        """131047: more than 24 hours since the student wrote; 130429: too many at once."""
        closed = b'{"error": {"code": 131047, "message": "Re-engagement message"}}'
        assert channel.judge(400, {}, closed) == Refused("code_131047")
        assert channel.judge(400, {}, b'{"error": {"code": 130429}}') == Later(None, "code_130429")
        assert channel.judge(200, {}, self.accepted()) == Sent("wamid.9")

    async def test_receipts_are_kept_and_only_move_forward(
        self, connect: ConnectChannel, provider: LoopbackProvider, engine: AsyncEngine
    ) -> None:
        """Known by the id that was sent along, so that one may come before our own record; Meta
        promises no order."""
        provider.accepted = {"messages": [{"id": "wamid.9"}]}
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, self.message("hello", "d1"))
        await provider.until(1)
        await until_asked(lambda: all_sent(engine, 1))
        ours = json.loads(provider.bodies[0])["biz_opaque_callback_data"]
        kept = []
        for status in ("sent", "delivered", "sent", "read", "delivered"):
            state = {"id": "wamid.9", "status": status, "biz_opaque_callback_data": ours}
            response = await self._post(client, event(statuses=[state]))
            assert response.status == 200
            kept += await receipts(engine)
        assert kept == ["passed_on", "delivered", "delivered", "read", "read"]

    async def test_a_failure_is_kept_with_its_code(
        self, connect: ConnectChannel, provider: LoopbackProvider, engine: AsyncEngine
    ) -> None:
        """Also when Meta names the part only by its own id; of other numbers nothing is kept."""
        provider.accepted = {"messages": [{"id": "wamid.9"}]}
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, self.message("hello", "d1"))
        await until_asked(lambda: all_sent(engine, 1))
        failed = {"id": "wamid.9", "status": "failed", "errors": [{"code": 131026}]}
        await self._post(client, event(statuses=[failed], number="99999"))
        assert await receipts(engine) == [None]
        await self._post(client, event(statuses=[{**failed, "id": "wamid.8"}, failed]))
        assert await receipts(engine) == ["failed"]
        async with engine.connect() as db:
            (reason,) = (await db.execute(select(outbox.c.reason))).scalars()
        assert reason == "code_131026"
