"""Email keeps the contract of every channel, threads, and peace with other machines."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from contract import ANSWER, URL, ChannelContract, ConnectChannel, Said
from gateway_parts import settled, until, until_asked
from loopback_bot import LoopbackBot, saying
from mail_servers import PASSWORD, USER, ImapServer, SmtpServer
from mutation import changed_body
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.bookmarks import StoredBookmark
from channels.delivery.channel import Call, Delivery, Forged, Later, Malformed, Refused
from channels.delivery.mail import authenticated
from channels.delivery.mailbox import LARGEST_BYTES, Mailbox, follow
from channels.delivery.reading import read
from channels.delivery.submission import SignIn
from channels.discovery import ChannelMisconfigured, open_channels
from channels.gateway import METRICS
from channels.messaging.email import Email
from channels.model import OutboundMessage
from channels.storage import Storage
from channels.transcript import Transcript

OURS, STUDENT = "advising@example.edu", "sam@students.example"
SERVER = "mx.example.edu"
GOOD = f"{SERVER}; dmarc=pass (p=reject) header.from=students.example; spf=pass"
STATUSES = {
    "taken": 200,
    "told": 200,
    "nothing_said": 200,
    "refused": 200,
    "forged": 401,
    "malformed": 400,
}


def mail(text: str = "how much is it?", **fields: str | None) -> bytes:
    """A mail of a student's as the mail server hands it over; None takes a field away."""
    message = EmailMessage(policy=policy.SMTP)
    headers = {
        "Authentication-Results": GOOD,
        "From": f"Sam Student <{STUDENT}>",
        "To": OURS,
        "Subject": "Fees",
        "Message-ID": "<1@students.example>",
    }
    for name, value in {**headers, **{k.replace("_", "-"): v for k, v in fields.items()}}.items():
        if value is not None:
            message[name] = value
    message.set_content(text)
    return message.as_bytes()


def address(first_id: str = "<1@students.example>", sender: str = STUDENT) -> str:
    (said,) = open_email().parse(Delivery("FETCH", "", {}, mail(Message_ID=first_id, From=sender)))
    return said.address


def open_email(**fields: Any) -> Email:
    section = TestEmail().settings("") | fields
    channel = open_channels({"email": section}, URL)["email"]
    assert isinstance(channel, Email)
    return channel


@dataclass
class Servers(SmtpServer):
    """Where mail comes from and goes to."""

    def __init__(self, imap: ImapServer) -> None:
        super().__init__()
        self.imap = imap


async def by_password() -> SignIn:
    return SignIn(USER, PASSWORD)


class PlaceInMemory:
    """A bookmark that nothing keeps."""

    def __init__(self, place: dict[str, Any]) -> None:
        self.place = place

    async def read(self) -> dict[str, Any] | None:
        return self.place

    async def write(self, place: dict[str, Any]) -> None:
        self.place = place


