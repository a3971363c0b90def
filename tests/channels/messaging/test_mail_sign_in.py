"""Email through mail servers as they are found: TLS, OAuth 2, and those that tell of new mail."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from authority import Authority
from contract import URL, ConnectChannel
from gateway_parts import PATIENCE, until, until_asked
from loopback_bot import LoopbackBot
from mail_servers import PASSWORD, TOKEN, USER, ImapServer, Manner, SmtpServer
from sqlalchemy.ext.asyncio import AsyncEngine
from test_email import PlaceInMemory, by_password, mail
from token_server import TokenServer

from channels.bookmarks import StoredBookmark
from channels.delivery import loan
from channels.delivery.caller import Caller
from channels.delivery.channel import Delivery, Later, Sent, Take
from channels.delivery.mailbox import Mailbox, follow
from channels.discovery import ChannelMisconfigured, open_channels
from channels.storage import Storage

OAUTH = {"client_id": "app", "client_secret": "secret-of-the-app"}
NEVER = 3600.0
"""Seconds between two looks: longer than any test."""
BEFORE = {"validity": 0, "uid": 0, "day": "2026-01-01"}
"""A place before every mail."""
ELSEWHERE = {
    "address": "advising@example.edu",
    "username": USER,
    "imap_host": "imap.example.edu",
    "smtp_host": "smtp.example.edu",
}

Serve = Callable[[Manner], Awaitable[tuple[ImapServer, SmtpServer]]]
Answered = Callable[[ImapServer, SmtpServer, dict[str, Any]], Awaitable[None]]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def tokens() -> AsyncIterator[TokenServer]:
    server = TokenServer(TOKEN, USER)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Both servers, spoken to in one manner."""
    running: list[tuple[ImapServer, SmtpServer]] = []

    async def start(manner: Manner) -> tuple[ImapServer, SmtpServer]:
        imap, smtp = ImapServer(manner), SmtpServer(manner)
        running.append((imap, smtp))
        imap.start()
        await smtp.start()
        await asyncio.to_thread(lambda: imap.client().logout())
        return imap, smtp

    yield start
    for imap, smtp in running:
        await smtp.stop()
        imap.remove()


def section(imap: ImapServer, smtp: SmtpServer, security: str, **fields: Any) -> dict[str, Any]:
    return {
        "address": "advising@example.edu",
        "username": USER,
        "imap_host": "127.0.0.1",
        "imap_port": imap.port,
        "imap_security": security,
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp.port,
        "smtp_security": security,
        "poll_seconds": 0.2,
        **fields,
    }


@pytest.fixture
def answered(connect: ConnectChannel, engine: AsyncEngine, bot: LoopbackBot) -> Answered:
    """A mail that comes into the mailbox has its reply."""
    bookmark = StoredBookmark(Storage(engine), "email")

    async def place_is_found() -> bool:
        return await bookmark.read() is not None

    async def check(imap: ImapServer, smtp: SmtpServer, fields: dict[str, Any]) -> None:
        await connect("email", fields)
        await until_asked(place_is_found)
        await asyncio.to_thread(imap.deliver, mail())
        await smtp.until(1)
        assert [turn["text"] for turn in bot.asked] == ["how much is it?"]

    return check


# -- TLS ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_an_authority_of_one_s_own_is_trusted_where_it_is_set(
    serve: Serve, authority: Authority, answered: Answered, security: str
) -> None:
    """By both servers' clients; without the setting neither server is shown a password."""
    imap, smtp = await serve(Manner(security, authority))
    by_own = section(imap, smtp, security, password=PASSWORD)
    await answered(imap, smtp, by_own | {"ca_file": str(authority.file)})
    smtp.bodies.clear()
    assert isinstance(await sent(by_own), Later)
    assert smtp.bodies == []
    mailbox = Mailbox("127.0.0.1", imap.port, security, ssl.create_default_context(), "INBOX")
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.to_thread(mailbox.open, await by_password())


def test_a_file_without_certificates_is_refused(tmp_path: Path) -> None:
    """Before anything is sent anywhere; so is one that is not there."""
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    for file in (empty, tmp_path / "missing.pem"):
        with pytest.raises(ChannelMisconfigured, match=r"ca_file.*holds no certificates"):
            open_channels({"email": ELSEWHERE | {"password": "x", "ca_file": str(file)}}, URL)


# -- OAuth 2 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "kind"),
    [({"refresh_token": "allowed-once"}, "refresh_token"), ({}, "client_credentials")],
)
async def test_both_servers_take_a_token(
    serve: Serve,
    authority: Authority,
    answered: Answered,
    tokens: TokenServer,
    allowed: dict[str, str],
    kind: str,
) -> None:
    """One, which Dovecot has confirmed by whoever gave it; a password is never asked for."""
    imap, smtp = await serve(Manner("tls", authority, f"{tokens.url}/introspect"))
    oauth = {"token_url": f"{tokens.url}/token", **OAUTH, **allowed}
    fields = section(imap, smtp, "tls", oauth=oauth, ca_file=str(authority.file))
    await answered(imap, smtp, fields)
    assert smtp.signed_in == ["XOAUTH2"]
    assert [form["grant_type"] for form in tokens.asked] == [kind]


