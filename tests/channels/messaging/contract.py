"""What every messaging channel must do; its test inherits this and brings its recordings.

A recording is a delivery as the provider sends it, and what it says: `said` holds, for each
message, the address, the delivery's id, the text, and what was picked.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from aiohttp.test_utils import TestClient
from gateway_parts import settled, until, until_asked
from loopback_bot import LoopbackBot, waiting_for
from loopback_provider import LoopbackProvider
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.delivery.channel import (
    Call,
    Channel,
    Delivery,
    Later,
    Malformed,
    Refused,
    Sampled,
    Sent,
    Typist,
)
from channels.delivery.reading import read
from channels.delivery.trial import HEADER, Trials
from channels.discovery import open_channels, webhook_address
from channels.model import Choice, InboundMessage, OutboundMessage
from channels.outbox import Outbox
from channels.storage import Storage
from channels.transcript import Transcript

URL = "https://advisor.example.edu"
TRIAL_SECRET = "a-secret-of-the-gateway-for-tests-only"
LONG = "Größe 🎓 naïve “quoted” — 日本語のテキスト. " * 700
CITATION = {
    "title": "Tuition and fees",
    "url": "https://www.example.edu/fees?year=2027#table",
    "quote": "Tuition is $1,140.",
    "effective_from": "2026-07-01",
    "last_verified": "2026-10-05",
}
ANSWER = OutboundMessage(
    "It costs **$1,140** [1].",
    kind="answer",
    choices=(Choice("When does it start?"), Choice("Talk to a person", payload="/talk_to_person")),
    answer={"citations": [CITATION]},
)

ConnectChannel = Callable[..., Awaitable[TestClient]]


@dataclass(frozen=True)
class Said:
    """What a delivery says, without when."""

    address: str
    delivery_id: str
    text: str
    picked: str | None = None


class ChannelContract:
    """Clauses that hold for every provider."""

    name: ClassVar[str]
    secrets: ClassVar[tuple[str, ...]]
    """What must be in no representation and no log."""
    proves_what_is_said: ClassVar[bool] = False
    """Whether the provider's proof is of what a body says, so that a changed body may be forged."""
    tried: ClassVar[bool] = True
    """Whether `advisor channels test` can sign for the provider; False where only it can."""

    def settings(self, provider_url: str) -> dict[str, Any]:
        """The section `[channels.NAME]`, with the provider at an address."""
        raise NotImplementedError

    def signed(self, body: bytes) -> Delivery:
        """A delivery of a body as the provider signs it now."""
        raise NotImplementedError

    def recordings(self) -> list[tuple[bytes, list[Said]]]:
        """Bodies that the provider sends, with what each says; receipts and echoes say nothing."""
        raise NotImplementedError

    def message(self, text: str, delivery_id: str) -> bytes:
        """The body of a student's message."""
        raise NotImplementedError

    def signed_content(self, delivery: Delivery) -> object:
        """What the signature is made over: deliveries that have it alike are the same to it."""
        return delivery.body

    def shown(self, body: bytes) -> str:
        """The text of a body that was sent to the provider."""
        raise NotImplementedError

    def opened(self) -> Channel:
        """The channel as an operator's section opens it, with what it borrows in hand."""
        section = self.settings("http://127.0.0.1:1")
        return open_channels({self.name: section}, URL)[self.name]

    def attend(self, provider: LoopbackProvider) -> None:
        """Have the provider lend what the channel borrows."""

    # -- fixtures ------------------------------------------------------------------------------

    @pytest.fixture
    def channel(self) -> Channel:
        """The channel, which has no provider."""
        return self.opened()

    @pytest.fixture(autouse=True)
    def _attended(self, request: pytest.FixtureRequest) -> None:
        if "provider" in request.fixturenames:
            self.attend(request.getfixturevalue("provider"))

    # -- reading -------------------------------------------------------------------------------

    def test_its_name_is_its_file_s(self, channel: Channel) -> None:
        """So that a webhook's address, a setting and a metric name the same thing."""
        assert channel.name == self.name == Path(_file_of(channel)).stem

    def test_each_recording_says_what_is_expected(self, channel: Channel) -> None:
        """A batch is read whole and in order; receipts and echoes say nothing."""
        for body, expected in self.recordings():
            delivery = self.signed(body)
            channel.verify(delivery)
            said = [
                Said(one.address, one.delivery_id, one.text, one.picked)
                for one in channel.parse(delivery)
            ]
            assert said == expected, body

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"null", b"{}"])
    def test_what_cannot_be_read_is_malformed(self, channel: Channel, body: bytes) -> None:
        """Nothing but that one error leaves the parser; an empty event may say nothing."""
        delivery = self.signed(body)
        try:
            assert read(channel, delivery)[0] == ()
        except Malformed as error:
            assert str(error)

    # -- the whole path ------------------------------------------------------------------------

    async def test_a_message_is_answered_through_the_provider(
        self, connect: ConnectChannel, provider: LoopbackProvider, transcript: Transcript
    ) -> None:
        """2xx, one turn, and the reply reaches the provider."""
        client = await connect(self.name, self.settings(provider.url))
        response = await self._post(client, self.message("how much is it", "d1"))
        assert 200 <= response.status < 300
        await settled(transcript)
        await provider.until(1)
        assert "You said: how much is it" in self.shown(provider.bodies[0])

    async def test_a_body_of_megabytes_is_read(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """A batch may hold three; no form of the gateway is a tenth of that."""
        client = await connect(self.name, self.settings(provider.url))
        body = self.padded(self.message("hello", "d1"), 3_000_000)
        response = await self._post(client, body)
        assert 200 <= response.status < 300
        await until(lambda: len(bot.asked) == 1)

    def padded(self, body: bytes, size: int) -> bytes:
        """The same message in a body that is larger by so many bytes."""
        return body + b" " * size

    async def test_forged_stale_and_unsigned_deliveries_are_refused(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """401, and nobody is asked."""
        client = await connect(self.name, self.settings(provider.url))
        for delivery in self.forgeries():
            response = await self._deliver(client, delivery)
            assert response.status == 401, delivery
        assert bot.asked == []

    def forgeries(self) -> list[Delivery]:
        """Unsigned, with junk for a signature, and with signatures cut short."""
        good = self.signed(self.message("hello", "d1"))
        unsigned = replace(good, headers={})
        junk = [
            replace(good, headers=dict.fromkeys(good.headers, value))
            for value in ("", "x", "0" * 64, "v1,", "é", "sha256=" + "0" * 64)
        ]
        short = replace(good, headers={k: v[:-3] for k, v in good.headers.items()})
        return [unsigned, short, *junk]

    def test_its_sample_is_a_student_s_message(self, channel: Channel) -> None:
        """Signed as the provider signs; a channel whose provider alone can sign has none."""
        assert isinstance(channel, Sampled) is self.tried
        if isinstance(channel, Sampled):
            for name in ("d1", "d2"):
                delivery = channel.sample("hello", name, webhook_address(self.name, URL))
                channel.verify(delivery)
                (said,) = channel.parse(delivery)
                assert said.text == "hello"
            assert said.delivery_id != channel.parse(self._sample(channel, "d1"))[0].delivery_id

    async def test_a_trial_goes_the_whole_way_and_reaches_nobody(
        self,
        connect: ConnectChannel,
        provider: LoopbackProvider,
        bot: LoopbackBot,
        engine: AsyncEngine,
        channel: Channel,
    ) -> None:
        """Recorded, answered and rendered; the provider is not called. A student's message is."""
        if not isinstance(channel, Sampled):
            pytest.skip("only the provider can sign for this channel")
        client = await connect(self.name, self.settings(provider.url))
        sample = self._sample(channel, "d1")
        marked = {**sample.headers, **Trials(TRIAL_SECRET).mark("d1", sample.body)}
        response = await self._deliver(client, replace(sample, headers=marked))
        assert 200 <= response.status < 300
        outbox = Outbox(Storage(engine))
        await until_asked(lambda: _any_sent(outbox))
        assert len(bot.asked) == 1
        assert provider.bodies == []
        await self._post(client, self.message("hello", "d2"))
        await provider.until(1)

    async def test_a_trial_that_is_not_the_operator_s_is_refused(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """Marked with another secret, for another body, or with junk: 401, whoever signed it."""
        client = await connect(self.name, self.settings(provider.url))
        good = self.signed(self.message("hello", "d1"))
        for mark in (
            Trials("another-secret").mark("x", good.body),
            Trials(TRIAL_SECRET).mark("x", b"another body"),
            Trials("").mark("x", good.body),
            {HEADER: "x"},
            {HEADER: ""},
        ):
            marked = replace(good, headers={**good.headers, **mark})
            assert (await self._deliver(client, marked)).status == 401, mark
        assert bot.asked == []

    def _sample(self, channel: Sampled, name: str) -> Delivery:
        return channel.sample("hello", name, webhook_address(self.name, URL))

    async def test_the_same_delivery_twice_is_one_turn(
        self,
        connect: ConnectChannel,
        provider: LoopbackProvider,
        bot: LoopbackBot,
        transcript: Transcript,
    ) -> None:
        """A provider that did not hear our 2xx sends it again."""
        client = await connect(self.name, self.settings(provider.url))
        for _ in range(3):
            response = await self._post(client, self.message("hello", "d1"))
            assert 200 <= response.status < 300
        await settled(transcript)
        await provider.until(1)
        assert len(bot.asked) == 1
        assert len(provider.bodies) == 1

    async def test_it_is_acknowledged_before_the_turn_ends(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """A provider waits for seconds, a turn may take longer."""
        release = asyncio.Event()
        bot.behaviour = waiting_for(release)
        client = await connect(self.name, self.settings(provider.url))
        response = await self._post(client, self.message("hello", "d1"))
        assert 200 <= response.status < 300
        assert provider.bodies == []
        release.set()
        await provider.until(1)

    async def test_garbage_never_breaks_the_door(
        self, connect: ConnectChannel, provider: LoopbackProvider
    ) -> None:
        """Signed garbage is 400 or says nothing; never a fault of ours."""
        client = await connect(self.name, self.settings(provider.url))
        for body in (b"{", b"[]", b"null", b"\x00", b'{"a": {"b": []}}'):
            response = await self._post(client, body)
            refused = (400, 401) if self.proves_what_is_said else (400,)
            assert response.status in (200, 202, *refused), body

    async def test_a_long_wait_shows_that_an_answer_is_made(
        self,
        connect: ConnectChannel,
        provider: LoopbackProvider,
        bot: LoopbackBot,
        channel: Channel,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Again after a while, and never again once the provider refuses it; the answer comes."""
        if not isinstance(channel, Typist):
            pytest.skip("its provider has no such sign for bots")
        for name in ("AFTER_SECONDS", "AGAIN_SECONDS"):
            monkeypatch.setattr(f"channels.delivery.typing_sign.{name}", 0.01)
        release = asyncio.Event()
        bot.behaviour = waiting_for(release)
        provider.answers.extend([(200, {}, provider.accepted), (403, {}, {})])
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, self.message("hello", "d1"))
        await provider.until(2)
        assert [self.shows_typing(json.loads(body)) for body in provider.bodies] == [True] * 2
        release.set()
        await provider.until(3)
        assert "You said: hello" in self.shown(provider.bodies[2])
        assert self.shows_typing(json.loads(provider.bodies[2])) is False

    def shows_typing(self, sent: dict[str, Any]) -> bool:
        """Whether what was sent is the sign that an answer is being made."""
        raise NotImplementedError

    # -- writing -------------------------------------------------------------------------------

    def test_long_text_is_split_without_loss(self, channel: Channel) -> None:
        """Every character but white space at a cut arrives, in order."""
        parts = channel.render(self._reply(channel, OutboundMessage(LONG)))
        shown = "".join(self._shown(channel, part) for part in parts)
        assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", self.as_shown(LONG))

    def as_shown(self, text: str) -> str:
        """A text in the signs that the provider's students get."""
        return text

    def test_sources_and_choices_survive(self, channel: Channel) -> None:
        """Each citation's address and date, and each choice's label, is in what is sent."""
        parts = channel.render(ANSWER)
        sent = json.dumps(list(parts), ensure_ascii=False)
        assert CITATION["url"] in sent
        assert "2026" in sent
        assert all(choice.label in sent for choice in ANSWER.choices)

    def test_nothing_is_sent_of_nothing(self, channel: Channel) -> None:
        """A message without a word is no message."""
        for part in channel.render(self._reply(channel, OutboundMessage("  "))):
            assert self._shown(channel, part).strip() == ""

    def test_a_part_holds_no_secret(self, channel: Channel) -> None:
        """Parts are stored; the secrets come in when one is sent."""
        assert not any(secret in json.dumps(channel.render(ANSWER)) for secret in self.secrets)

    def test_no_representation_holds_a_secret(self, channel: Channel) -> None:
        """Of the channel, its settings, or a call."""
        call = self.sent(channel, channel.render(self._reply(channel, ANSWER))[0])
        for thing in (channel, channel.settings, call):
            assert not any(secret in repr(thing) + str(thing) for secret in self.secrets)

    def test_what_the_provider_answers_is_understood(self, channel: Channel) -> None:
        """429 and 5xx are for later, other refusals are final."""
        for status in (429, 500, 502, 503):
            assert isinstance(channel.judge(status, {}, b""), Later), status
        for status in (400, 401, 403, 404):
            assert isinstance(channel.judge(status, {}, b""), Refused), status
        assert isinstance(channel.judge(200, {}, self.accepted()), Sent)

    def accepted(self) -> bytes:
        """The body with which the provider takes a message."""
        return b"{}"

    # -- how the above is done -----------------------------------------------------------------

    def _inbound(self, channel: Channel) -> InboundMessage:
        return channel.parse(self.signed(self.message("hello", "d1")))[0]

    def _reply(self, channel: Channel, message: OutboundMessage) -> OutboundMessage:
        return replace(message, reply_to=self._inbound(channel).reply_to)

    def _shown(self, channel: Channel, part: dict[str, Any]) -> str:
        return self.shown(self.sent(channel, part).body)

    def sent(self, channel: Channel, part: dict[str, Any]) -> Call:
        """What goes to the provider for a part."""
        return channel.call(self._inbound(channel).address, part, "o_1")

    async def _post(self, client: TestClient, body: bytes) -> Any:
        return await self._deliver(client, self.signed(body))

    async def _deliver(self, client: TestClient, delivery: Delivery) -> Any:
        path = webhook_address(self.name, "")
        return await client.post(path, data=delivery.body, headers=dict(delivery.headers))


async def _any_sent(outbox: Outbox) -> bool:
    return bool((await outbox.counts()).get("sent"))


def _file_of(channel: Channel) -> str:
    return type(channel).__module__.replace(".", "/") + ".py"
