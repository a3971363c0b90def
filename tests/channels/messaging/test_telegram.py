"""Telegram keeps the contract of every channel, and its own rules."""

from __future__ import annotations

import json
from typing import Any

from contract import ANSWER, ChannelContract, ConnectChannel, Said
from gateway_parts import settled, until
from loopback_bot import LoopbackBot, saying
from loopback_provider import LoopbackProvider

from channels.delivery.channel import Channel, Delivery, Later, Refused
from channels.delivery.plain import utf16
from channels.messaging.telegram import SECRET_HEADER, TEXT_UNITS
from channels.model import Choice, OutboundMessage
from channels.transcript import Transcript

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SECRET = "a-secret-of-the-webhook_1"
STUDENT = {"id": 714862471, "is_bot": False, "first_name": "Ana", "language_code": "es"}
CHAT = {"id": 714862471, "first_name": "Ana", "type": "private"}


def update(number: int, **what: Any) -> bytes:
    return json.dumps({"update_id": number, **what}).encode()


def written(number: int, **what: Any) -> bytes:
    message = {"message_id": 1, "from": STUDENT, "chat": CHAT, "date": 1709659308, **what}
    return update(number, message=message)


def pressed(number: int, key: str) -> bytes:
    message = {"message_id": 2, "chat": CHAT, "date": 1709659309, "text": "Which?"}
    query = {"id": "99", "from": STUDENT, "message": message, "chat_instance": "1", "data": key}
    return update(number, callback_query=query)


class TestTelegram(ChannelContract):
    name = "telegram"
    secrets = (TOKEN, SECRET)

    def settings(self, provider_url: str) -> dict[str, Any]:
        return {"token": TOKEN, "secret": SECRET, "api": provider_url}

    def signed(self, body: bytes) -> Delivery:
        headers = {SECRET_HEADER: SECRET, "Content-Type": "application/json"}
        return Delivery("POST", "https://advisor.example.edu/channels/telegram", headers, body)

    def signed_content(self, delivery: Delivery) -> object:
        return None  # the header is a password, and covers nothing

    def message(self, text: str, delivery_id: str) -> bytes:
        return written(int(delivery_id.removeprefix("d")), text=text)

    def recordings(self) -> list[tuple[bytes, list[Said]]]:
        me = "714862471"
        entity = {"offset": 0, "length": 6, "type": "bot_command"}
        return [
            (written(1, text="how much is it?"), [Said(me, "1", "how much is it?")]),
            (written(2, text="/start", entities=[entity]), [Said(me, "2", "/start")]),
            (
                written(3, photo=[{"file_id": "x"}], caption="my transcript"),
                [Said(me, "3", "my transcript")],
            ),
            (written(4, sticker={"file_id": "x"}), []),
            (update(5, edited_message={"message_id": 1, "chat": CHAT, "text": "edited"}), []),
            (update(6, inline_query={"id": "1", "from": STUDENT, "query": "x"}), []),
            (update(7, my_chat_member={"chat": CHAT, "from": STUDENT, "date": 1}), []),
            (pressed(8, "0123456789abcdef"), [Said(me, "8", *["0123456789abcdef"] * 2)]),
            (written(9, **{"from": {**STUDENT, "is_bot": True}}, text="echo"), []),
        ]

    def shows_typing(self, sent: dict[str, Any]) -> bool:
        return sent.get("action") == "typing"

    def shown(self, body: bytes) -> str:
        return str(json.loads(body)["text"])

    def accepted(self) -> bytes:
        return b'{"ok": true, "result": {"message_id": 7}}'

    def test_each_text_is_within_the_limit(self, channel: Channel) -> None:
        """4,096 UTF-16 code units, in which an emoji counts twice."""
        parts = channel.render(OutboundMessage("🎓 " * 5000))
        assert all(utf16(part["text"]) <= TEXT_UNITS for part in parts)
        assert sum(part["text"].count("🎓") for part in parts) == 5000

    def test_choices_are_buttons_under_the_last_text(self, channel: Channel) -> None:
        """With 64 bytes of data at most."""
        (part,) = channel.render(ANSWER)
        keyboard = part["reply_markup"]["inline_keyboard"]
        assert [row[0]["text"] for row in keyboard] == ["When does it start?", "Talk to a person"]
        assert all(len(row[0]["callback_data"].encode()) <= 64 for row in keyboard)

    def test_a_wait_that_it_asks_for_is_kept(self, channel: Channel) -> None:
        """`retry_after` in seconds."""
        told = b'{"ok": false, "error_code": 429, "parameters": {"retry_after": 17}}'
        assert channel.judge(429, {}, told) == Later(17.0, "status_429")

    def test_a_student_who_blocked_the_bot_is_left_alone(self, channel: Channel) -> None:
        """403 is final."""
        assert channel.judge(403, {}, b'{"ok": false}') == Refused("blocked")

    async def test_a_pressed_button_is_its_choice(
        self,
        connect: ConnectChannel,
        provider: LoopbackProvider,
        bot: LoopbackBot,
        transcript: Transcript,
    ) -> None:
        """The bot gets the command that was offered; the waiting sign on the button ends."""
        command = {"label": "Talk to a person", "payload": "/talk_to_person"}
        bot.behaviour = saying({"text": "Which?", "choices": [command]})
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, written(1, text="help"))
        await provider.until(1)
        key = Choice("Talk to a person", payload="/talk_to_person").key
        response = await self._post(client, pressed(2, key))
        assert await response.json() == {
            "method": "answerCallbackQuery",
            "callback_query_id": "99",
        }
        await until(lambda: len(bot.asked) == 2)
        await settled(transcript)
        assert (bot.asked[1]["text"], bot.asked[1]["payload"]) == (
            "Talk to a person",
            "/talk_to_person",
        )

    async def test_a_button_that_was_not_offered_here_asks_nothing(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """Such as one that somebody made up."""
        client = await connect(self.name, self.settings(provider.url))
        response = await self._post(client, pressed(2, "0123456789abcdef"))
        assert response.status == 200
        assert bot.asked == []

    async def test_start_is_a_greeting_and_the_language_a_hint(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """As the app knows it; the words count more."""
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, written(1, text="/start"))
        await until(lambda: len(bot.asked) == 1)
        assert (bot.asked[0]["payload"], bot.asked[0]["language"]) == ("/greet", "es")