async def test_a_mailbox_is_followed_once_there_is_a_token(
    serve: Serve, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While there is none, or one that the mail servers do not take, what comes waits."""
    monkeypatch.setattr(loan, "PAUSE_SECONDS", 0.0)
    imap, smtp = await serve(Manner(tokens=f"{tokens.url}/introspect"))
    oauth = {"token_url": f"{tokens.url}/token", **OAUTH}
    channel: Any = open_channels({"email": section(imap, smtp, "none", oauth=oauth)}, URL)["email"]
    tokens.status = 503
    taken, take = taking()
    async with aiohttp.ClientSession() as session:
        caller = Caller(session)
        following = asyncio.create_task(channel.fetch(caller.ask, take, PlaceInMemory(BEFORE)))
        await asyncio.to_thread(imap.deliver, mail())
        await until(lambda: tokens.asked)
        tokens.granted = {"access_token": "another-s", "expires_in": 1}
        tokens.status, asked = 200, len(tokens.asked)
        await until(lambda: len(tokens.asked) > asked)
        assert taken == []
        await channel.borrow(caller.ask)
        assert await channel.send("", part(channel), "o_1") == Later(reason="smtp_535")
        tokens.granted = {"access_token": TOKEN, "expires_in": 3600}
        await until(lambda: taken)
        await channel.borrow(caller.ask)
        assert await channel.send("", part(channel), "o_1") == Sent()
        following.cancel()
        await asyncio.wait((following,))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "one of password and oauth"),
        ({"password": "x", "oauth": {"token_url": "https://x.example", **OAUTH}}, "one of"),
        ({"oauth": {"token_url": "http://login.example.edu", **OAUTH}}, "must be https"),
    ],
)
def test_one_safe_way_to_sign_in_is_set(fields: dict[str, Any], wrong: str) -> None:
    """A password or OAuth 2, whose secret nobody reads on its way."""
    with pytest.raises(ChannelMisconfigured, match=wrong):
        open_channels({"email": ELSEWHERE | fields}, URL)


def test_no_secret_is_shown() -> None:
    """Neither the app's nor what somebody allowed."""
    oauth = {"token_url": "https://x.example", **OAUTH, "refresh_token": "allowed-once"}
    channel = open_channels({"email": ELSEWHERE | {"oauth": oauth}}, URL)["email"]
    assert "secret-of-the-app" not in repr(channel.settings)
    assert "allowed-once" not in repr(channel.settings)


# -- when new mail is seen -----------------------------------------------------------------------


@pytest.mark.parametrize(("tells", "pause"), [(True, NEVER), (False, 0.1)])
async def test_new_mail_is_seen_soon(serve: Serve, tells: bool, pause: float) -> None:
    """Where the server tells of it without a look in between; elsewhere by looking."""
    imap, _ = await serve(Manner(tells=tells))
    trusted = ssl.create_default_context()
    mailbox = Mailbox("127.0.0.1", imap.port, "none", trusted, "INBOX")
    taken, take = taking()
    place = PlaceInMemory(BEFORE)
    following = asyncio.create_task(follow(mailbox, by_password, take, place, pause))
    for number in range(3):
        raw = mail(Message_ID=f"<{number}@students.example>")
        await asyncio.to_thread(imap.deliver, raw)
        await until(lambda count=number: len(taken) > count)
    following.cancel()
    await asyncio.wait((following,))
    assert len(taken) == 3


async def test_a_server_that_was_away_is_asked_again_soon(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it tells of new mail and is hardly ever looked at without that."""
    monkeypatch.setattr("channels.delivery.mailbox.AGAIN_SECONDS", 0.1)
    imap, _ = await serve(Manner())
    mailbox = Mailbox("127.0.0.1", imap.port, "none", ssl.create_default_context(), "INBOX")
    taken, take = taking()
    place = PlaceInMemory(BEFORE)
    following = asyncio.create_task(follow(mailbox, by_password, take, place, NEVER))
    await asyncio.to_thread(imap.deliver, mail())
    await until(lambda: len(taken) == 1)
    await asyncio.to_thread(imap.restart)
    await asyncio.to_thread(imap.deliver, mail(Message_ID="<2@students.example>"))
    await until(lambda: len(taken) == 2)
    following.cancel()
    await asyncio.wait((following,))


async def test_what_is_told_in_one_breath_with_the_leave_to_wait_is_heard() -> None:
    """A mail that comes between a look and the wait is not left until the next look."""
    told = {
        "CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done\r\n",
        "LOGIN": "{tag} OK in\r\n",
        "SELECT": "* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 1] x\r\n{tag} OK done\r\n",
        "IDLE": "+ idling\r\n* 1 EXISTS\r\n",
        "DONE": "{tag} OK done\r\n",
    }

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tag = ""
        writer.write(b"* OK [CAPABILITY IMAP4rev1 IDLE] here\r\n")
        while line := (await reader.readline()).decode().split():
            tag = tag if line == ["DONE"] else line[0]
            writer.write(told[line[-1] if len(line) < 3 else line[1]].format(tag=tag).encode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    mailbox = Mailbox("127.0.0.1", port, "none", ssl.create_default_context(), "INBOX")
    await asyncio.to_thread(mailbox.open, await by_password())
    async with asyncio.timeout(PATIENCE):
        await mailbox.news(NEVER)
    mailbox.close()
    server.close()


def taking() -> tuple[list[bytes], Take]:
    """What has been taken, and what takes it."""
    taken: list[bytes] = []

    async def take(delivery: Delivery) -> str:
        taken.append(delivery.body)
        return "taken"

    return taken, take


def part(channel: Any) -> dict[str, Any]:
    (said,) = channel.parse(Delivery("FETCH", "", {}, mail()))
    return {"reply_to": said.reply_to, "text": "hi", "html": "hi"}


async def sent(fields: dict[str, Any]) -> object:
    channel: Any = open_channels({"email": fields}, URL)["email"]
    return await channel.send("", part(channel), "o_1")
