"""Slack keeps the contract of every channel, and its own rules."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from contract import ANSWER, URL, ChannelContract, ConnectChannel, Said
from gateway_parts import until
from loopback_bot import LoopbackBot, saying
from loopback_provider import LoopbackProvider
from recordings import lines
from slack_sdk.signature import SignatureVerifier

from channels.delivery.channel import Channel, Delivery, Forged, Later, Refused
from channels.discovery import open_channels
from channels.messaging.slack import SECTION_CHARACTERS
from channels.model import Choice, OutboundMessage

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TOKEN = "xoxb-0123456789-abcdefghij"
ADDRESS = f"{URL}/channels/slack"
FORM = "application/x-www-form-urlencoded"


def callback(event_id: str = "Ev1", **event: Any) -> bytes:
    return json.dumps(
        {"type": "event_callback", "team_id": "T1", "event_id": event_id, "event": event}
    ).encode()


def direct(text: str, event_id: str = "Ev1", **more: Any) -> bytes:
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "ts": "1.0"}
    return callback(event_id, **event, text=text, **more)


def pressed(key: str, trigger: str = "t1") -> bytes:
    payload = {
        "type": "block_actions",
        "trigger_id": trigger,
        "user": {"id": "U1"},
        "channel": {"id": "D1"},
        "message": {"ts": "2.0", "text": "Which?"},
        "actions": [{"type": "button", "action_id": "choice_0", "value": key}],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


class TestSlack(ChannelContract):
    name = "slack"
    secrets = (SECRET, TOKEN)

    def settings(self, provider_url: str) -> dict[str, Any]:
        return {"signing_secret": SECRET, "bot_token": TOKEN, "api": provider_url}

    def signed(self, body: bytes, at: int | None = None) -> Delivery:
        """By the provider's own library."""
        stamp = str(int(time.time()) if at is None else at)
        try:
            signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
        except UnicodeDecodeError:  # it signs nothing that is not UTF-8
            digest = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
            signature = f"v0={digest.hexdigest()}"
        headers = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature or "",
            "Content-Type": FORM if body.startswith(b"payload=") else "application/json",
        }
        return Delivery("POST", ADDRESS, headers, body)

    def message(self, text: str, delivery_id: str) -> bytes:
        return direct(text, delivery_id)

    def recordings(self) -> list[tuple[bytes, list[Said]]]:
        key = "0123456789abcdef"
        mention = {"type": "app_mention", "channel": "C1", "user": "U1", "ts": "3.0"}
        return [
            (direct("how much is it?"), [Said("D1", "Ev1", "how much is it?")]),
            (direct("a &lt; b &amp; c"), [Said("D1", "Ev1", "a < b & c")]),
            (direct("my own words", bot_id="B1"), []),
            (direct("changed", subtype="message_changed"), []),
            (
                callback(**mention, text="<@U0LAN0Z89> any aid?"),
                [Said("C1:3.0", "Ev1", "any aid?")],
            ),
            (
                callback(**{**mention, "thread_ts": "2.5"}, text="<@U0> and online?"),
                [Said("C1:2.5", "Ev1", "and online?")],
            ),
            (callback(type="message", channel="C1", channel_type="channel", text="x", ts="1"), []),
            (callback(type="reaction_added", user="U1"), []),
            (json.dumps({"type": "url_verification", "challenge": "x"}).encode(), []),
            (pressed(key), [Said("D1", "t1", key, key)]),
        ]

    def shown(self, body: bytes) -> str:
        return str(json.loads(body)["text"])

    def accepted(self) -> bytes:
        return b'{"ok": true, "ts": "1.1"}'

    def forgeries(self) -> list[Delivery]:
        good = direct("hello")
        old, early = (self.signed(good, int(time.time()) + by) for by in (-301, 400))
        return [*super().forgeries(), old, early, replace(self.signed(good), body=good + b" ")]

    @pytest.mark.parametrize("vector", lines("signature_vectors.jsonl", scheme="slack_v0"))
    def test_the_provider_s_own_vectors_are_judged_rightly(self, vector: dict[str, Any]) -> None:
        """At the time at which they were signed."""
        section = {**self.settings("https://slack.example"), "signing_secret": vector["secret"]}
        channel = open_channels({"slack": section}, URL)["slack"]
        stamp = vector["timestamp"]
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": vector["signature"]}
        at = datetime.now(UTC) if "now" in vector else datetime.fromtimestamp(int(stamp), UTC)
        delivery = Delivery("POST", ADDRESS, headers, vector["body"].encode(), at)
        if vector["expect"] == "valid":
            channel.verify(delivery)
        else:
            with pytest.raises(Forged):
                channel.verify(delivery)

    async def test_the_challenge_is_given_back(
        self, connect: ConnectChannel, provider: LoopbackProvider
    ) -> None:
        """When the address is set up."""
        client = await connect(self.name, self.settings(provider.url))
        body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB"}).encode()
        response = await self._post(client, body)
        assert (response.status, await response.text()) == (200, "3eZbrw1aB")

    async def test_a_pressed_button_is_its_choice(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """It comes as JSON in a form."""
        command = {"label": "Talk to a person", "payload": "/talk_to_person"}
        bot.behaviour = saying({"text": "Which?", "choices": [command]})
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, direct("help"))
        await provider.until(1)
        await self._post(client, pressed(Choice("Talk to a person", payload="/talk_to_person").key))
        await until(lambda: len(bot.asked) == 2)
        assert bot.asked[1]["payload"] == "/talk_to_person"

    async def test_a_mention_is_answered_in_its_thread(
        self, connect: ConnectChannel, provider: LoopbackProvider
    ) -> None:
        """So that a channel is not flooded."""
        client = await connect(self.name, self.settings(provider.url))
        event = {"type": "app_mention", "channel": "C1", "user": "U1", "ts": "3.0"}
        await self._post(client, callback(**event, text="<@U0> any aid?"))
        await provider.until(1)
        sent = json.loads(provider.bodies[0])
        assert (sent["channel"], sent["thread_ts"]) == ("C1", "3.0")

    def test_limits_of_blocks_are_kept(self, channel: Channel) -> None:
        """3,000 characters a section, 75 a button."""
        parts = channel.render(OutboundMessage("word & word " * 1000, choices=ANSWER.choices))
        sections = [part["blocks"][0]["text"]["text"] for part in parts]
        assert all(len(section) <= SECTION_CHARACTERS for section in sections)
        assert [len(part["blocks"]) for part in parts] == [1] * (len(parts) - 1) + [2]

    def test_errors_come_with_200(self, channel: Channel) -> None:
        """`ratelimited` is for later, `channel_not_found` is final."""
        told = b'{"ok": false, "error": "ratelimited"}'
        assert channel.judge(429, {"Retry-After": "30"}, told) == Later(30.0, "ratelimited")
        told = b'{"ok": false, "error": "channel_not_found"}'
        assert channel.judge(200, {}, told) == Refused("channel_not_found")
