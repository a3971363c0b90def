"""Follows a folder of an IMAP server: what is new is handed over once and in order, RFC 9051."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from sqlalchemy.exc import SQLAlchemyError

from channels.delivery.channel import Bookmark, Delivery, Take, Unprepared
from channels.delivery.submission import SignIn

ANSWER_SECONDS = 20.0
"""A server that takes longer is asked anew."""
LARGEST_BYTES = 10_000_000
"""A larger mail is left to people; a question of a page takes some kilobytes."""
AGAIN_SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 300.0
"""How soon it is tried again after something failed, at first and at last."""
LONGEST_IDLE_SECONDS = 25 * 60.0
"""A server may end whoever says nothing for half an hour; RFC 2177 has a client speak before."""
ASKED_AGAIN_DAYS = 2
"""After a folder was made anew its numbers mean nothing; mails that are younger are read again, and
known by their names."""

log = structlog.get_logger(__name__)


Enter = Callable[[], Awaitable[SignIn]]
"""How to sign in now. Raises Unprepared."""


class Mailbox:
    """One folder; every method blocks but `news`, and raises IMAPClientError or OSError."""

    def __init__(
        self, host: str, port: int, security: str, trusted: ssl.SSLContext, folder: str
    ) -> None:
        """``security`` is ``tls``, ``starttls`` or ``none``; ``trusted`` says whom TLS believes."""
        self._place = host, port
        self._security = security
        self._trusted = trusted
        self._folder = folder
        self._client: IMAPClient | None = None
        self._validity = 0
        self._next = 1
        self._tells = False

    def open(self, sign_in: SignIn) -> None:
        """Connect, sign in, and select the folder."""
        host, port = self._place
        secure = self._security == "tls"
        context = self._trusted if secure else None
        client = IMAPClient(host, port, ssl=secure, ssl_context=context, timeout=ANSWER_SECONDS)
        self._client = client
        if self._security == "starttls":
            client.starttls(self._trusted)
        if sign_in.by_token:
            client.oauth2_login(sign_in.username, sign_in.secret)
        else:
            client.login(sign_in.username, sign_in.secret)
        self._tells = client.has_capability("IDLE")
        state = client.select_folder(self._folder)
        self._validity, self._next = int(state[b"UIDVALIDITY"]), int(state[b"UIDNEXT"])

    def close(self) -> None:
        """Drop the connection, also from another thread that waits on it."""
        client, self._client = self._client, None
        if client is not None:
            client.shutdown()

    def start(self) -> dict[str, Any]:
        """The place before whatever comes from now on."""
        return self.place(self._next - 1)

    def place(self, uid: int) -> dict[str, Any]:
        """The place behind a mail."""
        return {"validity": self._validity, "uid": uid, "day": datetime.now(UTC).date().isoformat()}

    def behind(self, place: dict[str, Any]) -> Sequence[int]:
        """UIDs of the mails behind a place, in the order in which they came."""
        self._opened.noop()  # lets the server tell what has come since
        if place["validity"] == self._validity:
            found = self._opened.search(["UID", f"{place['uid'] + 1}:*"])
            return sorted(uid for uid in found if uid > place["uid"])  # `*` may be an older one
        since = date.fromisoformat(place["day"]) - timedelta(days=ASKED_AGAIN_DAYS)
        return sorted(self._opened.search(["SINCE", since]))

    def read(self, uid: int) -> bytes | None:
        """A mail as it came, still unread; None when it is too large, or gone."""
        size = self._opened.fetch([uid], [b"RFC822.SIZE"]).get(uid)
        if size is None:
            return None
        if int(size[b"RFC822.SIZE"]) > LARGEST_BYTES:
            log.warning("mail_too_large", uid=uid)
            return None
        held = self._opened.fetch([uid], [b"BODY.PEEK[]"]).get(uid)
        return bytes(held[b"BODY[]"]) if held else None

    def mark(self, uid: int) -> None:
        """Show it as read: it is being answered."""
        self._opened.add_flags([uid], [rb"\Seen"])

    async def news(self, seconds: float) -> None:
        """Returns when the server tells of something (IDLE, RFC 2177), at the latest after so long.

        No thread waits meanwhile.
        """
        if not self._tells:
            await asyncio.sleep(seconds)
            return
        client = self._opened
        await asyncio.to_thread(client.idle)
        if not _told_already(client):
            await _told(client.socket(), min(seconds, LONGEST_IDLE_SECONDS))
        await asyncio.to_thread(client.idle_done)

    @property
    def _opened(self) -> IMAPClient:
        if self._client is None:
            raise OSError("the mailbox was closed")
        return self._client


async def follow(
    mailbox: Mailbox, enter: Enter, take: Take, bookmark: Bookmark, pause: float
) -> None:
    """Hand over every new mail until cancelled, looking when the server tells of something, and
    every ``pause`` seconds.

    The first time it begins with what comes from then on. A mail that is passed over stays unread.
    """
    wait = soon = min(pause, AGAIN_SECONDS)
    while True:
        try:
            await asyncio.to_thread(mailbox.open, await enter())
            while True:
                taken = await _look(mailbox, take, bookmark)
                wait = soon
                await (mailbox.news(pause) if taken else asyncio.sleep(soon))
        except Unprepared as error:
            log.warning("mailbox_closed_to_us", reason=str(error))
        except (IMAPClientError, OSError, SQLAlchemyError) as error:
            log.warning("mailbox_unusable", error=type(error).__name__)
        finally:
            mailbox.close()
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_PAUSE_SECONDS)


def _told_already(client: IMAPClient) -> bool:
    """Whether something came together with the server's leave to wait.

    It has been read with that then, and the socket would say nothing of it.
    """
    connection = client.socket()
    connection.setblocking(False)
    try:
        return bool(client._imap.file.peek(1))
    except ssl.SSLWantReadError:
        return False
    finally:
        connection.settimeout(ANSWER_SECONDS)


async def _told(connection: socket.socket, seconds: float) -> None:
    """Wait until there is something to read, or for so long."""
    loop, something = asyncio.get_running_loop(), asyncio.Event()
    number = connection.fileno()
    loop.add_reader(number, something.set)
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(something.wait(), seconds)
    finally:
        loop.remove_reader(number)


async def _look(mailbox: Mailbox, take: Take, bookmark: Bookmark) -> bool:
    """Hand over what is new; False when something has to be handed over again."""
    place = await bookmark.read()
    if place is None:
        place = mailbox.start()
        await bookmark.write(place)
    for uid in await asyncio.to_thread(mailbox.behind, place):
        raw = await asyncio.to_thread(mailbox.read, uid)
        if raw is not None:
            outcome = await _handed_over(take, Delivery("FETCH", f"imap:{uid}", {}, raw))
            if outcome == "unrecorded":
                return False
            if outcome == "taken":
                await asyncio.to_thread(mailbox.mark, uid)
        await bookmark.write(mailbox.place(uid))
    return True


async def _handed_over(take: Take, delivery: Delivery) -> str:
    try:
        return await take(delivery)
    except Exception as error:  # noqa: BLE001 - one mail must not stop those behind it
        log.error("mail_raised", place=delivery.url, error=type(error).__name__)
        return "raised"
