"""Students who write mails and who call, beside a crowd, and keep at it whatever dies.

Both do what their providers do: a mail that was delivered stays in the mailbox, and comes a second
time now and then; a webhook of a call is posted again until it is answered, and now and then once
more.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from random import Random
from typing import Any

import aiohttp
from aiosmtpd.smtp import SMTP, Envelope, Session
from loopback_call import SIGNATURE_HEADER, LoopbackCall
from mail_servers import PASSWORD, USER, ImapServer, SmtpServer

from benchmarks.traffic.ledger import Ledger, marked
from benchmarks.traffic.students import AGAIN_SECONDS, REPEATS

TOKEN = "0123456789abcdef0123456789abcdef"
VOICE = {"account": "AC" + "0" * 32, "auth_token": TOKEN}
"""`[channels.voice]`"""
QUESTIONS_A_CALL = 3
UNAVAILABLE = "I can't take calls now"


class Mails(SmtpServer):
    """What the assistant writes, into a ledger; mailboxes show one mail of an id."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger: Ledger | None = None
        self.again = 0
        """Mails that came once more under their id."""
        self._known: set[str] = set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """As aiosmtpd calls it."""
        answer = await super().handle_DATA(server, session, envelope)
        written = message_from_bytes(self.bodies[-1], policy=policy.default)
        plain = written.get_body(("plain",))
        assert plain is not None and self.ledger is not None
        name = str(written["Message-ID"])
        self.again += name in self._known
        if name not in self._known:
            self._known.add(name)
            student = int(envelope.rcpt_tos[0].partition("@")[0].removeprefix("sam"))
            self.ledger.hear(("email", student), str(plain.get_content()))
        return answer

    def section(self, imap: ImapServer) -> dict[str, Any]:
        """`[channels.email]`"""
        place = {"imap_host": "127.0.0.1", "imap_port": imap.port, "imap_security": "none"}
        out = {"smtp_host": "127.0.0.1", "smtp_port": self.port, "smtp_security": "none"}
        own = {"address": "advising@example.edu", "username": USER, "password": PASSWORD}
        return {**own, **place, **out, "poll_seconds": 1.0}


class Correspondent:
    """A student who writes mails, all in one thread."""

    def __init__(self, imap: ImapServer, student: int, ledger: Ledger) -> None:
        self.who = ("email", student)
        self._imap = imap
        self._ledger = ledger
        self._first = ""

    async def say(self, _session: aiohttp.ClientSession, mark: int, random: Random) -> None:
        """Returns once the mail is in the mailbox, where it stays."""
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"] = f"sam{self.who[1]}@students.example"
        mail["To"] = "advising@example.edu"
        mail["Subject"] = "Fees"
        mail["Message-ID"] = name = f"<{mark}@students.example>"
        if self._first:
            mail["References"] = self._first
        self._first = self._first or name
        mail.set_content(marked("how much is it", mark))
        for _ in range(1 + (random.random() < REPEATS)):
            await asyncio.to_thread(self._imap.deliver, mail.as_bytes())
        self._ledger.acknowledge(self.who, mark)


class Caller:
    """A student who calls, asks some questions, and calls again."""

    def __init__(self, url: str, student: int) -> None:
        self.who = ("voice", student)
        self.calls: list[PatientCall] = []
        self._url = url
        self._call: PatientCall | None = None

    async def say(self, session: aiohttp.ClientSession, mark: int, random: Random) -> None:
        """Returns when the caller is listened to again, or nobody has spoken for long."""
        if self._call is None or self._call.ended or len(self._call.asked) >= QUESTIONS_A_CALL:
            sid = f"CA{self.who[1]}x{mark}"
            self._call = PatientCall(session, self._url, sid, random)
            self.calls.append(self._call)
            await self._call.begin()
        try:
            await self._call.ask(marked("how much is it", mark))
        except AssertionError:  # it goes round in circles: a caller hangs up
            self._call = None


class PatientCall(LoopbackCall):
    """A call whose webhooks are posted until they are answered, and now and then once more."""

    def __init__(self, session: aiohttp.ClientSession, url: str, sid: str, random: Random) -> None:
        super().__init__(session, url, TOKEN, sid)  # type: ignore[arg-type]  # posts as it does
        self.sid = sid
        self.asked: list[str] = []
        self.taken: list[str] = []
        """What was asked but for that of which the caller was told that it could not be taken."""
        self._session = session
        self._random = random

    async def ask(self, words: str) -> None:
        """Say something, if the call still listens."""
        if not self.ended:
            self.asked.append(words)
            heard = await self.say(words)
            if UNAVAILABLE not in heard.text:
                self.taken.append(words)

    async def _send(self, address: str, fields: dict[str, str]) -> tuple[int, str]:
        answers: list[str] = []
        wanted = 1 + (self._random.random() < REPEATS)
        headers = {SIGNATURE_HEADER: self._signer.compute_signature(address, fields)}
        while len(answers) < wanted:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with self._session.post(address, data=fields, headers=headers) as answer:
                    if answer.status == 200:
                        answers.append(await answer.text())
                        continue
            await asyncio.sleep(AGAIN_SECONDS)
        return 200, answers[0]
