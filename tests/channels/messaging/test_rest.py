"""The signed REST channel keeps the contract of every channel, and standardwebhooks.com."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from contract import ChannelContract, ConnectChannel, Said
from loopback_provider import LoopbackProvider

from channels.delivery.channel import Channel, Delivery, Forged, Later, Refused
from channels.discovery import ChannelMisconfigured, open_channels

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def event(conversation: str = "crm-42", kind: str = "message", **data: Any) -> bytes:
    return json.dumps({"type": kind, "data": {"conversation": conversation, **data}}).encode()


def sign(name: str, stamp: int, body: bytes) -> str:
    """The specification's own words: HMAC-SHA256 of `id.timestamp.body`, in base64."""
    digest = hmac.new(KEY, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


class TestRest(ChannelContract):
    name = "rest"
    secrets = (SECRET, SECRET.removeprefix("whsec_"))

    def settings(self, provider_url: str) -> dict[str, Any]:
        return {"secret": SECRET, "deliver_to": f"{provider_url}/advisor"}

    def signed(self, body: bytes, name: str = "msg_1", at: int | None = None) -> Delivery:
        stamp = int(time.time()) if at is None else at
        headers = {
            "webhook-id": name,
            "webhook-timestamp": str(stamp),
            "webhook-signature": sign(name, stamp, body),
            "Content-Type": "application/json",
        }
        return Delivery("POST", "https://advisor.example.edu/channels/rest", headers, body)

    def message(self, text: str, delivery_id: str) -> bytes:
        return event(text=text)

    def recordings(self) -> list[tuple[bytes, list[Said]]]:
        return [
            (event(text="how much is it?"), [Said("crm-42", "msg_1", "how much is it?")]),
            (
                event(picked="0123456789abcdef"),
                [Said("crm-42", "msg_1", *["0123456789abcdef"] * 2)],
            ),
            (event(kind="conversation.closed"), []),
        ]

    def shown(self, body: bytes) -> str:
        return str(json.loads(body)["data"]["text"])

    def forgeries(self) -> list[Delivery]:
        good = self.signed(self.message("hello", "d1"))
        old = self.signed(good.body, at=int(time.time()) - 301)
        early = self.signed(good.body, at=int(time.time()) + 400)
        other = replace(good, body=good.body + b" ")
        renamed = replace(good, headers={**good.headers, "webhook-id": "msg_2"})
        return [*super().forgeries(), old, early, other, renamed]

    def test_any_of_several_signatures_counts(self, channel: Channel) -> None:
        """As while a secret is being changed."""
        good = self.signed(b"{}")
        both = f"v1,AAAA {good.headers['webhook-signature']} v1a,xx"
        channel.verify(replace(good, headers={**good.headers, "webhook-signature": both}))
        with pytest.raises(Forged):
            channel.verify(replace(good, headers={**good.headers, "webhook-signature": "v1,AAAA"}))

    async def test_a_reply_is_signed_and_named_alike_at_every_try(
        self, connect: ConnectChannel, provider: LoopbackProvider
    ) -> None:
        """So that the other system can tell a repeat."""
        provider.answers.append((503, {"Retry-After": "0"}, {}))
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, event(text="hello"))
        await provider.until(2)
        names = {headers["webhook-id"] for headers in provider.headers}
        assert len(names) == 1
        for headers, body in zip(provider.headers, provider.bodies, strict=True):
            stamp = int(headers["webhook-timestamp"])
            assert headers["webhook-signature"] == sign(headers["webhook-id"], stamp, body)

    def test_a_system_that_is_gone_is_left_alone(self, channel: Channel) -> None:
        """410 ends it; a wait that it asks for is kept."""
        assert channel.judge(410, {}, b"") == Refused("gone")
        assert channel.judge(429, {"Retry-After": "9"}, b"") == Later(9.0, "status_429")

    @pytest.mark.parametrize("secret", ["", "whsec_c2hvcnQ=", "not base64 at all!"])
    def test_a_secret_that_keeps_nobody_out_is_refused(self, secret: str) -> None:
        """The error names the key and how to make one, and not the secret."""
        with pytest.raises(ChannelMisconfigured, match=r"\[channels.rest\] secret: .*token_bytes"):
            open_channels({"rest": {"secret": secret, "deliver_to": "https://x.example"}}, "")
