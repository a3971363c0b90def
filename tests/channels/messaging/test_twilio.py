"""Twilio keeps the contract of every channel, and its own rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from contract import URL, ChannelContract, ConnectChannel, Said
from gateway_parts import until
from loopback_bot import LoopbackBot, saying
from loopback_provider import LoopbackProvider
from multidict import MultiDict
from recordings import lines
from twilio.request_validator import RequestValidator

from channels.delivery.channel import Channel, Delivery, Forged, Later, Refused
from channels.delivery.plain import utf16
from channels.delivery.twilio import SIGNATURE_HEADER
from channels.discovery import ChannelMisconfigured, open_channels
from channels.messaging.twilio import BODY_UNITS
from channels.model import OutboundMessage

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "0" * 32
ADDRESS = f"{URL}/channels/twilio"
FORM = "application/x-www-form-urlencoded"


def message(text: str, sid: str = "SM1", sender: str = "+14158675309", **more: str) -> bytes:
    fields = {"MessageSid": sid, "From": sender, "To": "+18005551212", "Body": text, **more}
    return urlencode(fields).encode()


class TestTwilio(ChannelContract):
    name = "twilio"
    secrets = (TOKEN,)

    def settings(self, provider_url: str) -> dict[str, Any]:
        sender = "+18005551212"
        return {"account": ACCOUNT, "auth_token": TOKEN, "sender": sender, "api": provider_url}

    def signed(self, body: bytes) -> Delivery:
        """By the provider's own library."""
        fields = MultiDict(parse_qsl(body.decode("utf-8", "replace"), True))
        signature = RequestValidator(TOKEN).compute_signature(ADDRESS, fields)
        headers = {SIGNATURE_HEADER: signature, "Content-Type": FORM}
        return Delivery("POST", ADDRESS, headers, body)

    def signed_content(self, delivery: Delivery) -> object:
        fields = parse_qs(delivery.body.decode("utf-8", "replace"), keep_blank_values=True)
        return delivery.url, {name: set(values) for name, values in fields.items()}

    def message(self, text: str, delivery_id: str) -> bytes:
        return message(text, delivery_id)

    def recordings(self) -> list[tuple[bytes, list[Said]]]:
        me = "+14158675309"
        whatsapp = "whatsapp:+14158675309"
        return [
            (message("how much is it?"), [Said(me, "SM1", "how much is it?")]),
            (
                message("¿cuánto cuesta?", "SM2", whatsapp),
                [Said(whatsapp, "SM2", "¿cuánto cuesta?")],
            ),
            (message("", "MM1", NumMedia="1", MediaUrl0="https://api.twilio.com/x"), []),
            (urlencode({"MessageSid": "SM1", "MessageStatus": "delivered"}).encode(), []),
            *((message(word), []) for word in ("STOP", "stop", " Unsubscribe ", "HELP", "START")),
            (message("please stop the clock"), [Said(me, "SM1", "please stop the clock")]),
        ]

    def padded(self, body: bytes, size: int) -> bytes:
        return body + b"&Padding=" + b"x" * size

    def shown(self, body: bytes) -> str:
        return parse_qs(body.decode())["Body"][0]

    def as_shown(self, text: str) -> str:
        return text.replace("“", '"').replace("”", '"').replace("—", "-")

    def accepted(self) -> bytes:
        return b'{"sid": "SM9"}'

    @pytest.mark.parametrize("vector", lines("signature_vectors.jsonl", scheme="twilio"))
    def test_the_provider_s_own_vectors_are_judged_rightly(self, vector: dict[str, Any]) -> None:
        """With the port and without it, with fields that come twice."""
        section = {**self.settings(""), "auth_token": vector["secret"].ljust(16, "0")}
        channel: Any = open_channels({"twilio": section}, URL)["twilio"]
        settings = channel.settings.model_copy(update={"auth_token": _Secret(vector["secret"])})
        channel = type(channel)(settings, URL)
        params = vector["params"]
        pairs = list(params.items()) if isinstance(params, dict) else [*map(tuple, params)]
        headers = {SIGNATURE_HEADER: vector["signature"]}
        delivery = Delivery("POST", vector["url"], headers, urlencode(pairs).encode())
        if vector["expect"] == "valid":
            channel.verify(delivery)
        else:
            with pytest.raises(Forged):
                channel.verify(delivery)

    def test_another_field_or_address_is_forged(self, channel: Channel) -> None:
        """Each is signed."""
        good = self.signed(message("hello"))
        for forged in (
            replace(good, body=good.body + b"&Body=other"),
            replace(good, url=f"{ADDRESS}?x=1"),
            replace(good, url=ADDRESS.replace("advisor", "advisor2")),
        ):
            with pytest.raises(Forged):
                channel.verify(forged)

    def test_each_body_is_within_the_limit(self, channel: Channel) -> None:
        """1,600 units; ordinary typography costs one of them a sign."""
        parts = channel.render(OutboundMessage("“Word” – word… " * 500 + "🎓" * 50))
        assert all(utf16(part["Body"]) <= BODY_UNITS for part in parts)
        assert not set("“”–…") & set("".join(part["Body"] for part in parts))

    def test_a_number_that_opted_out_is_left_alone(self, channel: Channel) -> None:
        """Twilio's code 21610; too many at once is for later."""
        assert channel.judge(400, {}, b'{"code": 21610}') == Refused("code_21610")
        assert channel.judge(429, {"Retry-After": "3"}, b'{"code": 20429}') == Later(
            3, "code_20429"
        )

    async def test_a_typed_number_is_the_choice(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """The choices come with numbers, since there are no buttons."""
        command = {"label": "Talk to a person", "payload": "/talk_to_person"}
        bot.behaviour = saying({"text": "Which?", "choices": [{"label": "Costs"}, command]})
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, message("what can I ask", "SM1"))
        await provider.until(1)
        assert self.shown(provider.bodies[0]) == "Which?\n\n1. Costs\n2. Talk to a person"
        await self._post(client, message("2", "SM2"))
        await until(lambda: len(bot.asked) == 2)
        assert bot.asked[1]["payload"] == "/talk_to_person"

    async def test_the_reply_goes_from_the_number_to_the_student(
        self, connect: ConnectChannel, provider: LoopbackProvider
    ) -> None:
        """In the account's own resource."""
        client = await connect(self.name, self.settings(provider.url))
        response = await self._post(client, message("hello"))
        assert "<Response/>" in await response.text()
        await provider.until(1)
        fields = parse_qs(provider.bodies[0].decode())
        assert (fields["To"], fields["From"]) == (["+14158675309"], ["+18005551212"])
        assert provider.paths == [f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"]

    def test_a_sender_that_is_none_is_refused(self) -> None:
        """With what it may be."""
        with pytest.raises(ChannelMisconfigured, match=r"\+NUMBER"):
            open_channels({"twilio": {**self.settings(""), "sender": "college"}}, URL)


class _Secret:
    """The vectors' secret is shorter than any that the settings take."""

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        return self._value