class TestEmail(ChannelContract):
    name = "email"
    secrets = (PASSWORD,)
    tried = False
    proves_what_is_said = True
    smtp_port = imap_port = 1

    @pytest.fixture
    async def provider(self) -> AsyncIterator[Servers]:
        servers = Servers(ImapServer())
        servers.imap.start()
        servers.imap.client().logout()
        await servers.start()
        yield servers
        await servers.stop()
        servers.imap.remove()

    @pytest.fixture
    def connect(self, connect: ConnectChannel, engine: AsyncEngine) -> ConnectChannel:
        """A gateway that has found its place in the mailbox."""
        bookmark = StoredBookmark(Storage(engine), "email")

        async def found() -> bool:
            return await bookmark.read() is not None

        async def make(name: str, section: dict[str, Any]) -> TestClient:
            client = await connect(name, section)
            await until_asked(found)
            return client

        return make

    def attend(self, provider: Any) -> None:
        self.imap = provider.imap
        self.smtp_port, self.imap_port = provider.port, provider.imap.port

    def settings(self, provider_url: str) -> dict[str, Any]:
        return {
            "address": OURS,
            "username": USER,
            "password": PASSWORD,
            "imap_host": "127.0.0.1",
            "imap_port": self.imap_port,
            "imap_security": "none",
            "smtp_host": "127.0.0.1",
            "smtp_port": self.smtp_port,
            "smtp_security": "none",
            "authserv_id": SERVER,
            "poll_seconds": 0.05,
        }

    def signed(self, body: bytes) -> Delivery:
        return Delivery("FETCH", "imap:1", {}, body)

    async def _deliver(self, client: TestClient, delivery: Delivery) -> Any:
        """Into the mailbox; the status that the same outcome has over HTTP."""
        before = _outcomes(client)
        await asyncio.to_thread(self.imap.deliver, delivery.body)
        await until(lambda: _outcomes(client) != before)
        (outcome,) = (name for name, count in _outcomes(client).items() if count != before[name])
        return SimpleNamespace(status=STATUSES[outcome])

    def message(self, text: str, delivery_id: str) -> bytes:
        return mail(text, Message_ID=f"<{delivery_id}@students.example>")

    def sent(self, channel: Any, part: dict[str, Any]) -> Call:
        return Call("", channel.compose(part, "o_1").as_bytes())

    def shown(self, body: bytes) -> str:
        written = message_from_bytes(body, policy=policy.default)
        plain = written.get_body(("plain",))
        assert plain is not None
        return str(plain.get_content())

    def recordings(self) -> list[tuple[bytes, list[Said]]]:
        first = "<1@students.example>"
        again = {"Message_ID": "<2@students.example>", "Subject": "Re: Fees"}
        said = [Said(address(), first, "how much is it?")]
        reply = [Said(address(), "<2@students.example>", "the second")]
        ours = open_email().compose(_part_of(mail()), "o_1")["Message-ID"]
        html = EmailMessage(policy=policy.SMTP)
        html.set_content("<p>how much is it?</p><blockquote>It costs</blockquote>", subtype="html")
        head = mail("").split(b"\r\nMIME-Version")[0].split(b"\r\nContent-Type")[0]
        machines: list[dict[str, str]] = [
            {"Auto_Submitted": "auto-replied"},
            {"Auto_Submitted": "auto-generated; x=y"},
            {"Precedence": "bulk"},
            {"List_Id": "<students.example.edu>"},
            {"List_Unsubscribe": "<mailto:x@example.edu>"},
            {"Return_Path": "<>"},
            {"X_Auto_Response_Suppress": "OOF, DR"},
            {"From": "MAILER-DAEMON@students.example"},
            {"From": "no-reply@students.example"},
            {"From": f"Us <{OURS.upper()}>"},
            {"Message_ID": str(ours)},
        ]
        return [
            (mail(), said),
            (mail(Auto_Submitted="no"), said),
            (mail(Return_Path=f"<{STUDENT}>"), said),
            (head + b"\r\n" + html.as_bytes(), said),
            (mail("", Subject="how much is it?"), said),
            (mail("  ", Subject=""), []),
            (mail("the second\n\n> Which?\n", In_Reply_To=first, **again), reply),
            (mail("the second", References=f"{first} {ours}", **again), reply),
            (mail("the second", In_Reply_To=str(ours), **again), reply),
            (mail("> quoted alone\n", In_Reply_To=first, **again), []),
            *((mail(**fields), []) for fields in machines),
        ]

    def forgeries(self) -> list[Delivery]:
        bad = [
            None,
            f"{SERVER}; dmarc=fail header.from=students.example; spf=pass",
            f"{SERVER}; none",
            f"{SERVER}; spf=fail; dkim=none",
            "mx.attacker.example; dmarc=pass; spf=pass",
            f"{SERVER}.attacker.example; dmarc=pass",
            f'{SERVER}; spf=fail smtp.mailfrom="x; dmarc=pass"',
            f"{SERVER}; spf=softfail (dkim=pass; dmarc=pass)",
        ]
        return [self.signed(mail(Authentication_Results=value)) for value in bad]

    # -- clauses that are said otherwise here --------------------------------------------------

    async def test_a_trial_that_is_not_the_operator_s_is_refused(
        self, connect: ConnectChannel, provider: Any, bot: LoopbackBot
    ) -> None:
        """Nothing at all is taken over HTTP."""
        client = await connect(self.name, self.settings(""))
        response = await client.post("/channels/email", data=mail())
        assert response.status == 404
        assert bot.asked == []

    async def test_what_the_provider_answers_is_understood(
        self, provider: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """4xx, a server that is away, and one that is slow are for later; 5xx is final."""
        self.attend(provider)
        channel, part = open_email(**_ports(provider)), _part_of(mail())
        provider.answers.extend(["451 later", "554 no"])
        assert await channel.send("", part, "o_1") == Later(reason="smtp_451")
        assert await channel.send("", part, "o_1") == Refused("smtp_554")
        provider.bodies.clear()
        wrong = open_email(**_ports(provider), password="wrong")
        assert await wrong.send("", part, "o_1") == Refused("smtp_535")
        away = open_email(smtp_port=1)
        assert isinstance(await away.send("", part, "o_1"), Later)
        monkeypatch.setattr("channels.delivery.submission.CALL_SECONDS", 1.0)
        provider.hold = asyncio.Event()
        assert isinstance(await channel.send("", part, "o_1"), Later)
        provider.hold.set()

    # -- threads -------------------------------------------------------------------------------

    async def test_a_reply_joins_its_thread(
        self, connect: ConnectChannel, provider: Any, transcript: Transcript
    ) -> None:
        """For the student's program, and for ours when the student goes on."""
        client = await connect(self.name, self.settings(""))
        await self._post(client, mail())
        await provider.until(1)
        (envelope,) = provider.envelopes
        assert envelope == (OURS, [STUDENT])
        reply = message_from_bytes(provider.bodies[0], policy=policy.default)
        assert (reply["To"], reply["Subject"]) == (STUDENT, "Re: Fees")
        assert reply["In-Reply-To"] == reply["References"] == "<1@students.example>"
        assert reply["Auto-Submitted"] == "auto-replied"
        again = {"Message_ID": "<2@students.example>", "Subject": "Re: Fees"}
        await self._post(client, mail("and when?", In_Reply_To=reply["Message-ID"], **again))
        await provider.until(2)
        await settled(transcript)
        second = message_from_bytes(provider.bodies[1], policy=policy.default)
        assert second["References"].split() == [reply["Message-ID"], "<2@students.example>"]
        assert second["Message-ID"] != reply["Message-ID"]
        assert len(await transcript.conversations(0, 10)) == 1

    async def test_what_is_said_in_one_turn_is_one_mail(
        self, connect: ConnectChannel, provider: Any, bot: LoopbackBot
    ) -> None:
        """Both of its forms hold all of it."""
        bot.behaviour = saying({"text": "I am an assistant."}, {"text": "It costs **$1,140**."})
        client = await connect(self.name, self.settings(""))
        await self._post(client, mail())
        await provider.until(1)
        written = message_from_bytes(provider.bodies[0], policy=policy.default)
        html = written.get_body(("html",))
        assert html is not None
        assert (
            self.shown(provider.bodies[0]).split() == "I am an assistant. It costs $1,140.".split()
        )
        assert "<strong>$1,140</strong>" in html.get_content()
        assert "I am an assistant." in html.get_content()

    def test_sources_are_links(self) -> None:
        """With their dates; what is cited cannot bring markup of its own."""
        channel = open_email()
        (part,) = channel.render(ANSWER)
        assert (
            '<a href="https://www.example.edu/fees?year=2027#table">Tuition and fees</a>'
            in part["html"]
        )
        cited = {"title": "<script>x</script>", "url": 'https://x.example/"><script>', "quote": ""}
        (part,) = channel.render(replace(ANSWER, answer={"citations": [cited]}))
        assert "<script" not in part["html"]

    @pytest.mark.parametrize("count", [19, 20])
    def test_a_thread_ends_somewhere(self, count: int) -> None:
        """Two machines that answer each other stop; the count stands in our own ids."""
        channel = open_email(most_replies=20)
        part = _part_of(mail())
        part["reply_to"]["count"] = count - 1
        name = channel.compose(part, "o_1")["Message-ID"]
        other = mail("Thank you for your mail!", In_Reply_To=name, Message_ID="<9@x.example>")
        assert len(channel.parse(self.signed(other))) == (1 if count < 20 else 0)

    def test_long_ids_and_odd_subjects_survive(self) -> None:
        """No line break of the student's makes a header of ours, and no id is broken by ours."""
        name = f"<{'x' * 120}@students.example>"
        subject = "Größe\r\n Bcc: everybody@example.edu"
        raw = mail(Message_ID=name).replace(b"Subject: Fees", f"Subject: {subject}".encode())
        written = message_from_bytes(
            open_email().compose(_part_of(raw), "o_1").as_bytes(), policy=policy.default
        )
        assert written["In-Reply-To"] == name
        assert written["Bcc"] is None
        assert written["Subject"] == "Re: Größe Bcc: everybody@example.edu"

    # -- the mailbox ---------------------------------------------------------------------------

    async def test_what_was_there_before_is_left_alone(
        self, connect: ConnectChannel, provider: Any, bot: LoopbackBot
    ) -> None:
        """The first look begins with what comes then; what is answered shows as read."""
        provider.imap.deliver(mail("old", Message_ID="<0@students.example>"))
        client = await connect(self.name, self.settings(""))
        await self._post(client, mail())
        await self._post(client, mail(Precedence="bulk", Message_ID="<2@students.example>"))
        await provider.until(1)
        assert [turn["text"] for turn in bot.asked] == ["how much is it?"]
        assert provider.imap.seen() == [False, True, False]

    async def test_what_comes_while_nobody_looks_is_answered_later(
        self, connect: ConnectChannel, provider: Any, bot: LoopbackBot
    ) -> None:
        """Once, in order, after the gateway, the server, or both were away."""
        client = await connect(self.name, self.settings(""))
        await self._post(client, mail("one", Message_ID="<1@students.example>"))
        await client.close()
        provider.imap.restart()
        numbers = {"two": "2", "three": "3"}
        provider.imap.deliver(
            *(mail(text, Message_ID=f"<{n}@students.example>") for text, n in numbers.items())
        )
        await connect(self.name, self.settings(""))
        await until(lambda: len(bot.asked) == 3)
        assert [turn["text"] for turn in bot.asked] == ["one", "two", "three"]

    async def test_a_mailbox_made_anew_brings_no_second_answer(
        self, connect: ConnectChannel, provider: Any, bot: LoopbackBot
    ) -> None:
        """Its mails have other numbers, and their old names."""
        client = await connect(self.name, self.settings(""))
        await self._post(client, mail("one"))
        await provider.until(1)
        provider.imap.restart(anew=True)
        provider.imap.deliver(mail("two", Message_ID="<2@students.example>"))
        await until(lambda: len(bot.asked) == 2)
        await provider.until(2)
        assert [turn["text"] for turn in bot.asked] == ["one", "two"]

    async def test_what_cannot_be_recorded_comes_again(self, provider: Any) -> None:
        """Before anything behind it; a mail that is too large is left to people."""
        outcomes = ["unrecorded", "unrecorded", "taken", "taken"]
        taken: list[bytes] = []

        async def take(delivery: Delivery) -> str:
            taken.append(delivery.body)
            return outcomes[len(taken) - 1]

        trusted = ssl.create_default_context()
        mailbox = Mailbox("127.0.0.1", provider.imap.port, "none", trusted, "INBOX")
        place = PlaceInMemory({"validity": 0, "uid": 0, "day": "2026-01-01"})
        large = mail("x" * LARGEST_BYTES, Message_ID="<2@students.example>")
        last = mail("last", Message_ID="<3@students.example>")
        provider.imap.deliver(mail(), large, last)
        following = asyncio.create_task(follow(mailbox, by_password, take, place, 0.05))
        await until(lambda: provider.imap.seen() == [True, False, True])
        following.cancel()
        await asyncio.wait((following,))
        assert taken == [mail(), mail(), mail(), last]

    # -- reading -------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("stated", "good"),
        [
            (GOOD, True),
            (f"{SERVER} 1; dkim=pass header.d=x.example", True),
            (f"{SERVER}; dmarc=none; spf=pass", True),
            (f"{SERVER}; dmarc=temperror; spf=pass", False),
            (f"{SERVER}; dmarc=none; spf=neutral", False),
        ],
    )
    def test_only_our_own_server_is_believed(self, stated: str, good: bool) -> None:
        """And only the newest that it states; an older one came with the mail."""
        raw = mail(Authentication_Results=stated)
        assert authenticated(raw, SERVER) is good
        other = b"Authentication-Results: %b\r\n"
        assert authenticated(other % b"mx.other.example; dmarc=fail\r\n"[:-2] + raw, SERVER) is good
        worse = other % f"{SERVER}; dmarc=fail".encode() + mail()
        assert authenticated(worse, SERVER) is False

    def test_without_a_server_that_vouches_every_mail_is_read(self) -> None:
        """As the operator has it: the mail server refuses forged ones itself."""
        open_email(authserv_id="").verify(self.signed(mail(Authentication_Results=None)))
        with pytest.raises(Forged):
            open_email().verify(self.signed(mail(Authentication_Results=None)))

    def test_a_password_goes_to_nobody_else_unencrypted(self) -> None:
        """Only within this machine."""
        with pytest.raises(ChannelMisconfigured, match="use tls"):
            open_email(imap_host="mail.example.edu")

    def test_no_mail_breaks_its_reader(self) -> None:
        """Read, passed over, or malformed, whatever accident or malice has made of it."""
        channel, strict, random = open_email(authserv_id=""), open_email(), Random(1)
        bodies = [body for body, _ in self.recordings()]
        counted = {"read": 0, "nothing": 0, "malformed": 0}
        for _ in range(3000):
            body = changed_body(random, random.choice(bodies), bodies)
            with suppress(Forged):
                strict.verify(self.signed(body))
            try:
                said, _response = read(channel, self.signed(body))
            except Malformed:
                counted["malformed"] += 1
                continue
            counted["read" if said else "nothing"] += 1
            for one in said:
                for part in channel.render(OutboundMessage("hi", reply_to=one.reply_to)):
                    channel.compose(part, "o_1").as_bytes()
        assert min(counted.values()) > 10, counted


def _part_of(raw: bytes) -> dict[str, Any]:
    channel = open_email(authserv_id="")
    (said,) = channel.parse(Delivery("FETCH", "", {}, raw))
    return dict(channel.render(OutboundMessage("hi", reply_to=said.reply_to))[0])


def _ports(provider: Any) -> dict[str, Any]:
    return {"smtp_port": provider.port, "imap_port": provider.imap.port}


def _outcomes(client: TestClient) -> dict[str, float]:
    registry = client.app[METRICS].registry
    name = "advisor_deliveries_total"
    return {
        outcome: registry.get_sample_value(name, {"channel": "email", "outcome": outcome}) or 0.0
        for outcome in STATUSES
    }
