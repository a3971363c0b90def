"""Microsoft Teams keeps the contract of every channel, and the Bot Connector's own rules."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from contract import ANSWER, ChannelContract, ConnectChannel, Said
from gateway_parts import settled, until
from joserfc import jwt
from joserfc.jwk import RSAKey
from loopback_bot import LoopbackBot, saying
from loopback_provider import LoopbackProvider

from channels.delivery.bot_connector import SKEW_SECONDS
from channels.delivery.channel import Call, Channel, Delivery, Forged, Later, Refused, Sent, Told
from channels.delivery.verdicts import told
from channels.discovery import open_channels
from channels.messaging.teams import MOST_BUTTONS, PART_BYTES, Teams
from channels.model import Author, Choice, OutboundMessage
from channels.transcript import Transcript

APP = "11111111-2222-3333-4444-555555555555"
SECRET = "client-secret-of-the-app"
TOKEN = "token-to-send-with"
ADDRESS = "https://advisor.example.edu/channels/teams"
CHAT = "a:1pTKrY8FcK2rbVqO4JhUZc0V"
BOT, STUDENT = f"28:{APP}", "29:1XJKJMvc5GBtc2JwZq0oj8tHZmzrQgFmB39ATiQWA85g"
KEY = RSAKey.generate_key(2048, parameters={"kid": "key-1"})
OTHER_KEY = RSAKey.generate_key(2048, parameters={"kid": "key-2"})
NOW = int(time.time())
TABLE = "| Program | Cost |\n|---|---|\n| Data Analytics | **$1,140** |\n"


def published(*keys: RSAKey, endorsements: tuple[str, ...] = ("msteams",)) -> dict[str, Any]:
    public = [{**key.as_dict(private=False), "endorsements": list(endorsements)} for key in keys]
    return {"keys": public}


def activity(service: str, **fields: Any) -> dict[str, Any]:
    """A message as Teams sends it in a personal chat."""
    return {
        "type": "message",
        "id": "1485983408511",
        "timestamp": "2026-11-22T07:21:28.000Z",
        "serviceUrl": service,
        "channelId": "msteams",
        "from": {"id": STUDENT, "name": "Megan Bowen", "aadObjectId": "7faf8bdd"},
        "conversation": {"conversationType": "personal", "id": CHAT, "tenantId": "72f988bf"},
        "recipient": {"id": BOT, "name": "Advisor"},
        "textFormat": "plain",
        "locale": "en-US",
        **fields,
    }


class TestTeams(ChannelContract):
    name = "teams"
    secrets = (SECRET, TOKEN)
    proves_what_is_said = True
    tried = False
    service = "https://smba.trafficmanager.net/amer/"

    def attend(self, provider: LoopbackProvider) -> None:
        self.service = provider.url
        provider.pages = self.pages(provider.url)
        provider.accepted = {"id": "reply-1"}

    def pages(self, url: str) -> dict[str, Any]:
        granted = {"token_type": "Bearer", "expires_in": 3600, "access_token": TOKEN}
        return {
            "/openid": {"issuer": "https://api.botframework.com", "jwks_uri": f"{url}/keys"},
            "/keys": published(KEY),
            "/botframework.com/oauth2/v2.0/token": granted,
        }

    def opened(self) -> Channel:
        channel = super().opened()
        assert isinstance(channel, Teams)
        for delivery in (self.signed(b"{}"), None):
            with suppress(StopIteration):  # nothing in it waits
                channel.borrow(self.lend, delivery).send(None)
        return channel

    async def lend(self, call: Call) -> Told:
        pages = self.pages("http://127.0.0.1:1")
        path = call.url.removeprefix("http://127.0.0.1:1")
        return Told(200, {}, json.dumps(pages[path]).encode())

    def settings(self, provider_url: str) -> dict[str, Any]:
        return {
            "app_id": APP,
            "app_secret": SECRET,
            "metadata": f"{provider_url}/openid",
            "login": provider_url,
        }

    def signed(self, body: bytes, key: Any = KEY, alg: str = "RS256", **changed: Any) -> Delivery:
        claims = {
            "iss": "https://api.botframework.com",
            "aud": APP,
            "nbf": NOW - 10,
            "exp": NOW + 24 * 3600,
            "serviceurl": self.service,
            **changed,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": alg, "kid": key.kid or "key-1"}
        token = jwt.encode(header, claims, key, algorithms=[alg])
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return Delivery("POST", ADDRESS, headers, body)

    def message(self, text: str, delivery_id: str) -> bytes:
        return self.body(text=text, id=delivery_id)

    def body(self, **fields: Any) -> bytes:
        return json.dumps(activity(self.service, **fields)).encode()

    def recordings(self) -> list[tuple[bytes, list[Said]]]:
        key = "0123456789abcdef"
        name = f"{CHAT} 1485983408511"
        mention = {
            "type": "mention",
            "mentioned": {"id": BOT, "name": "Advisor"},
            "text": "<at>Advisor</at>",
        }
        thread = {"isGroup": True, "id": "19:253b@thread.skype;messageid=1481567603816"}
        return [
            (self.body(text="how much is it?"), [Said(CHAT, name, "how much is it?")]),
            (
                self.body(
                    text="<at>Advisor</at>&nbsp;how much is it?\n",
                    entities=[{"type": "clientInfo", "locale": "en-US"}, mention],
                    conversation=thread,
                ),
                [Said(thread["id"], f"{thread['id']} 1485983408511", "how much is it?")],
            ),
            (
                self.body(text="Costs", value={"picked": key}),
                [Said(CHAT, name, "Costs", key)],
            ),
            (self.body(value=json.dumps({"picked": key})), [Said(CHAT, name, key, key)]),
            (self.body(text="", attachments=[{"contentType": "image/*"}]), []),
            (self.body(type="typing"), []),
            (self.body(type="conversationUpdate", membersAdded=[{"id": BOT}]), []),
            (self.body(type="conversationUpdate", membersRemoved=[{"id": STUDENT}]), []),
            (
                self.body(type="conversationUpdate", membersAdded=[{"id": BOT}, {"id": STUDENT}]),
                [Said(CHAT, f"{CHAT} joined", "(joined)")],
            ),
            (self.body(type="messageReaction", reactionsAdded=[{"type": "like"}]), []),
            (self.body(type="invoke", name="composeExtension/query"), []),
            (b"{}", []),
        ]

    def signed_content(self, delivery: Delivery) -> object:
        said = told(delivery.body)
        return (said.get("serviceUrl"), said.get("channelId")) if said else None

    def shows_typing(self, sent: dict[str, Any]) -> bool:
        return sent["type"] == "typing"

    def shown(self, body: bytes) -> str:
        return str(json.loads(body).get("text", ""))

    def accepted(self) -> bytes:
        return b'{"id": "1:1485983408511"}'

    # -- tokens --------------------------------------------------------------------------------

    def forgeries(self) -> list[Delivery]:
        good = self.message("hello", "d1")
        elsewhere = json.dumps(activity("https://attacker.example/")).encode()
        unnamed = json.dumps({**activity(self.service), "channelId": "directline"}).encode()
        head, _, rest = self.signed(good).headers["Authorization"].partition(".")
        return [
            *super().forgeries(),
            self.signed(good, iss="https://sts.windows.net/d6d49420/"),
            self.signed(good, aud="99999999-2222-3333-4444-555555555555"),
            self.signed(good, aud=None),
            self.signed(good, exp=NOW - SKEW_SECONDS - 60),
            self.signed(good, exp=None),
            self.signed(good, nbf=NOW + 24 * 3600),
            self.signed(good, serviceurl="https://attacker.example/"),
            self.signed(good, serviceurl=None),
            self.signed(elsewhere),
            self.signed(unnamed),
            self.signed(good, OTHER_KEY),
            self.signed(good, RSAKey.import_key(OTHER_KEY.as_dict(private=True), {"kid": "key-1"})),
            self.signed(good, KEY, "RS512"),
            self.signed(good, KEY, "PS256"),
            _resigned(self.signed(good), "HS256", KEY.as_pem(private=False)),
            _resigned(self.signed(good), "none"),
            replace(self.signed(good), headers={"Authorization": f"Basic {head[7:]}.{rest}"}),
        ]

    @pytest.mark.parametrize("late", [-SKEW_SECONDS + 30, 600])
    def test_clocks_may_differ_by_five_minutes(self, channel: Channel, late: int) -> None:
        """As the documentation has it."""
        channel.verify(self.signed(self.message("hello", "d1"), exp=int(time.time()) + late))

    def test_a_token_goes_nowhere_without_encryption(self, channel: Channel) -> None:
        """Even if the Connector named such an address."""
        self.service = "http://smba.trafficmanager.net/amer/"
        with pytest.raises(Forged, match="https"):
            channel.verify(self.signed(self.message("hello", "d1")))

    async def test_a_new_key_is_fetched_when_it_is_first_used(
        self, channel: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And not before half a minute after the last time."""
        assert isinstance(channel, Teams)
        delivery = self.signed(self.message("hello", "d1"), OTHER_KEY)
        asked: list[str] = []

        async def lend(call: Call) -> Told:
            asked.append(call.url)
            body = published(KEY, OTHER_KEY) if "keys" in call.url else {"jwks_uri": "x/keys"}
            return Told(200, {}, json.dumps(body).encode())

        await channel.borrow(lend, delivery)
        assert asked == []
        with pytest.raises(Forged, match="no such key"):
            channel.verify(delivery)
        later = time.monotonic() + 30
        monkeypatch.setattr(channel._trust._keys, "_clock", lambda: later)
        await channel.borrow(lend, delivery)
        channel.verify(delivery)
        assert len(asked) == 2

    async def test_without_keys_a_delivery_is_wanted_again(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """503: nobody can say whether it is forged."""
        provider.pages["/keys"] = {"keys": []}
        client = await connect(self.name, self.settings(provider.url))
        response = await self._post(client, self.message("hello", "d1"))
        assert response.status == 503
        assert bot.asked == []

    async def test_replies_carry_a_token_and_answer_the_message(
        self, connect: ConnectChannel, provider: LoopbackProvider, transcript: Transcript
    ) -> None:
        """To where the newest message said, as a reply to it; one token serves for many."""
        client = await connect(self.name, self.settings(provider.url))
        for number in range(2):
            await self._post(client, self.message("hello", f"d{number}"))
            await settled(transcript)
            await provider.until(number + 1)
        assert provider.paths == [
            f"/v3/conversations/{CHAT}/activities/d{number}" for number in range(2)
        ]
        assert {headers["Authorization"] for headers in provider.headers} == {f"Bearer {TOKEN}"}
        sent = json.loads(provider.bodies[1])
        assert (sent["from"]["id"], sent["recipient"]["id"]) == (BOT, STUDENT)
        assert (sent["conversation"]["id"], sent["replyToId"]) == (CHAT, "d1")

    async def test_the_token_is_asked_for_as_the_login_wants(self) -> None:
        """With the tenant of a single-tenant bot; the secret goes nowhere else."""
        section = {**self.settings("https://login.example"), "tenant": "72f988bf"}
        channel = open_channels({"teams": section}, "")["teams"]
        assert isinstance(channel, Teams)
        calls: list[Call] = []

        async def lend(call: Call) -> Told:
            calls.append(call)
            return Told(200, {}, b'{"access_token": "t", "expires_in": 3599}')

        await channel.borrow(lend)
        (call,) = calls
        assert call.url == "https://login.example/72f988bf/oauth2/v2.0/token"
        assert parse_qs(call.body.decode()) == {
            "grant_type": ["client_credentials"],
            "client_id": [APP],
            "client_secret": [SECRET],
            "scope": ["https://api.botframework.com/.default"],
        }

    async def test_a_reply_waits_for_a_token(
        self,
        connect: ConnectChannel,
        provider: LoopbackProvider,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """While the login is away nothing is sent without one, and nothing is given up."""
        monkeypatch.setattr("channels.delivery.loan.PAUSE_SECONDS", 0.0)
        page = "/botframework.com/oauth2/v2.0/token"
        granted = provider.pages.pop(page)
        provider.answers.append((503, {}, {}))
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, self.message("hello", "d1"))
        await provider.until(1)
        provider.pages[page] = granted
        await provider.until(2)
        assert provider.paths == [page, f"/v3/conversations/{CHAT}/activities/d1"]

    async def test_who_joins_is_greeted_once(
        self,
        connect: ConnectChannel,
        provider: LoopbackProvider,
        bot: LoopbackBot,
        transcript: Transcript,
    ) -> None:
        """With the dialogue's greeting, which discloses; nobody is said to have written."""
        client = await connect(self.name, self.settings(provider.url))
        for update, joined in enumerate((BOT, STUDENT, STUDENT, "29:another")):
            members = [{"id": joined}]
            await self._post(
                client, self.body(type="conversationUpdate", id=f"u{update}", membersAdded=members)
            )
        await self._post(client, self.message("hello", "d1"))
        await provider.until(2)
        assert [turn["payload"] for turn in bot.asked] == ["/greet", None]
        assert provider.paths == [
            f"/v3/conversations/{CHAT}/activities",
            f"/v3/conversations/{CHAT}/activities/d1",
        ]
        greeting, reply = map(json.loads, provider.bodies)
        assert greeting["recipient"] == {"id": STUDENT} and "replyToId" not in greeting
        assert reply["replyToId"] == "d1"
        (summary,) = await transcript.conversations(0, 10)
        assert summary.latest == "hello"
        entries = await transcript.entries(summary.id)
        assert entries[0].message.author is Author.SYSTEM

    # -- cards ---------------------------------------------------------------------------------

    def test_a_table_is_a_card_in_its_place(self, channel: Channel) -> None:
        """Between the words before it and those after it, which hold the sources."""
        message = replace(ANSWER, text=f"Here they are:\n\n{TABLE}\nAsk for more.")
        before, table, after = (part["activity"] for part in channel.render(message))
        assert before["text"] == "Here they are:"
        (held,) = table["attachments"]
        (grid,) = held["content"]["body"]
        cells = [[cell["items"][0]["text"] for cell in row["cells"]] for row in grid["rows"]]
        assert cells == [["Program", "Cost"], ["Data Analytics", "$1,140"]]
        assert after["text"].startswith("Ask for more.\n\nSources:")

    def test_a_table_too_large_for_a_card_is_text(self, channel: Channel) -> None:
        """No cell is lost, and no part is larger than Teams takes."""
        rows = "".join(f"| Program {n} | {'ß' * 100} |\n" for n in range(1000))
        parts = channel.render(OutboundMessage(TABLE + rows, choices=ANSWER.choices))
        assert all(len(json.dumps(part)) < 80_000 for part in parts)
        assert len(parts) > 1
        assert "Program 999" in parts[-1]["activity"]["text"]

    def test_no_part_is_too_large(self, channel: Channel) -> None:
        """Whatever the signs: JSON may need six bytes for one of two in UTF-16."""
        for part in channel.render(OutboundMessage("🎓ß " * 30_000)):
            assert len(json.dumps(part)) < PART_BYTES + 1000

    def test_many_choices_have_numbers_too(self, channel: Channel) -> None:
        """Beside their buttons, which Teams may hide behind a menu."""
        few = tuple(Choice(f"Certificate {n}") for n in range(MOST_BUTTONS))
        (part,) = channel.render(OutboundMessage("Which?", choices=few))
        assert part["activity"]["text"] == "Which?"
        (part,) = channel.render(OutboundMessage("Which?", choices=(*few, Choice("One more"))))
        assert part["activity"]["text"].endswith("7. One more")

    async def test_a_pressed_button_is_its_choice(
        self, connect: ConnectChannel, provider: LoopbackProvider, bot: LoopbackBot
    ) -> None:
        """What comes back is what the button was given."""
        choice = {"label": "Start", "payload": "When does it start?"}
        bot.behaviour = saying({"text": "Which?", "choices": [choice]})
        client = await connect(self.name, self.settings(provider.url))
        await self._post(client, self.message("help", "d1"))
        await provider.until(1)
        (held,) = json.loads(provider.bodies[0])["attachments"]
        (button,) = held["content"]["body"][0]["actions"]
        value = button["data"]["msteams"]["value"]
        await self._post(client, self.body(id="d2", text="Start", value=value))
        await until(lambda: len(bot.asked) == 2)
        assert bot.asked[1]["text"] == "When does it start?"

    def test_its_refusals_are_named(self, channel: Channel) -> None:
        """For staff; a conflict on the server's side is tried again."""
        large = b'{"error": {"code": "MessageSizeTooBig", "message": "..."}}'
        assert channel.judge(413, {}, large) == Refused("MessageSizeTooBig")
        assert channel.judge(412, {}, b"") == Later(None, "status_412")
        assert channel.judge(429, {"Retry-After": "7"}, b"") == Later(7.0, "status_429")
        assert channel.judge(201, {}, self.accepted()) == Sent("1:1485983408511")

    def test_a_long_name_still_fits(self, channel: Channel) -> None:
        """Of a conversation; the reply goes to the name itself."""
        body = self.body(text="hello", conversation={"id": f"19:{'x' * 400}@thread.v2"})
        (said,) = channel.parse(self.signed(body))
        assert len(said.address) <= 255 and len(said.delivery_id) <= 255
        part = channel.render(OutboundMessage("hi", reply_to=said.reply_to))[0]
        assert "x" * 400 in channel.call(said.address, part, "o_1").url


def _resigned(delivery: Delivery, alg: str, secret: bytes | None = None) -> Delivery:
    """The same claims with a signature that anybody can make who knows what is public."""
    _, payload, _ = delivery.headers["Authorization"].removeprefix("Bearer ").split(".")
    signed = f"{_encoded(json.dumps({'alg': alg, 'kid': 'key-1'}).encode())}.{payload}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest() if secret else b""
    return replace(delivery, headers={"Authorization": f"Bearer {signed}.{_encoded(digest)}"})


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
