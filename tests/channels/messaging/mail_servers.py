"""A mailbox and a mail server on loopback: Dovecot for IMAP, aiosmtpd for SMTP, both real."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import subprocess
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from authority import Authority
from imapclient import IMAPClient

from benchmarks.ports import free_port

USER, PASSWORD = "advising", "password-of-the-mailbox"
TOKEN = "token-of-the-mailbox-0123456789"
PATIENCE = 30.0
"""Seconds after which a test that waits has failed."""
NOT_YET = (OSError, IMAPClient.AbortError)
"""How a server ends a connection while it starts: refused, reset, or closed before a word."""
CONFIGURATION = """
protocols = imap
base_dir = {here}/run
state_dir = {here}/state
log_path = {here}/log
disable_plaintext_auth = no
auth_failure_delay = 0
mailbox_idle_check_interval = 1 secs
{security}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{here}/mail
passdb {{
  {passdb}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={here}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
    ssl = {implicit}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


BY_PASSWORD = f"driver = static\n  args = password={PASSWORD}"
BY_TOKEN = "driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {here}/oauth2.conf"
INTROSPECTION = """
introspection_mode = post
introspection_url = {url}
username_attribute = username
username_format = %u
active_attribute = active
active_value = true
"""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a mail server is spoken to; the plain one by password and without TLS."""

    security: str = "none"
    """`none`, `tls` or `starttls`."""
    authority: Authority | None = None
    """Whose certificate it shows."""
    tokens: str = ""
    """Where it asks whether a token holds (RFC 7662); then it takes nothing else."""
    tells: bool = True
    """Whether it tells of new mail by itself."""


PLAIN = Manner()


class ImapServer:
    """Dovecot with one mailbox, in a folder of its own."""

    def __init__(self, manner: Manner = PLAIN) -> None:
        """Skips where Dovecot is not installed, and fails in CI."""
        self._manner = manner
        self._program = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if self._program is None:
            reason = "Dovecot is not installed (Debian: dovecot-imapd)"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        # Not pytest's own folder: a second pytest closes that to everybody but its user.
        self._folder = tempfile.TemporaryDirectory(
            prefix="advisor-mail-", ignore_cleanup_errors=True
        )
        self._here = Path(self._folder.name)
        self._here.chmod(0o711)
        self.port = free_port()

    def start(self) -> None:
        """Listen; as root the mail belongs to `nobody`, for whom root will not work."""
        root = os.getuid() == 0
        user, group = ("nobody", "nogroup") if root else (str(os.getuid()), str(os.getgid()))
        (self._here / "mail").mkdir(exist_ok=True)
        if root:
            shutil.chown(self._here / "mail", user, group)
        text = CONFIGURATION.format(
            here=self._here,
            user=user,
            group=group,
            port=self.port,
            security="\n".join(self._security()),
            implicit="yes" if self._manner.security == "tls" else "no",
            passdb=(BY_TOKEN if self._manner.tokens else BY_PASSWORD).format(here=self._here),
        )
        (self._here / "dovecot.conf").write_text(text)
        (self._here / "oauth2.conf").write_text(INTROSPECTION.format(url=self._manner.tokens))
        command = [str(self._program), "-F", "-c", str(self._here / "dovecot.conf")]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _security(self) -> list[str]:
        manner = self._manner
        if manner.authority is None:
            lines = ["ssl = no"]
        else:
            certificate, key = manner.authority.certificate, manner.authority.key
            lines = ["ssl = required", f"ssl_cert = <{certificate}", f"ssl_key = <{key}"]
        if manner.tokens:
            lines.append("auth_mechanisms = xoauth2 oauthbearer")
        if not manner.tells:
            lines.append("imap_capability = IMAP4rev1 UIDPLUS LITERAL+")
        return lines

    def stop(self) -> None:
        """Close the port and the connections."""
        self._process.terminate()
        self._process.wait(PATIENCE)

    def remove(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        self._folder.cleanup()

    def restart(self, *, anew: bool = False) -> None:
        """As after a crash; ``anew`` numbers the mails from the start, as a moved mailbox does."""
        self.stop()
        if anew:
            for index in (self._here / "mail").glob("dovecot*"):
                index.unlink()
        self.start()

    def client(self) -> IMAPClient:
        """Signed in, in the inbox; waits until the server takes somebody in.

        Until then it may listen and close the door again: its parts start one by one, and those
        of the one before it end one by one.
        """
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                return self._signed_in()
            except NOT_YET:
                if time.monotonic() > give_up:
                    raise
                # It may have ended at once, as where its port was taken for a moment.
                if self._process.poll() is not None:
                    self.start()
                time.sleep(0.05)

    def _signed_in(self) -> IMAPClient:
        client = self._connected()
        if self._manner.tokens:
            client.oauth2_login(USER, TOKEN)
        else:
            client.login(USER, PASSWORD)
        client.select_folder("INBOX")
        return client

    def _connected(self) -> IMAPClient:
        manner = self._manner
        trusted = manner.authority.trusted if manner.authority else None
        implicit = manner.security == "tls"
        client = IMAPClient(
            "127.0.0.1",
            self.port,
            ssl=implicit,
            ssl_context=trusted if implicit else None,
            timeout=PATIENCE,
        )
        if manner.security == "starttls":
            client.starttls(trusted)
        return client

    def deliver(self, *mails: bytes) -> None:
        """Put mails into the mailbox, as the mail server does."""
        with self.client() as client:
            for mail in mails:
                client.append("INBOX", mail)

    def seen(self) -> list[bool]:
        """For each mail, in order, whether it shows as read."""
        with self.client() as client:
            flags = client.get_flags(client.search())
            return [rb"\Seen" in flags[uid] for uid in sorted(flags)]


class SmtpServer:
    """Remembers every mail; `answers` are given first, then 250."""

    def __init__(self, manner: Manner = PLAIN) -> None:
        self._manner = manner
        self.bodies: list[bytes] = []
        self.signed_in: list[str] = []
        """By which mechanism, each time."""
        self.envelopes: list[tuple[str, list[str]]] = []
        self.answers: deque[str] = deque()
        self.hold: asyncio.Event | None = None
        self.port = 0
        self._moved = asyncio.Condition()
        self._server: asyncio.Server | None = None

    url = ""
    paths: tuple[str, ...] = ()

    async def start(self) -> None:
        """Listen on a free port; a wrong password is refused."""
        authority = self._manner.authority
        shown = authority.shown if authority else None
        starts = self._manner.security == "starttls"
        self._server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(
                self,
                hostname="mail.example.edu",
                authenticator=self._authenticate,
                auth_require_tls=False,
                tls_context=shown if starts else None,
                require_starttls=starts,
            ),
            "127.0.0.1",
            0,
            ssl=shown if self._manner.security == "tls" else None,
        )
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the port."""
        if self._server is not None:
            self._server.close()

    async def until(self, count: int) -> None:
        """Wait until it was handed so many mails, refused ones included."""
        async with asyncio.timeout(PATIENCE), self._moved:
            await self._moved.wait_for(lambda: len(self.bodies) >= count)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """As aiosmtpd calls it."""
        async with self._moved:
            self.bodies.append(bytes(envelope.content or b""))
            self.envelopes.append((str(envelope.mail_from), list(envelope.rcpt_tos)))
            self._moved.notify_all()
        if self.hold is not None:
            await self.hold.wait()
        return self.answers.popleft() if self.answers else "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802
        """As aiosmtpd calls it; Google and Microsoft document what is sent."""
        given = base64.b64decode(arguments[1]).decode()
        good = bool(self._manner.tokens) and given == f"user={USER}\1auth=Bearer {TOKEN}\1\1"
        if good:
            self.signed_in.append("XOAUTH2")
        return AuthResult(success=good, handled=False)

    def _authenticate(self, *arguments: Any) -> AuthResult:
        given = arguments[-1]
        good = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
        good = good and not self._manner.tokens
        return AuthResult(success=good, handled=False)
