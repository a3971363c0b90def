"""Twilio keeps the contract of every channel, and its own rules."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from contract import URL, ChannelContract, ConnectChannel, Said
from gateway_parts import until, until_asked
from loopback_bot import LoopbackBot, saying, waiting_for
from loopback_provider import LoopbackProvider
from multidict import MultiDict
from recordings import lines
from sqlalchemy.ext.asyncio import AsyncEngine
from twilio.request_validator import RequestValidator

from channels.delivery.channel import (
    Channel,
    Delivery,
    Forged,
    Later,
    Malformed,
    Notifier,
    Refused,
    Wish,
)
from channels.delivery.plain import utf16
from channels.delivery.sms import segments
from channels.delivery.twilio import SIGNATURE_HEADER
from channels.discovery import ChannelMisconfigured, open_channels
from channels.messaging.twilio import BODY_UNITS
from channels.model import OutboundMessage
from channels.outbox import Outbox
from channels.storage import Storage

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
        fields = parse_qsl(delivery.body.decode("utf-8", "replace"), keep_blank_values=True)
        return delivery.url, "".join(name + value for name, value in sorted(set(fields)))

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

    def test_a_name_that_swallowed_a_field_is_none(self, channel: Channel) -> None:
        """Twilio's scheme cannot tell the two apart, and the repeat would count as new."""
        fields = {"Body": "hello", "From": "+14158675309", "MessageSid": f"SM{'0' * 32}"}
        good = self.signed(urlencode(fields | {"To": "+18005551212"}).encode())
        fields["MessageSid"] += "To+18005551212"
        forged = replace(good, body=urlencode(fields).encode())
        channel.verify(forged)
        with pytest.raises(Malformed):
            channel.parse(forged)
        assert len(channel.parse(good)) == 1

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

    async def test_receipts_only_move_forward(
        self, connect: ConnectChannel, provider: LoopbackProvider, engine: AsyncEngine
    ) -> None:
        """They come shuffled and twice, to the address that the part was sent with."""
        provider.accepted = {"sid": "SM9", "num_segments": "2"}
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, message("hello"))
        await provider.until(1)
        back = parse_qs(provider.bodies[0].decode())["StatusCallback"][0]
        assert back.startswith(f"{ADDRESS}?part=o_")
        kept: list[str | None] = []
        for status in ("sent", "queued", "delivered", "sent", "read", "delivered", "failed"):
            fields = {"MessageSid": "SM9", "MessageStatus": status, "ErrorCode": "30008"}
            assert (await self._tell(client, back, fields)).status == 200
            kept.append(await _receipt(engine))
        passed, delivered, read = "passed_on", "delivered", "read"
        assert kept == [passed, passed, delivered, delivered, read, read, read]
        metrics = await (await client.get("/metrics")).text()
        assert 'advisor_segments_total{channel="twilio"} 2.0' in metrics
        assert 'advisor_receipts_total{channel="twilio",status="delivered"} 1.0' in metrics

    async def test_a_receipt_is_known_by_the_provider_s_name_too(
        self, connect: ConnectChannel, provider: LoopbackProvider, engine: AsyncEngine
    ) -> None:
        """Of a number that posts all statuses to one address; with why it failed."""
        provider.accepted = {"sid": "SM9"}
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, message("hello"))
        outbox = Outbox(Storage(engine))
        await until_asked(lambda: _has_sent(outbox))
        for sid, expected in (("SM8", None), ("SM9", "failed")):
            fields = {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": "30005"}
            await self._tell(client, ADDRESS, fields)
            assert await _receipt(engine) == expected
        async with engine.connect() as db:
            assert (await db.exec_driver_sql("SELECT reason FROM outbox")).scalar() == "code_30005"

    async def test_a_receipt_settles_what_was_uncertain(
        self, connect: ConnectChannel, provider: LoopbackProvider, engine: AsyncEngine
    ) -> None:
        """Its sender died within the call; the provider knows the part by our name for it."""
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, message("hello"))
        outbox = Outbox(Storage(engine))
        await until_asked(lambda: _has_sent(outbox))
        async with engine.begin() as db:
            await db.exec_driver_sql("UPDATE outbox SET status='uncertain', provider_id=NULL")
            part = (await db.exec_driver_sql("SELECT id FROM outbox")).scalar()
        await self._tell(
            client, f"{ADDRESS}?part={part}", {"MessageSid": "SM9", "MessageStatus": "delivered"}
        )
        assert await outbox.counts() == {"sent": 1}

    async def test_who_said_stop_is_sent_nothing_until_start(
        self,
        connect: ConnectChannel,
        provider: LoopbackProvider,
        bot: LoopbackBot,
        engine: AsyncEngine,
    ) -> None:
        """Not even a reply that waits already; the words themselves are no questions."""
        release = asyncio.Event()
        bot.behaviour = waiting_for(release)
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, message("how much is it", "SM1"))
        await until(lambda: len(bot.asked) == 1)
        for sid in ("SM2", "SM2", "SM3"):
            assert (await self._post(client, message("Stop", sid))).status == 200
        release.set()
        outbox = Outbox(Storage(engine))
        await until_asked(lambda: _has(outbox, "dead"))
        assert provider.bodies == []
        await self._post(client, message("hello", "SM4", "+14158675310"))
        await provider.until(1)
        await self._post(client, message("START", "SM5"))
        await self._post(client, message("and now?", "SM6"))
        await provider.until(2)
        assert self.shown(provider.bodies[1]) == "You said: and now?"
        assert len(bot.asked) == 3

    def test_what_a_service_took_for_an_opt_out_is_one(self, channel: Channel) -> None:
        """Advanced opt-out names it, in the words of any language."""
        assert isinstance(channel, Notifier)
        delivery = self.signed(message("ALTO", OptOutType="STOP"))
        assert list(channel.notices(delivery)) == [Wish("+14158675309", wanted=False)]
        assert list(channel.parse(delivery)) == []
        assert list(channel.notices(self.signed(message("please stop the clock")))) == []

    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("", 0),
            ("a" * 160, 1),
            ("a" * 161, 2),
            ("a" * 306, 2),
            ("a" * 307, 3),
            ("[" * 80, 1),
            ("[" * 81, 2),
            ("ñ" * 160, 1),
            ("á" * 70, 1),
            ("á" * 71, 2),
            ("🎓" * 35, 1),
            ("🎓" * 36, 2),
        ],
    )
    def test_segments_are_counted_as_carriers_do(self, text: str, count: int) -> None:
        """160 and 153 septets, 70 and 67 UTF-16 units; some signs take two."""
        assert segments(text) == count

    def test_parts_fill_their_segments(self, channel: Channel) -> None:
        """Only the last may end within one; a piece is cut at a pause near its end."""
        text = "Tuition is due. " * 400
        parts = [part["Body"] for part in channel.render(OutboundMessage(text))]
        assert all(segments(part) <= 10 for part in parts)
        assert sum(map(segments, parts)) <= segments(text) + len(parts)

    async def _tell(self, client: Any, url: str, fields: dict[str, str]) -> Any:
        """Post a status as Twilio signs it."""
        signature = RequestValidator(TOKEN).compute_signature(url, fields)
        return await client.post(
            url.removeprefix(URL), data=fields, headers={SIGNATURE_HEADER: signature}
        )

    def test_a_sender_that_is_none_is_refused(self) -> None:
        """With what it may be."""
        with pytest.raises(ChannelMisconfigured, match=r"\+NUMBER"):
            open_channels({"twilio": {**self.settings(""), "sender": "college"}}, URL)


async def _receipt(engine: AsyncEngine) -> str | None:
    """What is kept of the only part."""
    async with engine.connect() as db:
        return (await db.exec_driver_sql("SELECT receipt FROM outbox")).scalar_one()


async def _has(outbox: Outbox, status: str) -> bool:
    return bool((await outbox.counts()).get(status))


async def _has_sent(outbox: Outbox) -> bool:
    return await _has(outbox, "sent")


class _Secret:
    """The vectors' secret is shorter than any that the settings take."""

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        return self._value
