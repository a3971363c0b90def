"""Email: what comes into a mailbox is answered in its thread, IMAP in and SMTP out."""

from __future__ import annotations

import hashlib
import html
import re
import ssl
from collections.abc import Collection, Sequence
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from channels.delivery.channel import Ask, Bookmark, Delivery, Forged, Response, Take, Verdict
from channels.delivery.grant import LOOPBACK, Grant, keeps_secrets
from channels.delivery.mail import Mail, authenticated, read_mail
from channels.delivery.mailbox import Mailbox, follow
from channels.delivery.plain import Source, cited, plain_text
from channels.delivery.reading import kept_name
from channels.delivery.submission import SignIn, Submission
from channels.model import InboundMessage, OutboundMessage, Part
from channels.web.markdown import to_html
from languages.speech import say

WRITTEN = policy.SMTP.clone(max_line_length=998)
"""RFC 5322's longest line: a shorter one would break message ids."""
Security = Literal["tls", "starttls", "none"]


class OAuthSettings(BaseModel):
    """`[channels.email.oauth]`"""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    token_url: str = Field(pattern=r"^https?://")
    """The provider's token endpoint."""
    client_id: str = Field(min_length=1)
    """The app's."""
    client_secret: SecretStr = Field(min_length=1)
    """The app's."""
    scope: str = ""
    """What the token is for; Microsoft asks for it, for Google it is in the refresh token."""
    refresh_token: SecretStr | None = Field(default=None, min_length=1)
    """From who owns the mailbox and has allowed the app to use it; without one the app signs in by
    itself, with its client credentials."""

    @field_validator("token_url")
    @classmethod
    def _is_encrypted(cls, url: str) -> str:
        if not keeps_secrets(url):
            raise ValueError("must be https")
        return url


class EmailSettings(BaseModel):
    """`[channels.email]`"""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    address: str = Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    """Who answers, such as `advising@example.edu`; the mailbox gets what is sent there."""
    sender_name: str = "Advising assistant"
    """The name beside the address."""
    username: str
    """For both servers."""
    password: SecretStr | None = Field(default=None, min_length=1)
    """For both servers; some providers call it an app password. Either it or `oauth` is needed."""
    oauth: OAuthSettings | None = None
    """Signs in by OAuth 2 (XOAUTH2) instead, as Google and Microsoft 365 ask for."""
    imap_host: str
    """The mailbox's server."""
    imap_port: int = Field(default=993, ge=1, le=65535)
    """993 for TLS, 143 for STARTTLS."""
    imap_security: Security = "tls"
    """`tls`, `starttls`, or, on this machine only, `none`."""
    folder: str = "INBOX"
    """The folder that is followed."""
    smtp_host: str
    """The server that takes replies."""
    smtp_port: int = Field(default=465, ge=1, le=65535)
    """465 for TLS, 587 for STARTTLS."""
    smtp_security: Security = "tls"
    """As `imap_security`."""
    authserv_id: str = ""
    """The name under which your own mail server states in `Authentication-Results` whether a mail
    is forged; then only what it vouches for is answered. Empty: it refuses forged mails itself."""
    ca_file: Path | None = None
    """Certificates (PEM) of those whom TLS with both servers believes, instead of the system's: for
    servers whose certificate is your own."""
    poll_seconds: float = Field(default=20, gt=0, le=3600)
    """Most seconds between two looks into the mailbox. A server that tells of new mail by itself
    (IDLE, as nearly all do) is looked at as soon as it does."""
    most_replies: int = Field(default=20, ge=1, le=100)
    """Replies in one thread, after which a person has to answer."""

    @model_validator(mode="after")
    def _passwords_are_encrypted(self) -> EmailSettings:
        for host, security in (
            (self.imap_host, self.imap_security),
            (self.smtp_host, self.smtp_security),
        ):
            if security == "none" and host not in LOOPBACK:
                raise ValueError(
                    "security none is for servers on this machine; use tls or starttls"
                )
        return self

    @model_validator(mode="after")
    def _signs_in_somehow(self) -> EmailSettings:
        if (self.password is None) == (self.oauth is None):
            raise ValueError("one of password and oauth is needed")
        return self

    @field_validator("ca_file")
    @classmethod
    def _holds_certificates(cls, file: Path | None) -> Path | None:
        try:
            ssl.create_default_context(cafile=file)
        except OSError as error:
            raise ValueError(f"holds no certificates that can be read: {error}") from None
        return file


class Email:
    """A thread with one sender is one conversation."""

    name: ClassVar[str] = "email"
    numbers_choices: ClassVar[bool] = True
    deduplicates_by: ClassVar[str] = "Message-ID"
    """Mailboxes of Google and Microsoft keep one mail of an id; others may show the second too,
    which is better than none."""

    def __init__(self, settings: EmailSettings, url: str) -> None:
        self.settings = settings
        self._pages = url
        self._trusted = ssl.create_default_context(cafile=settings.ca_file)
        self._submission = Submission(
            settings.smtp_host, settings.smtp_port, settings.smtp_security, self._trusted
        )
        self._grant = _grant(settings.oauth) if settings.oauth else None
        domain = settings.address.rpartition("@")[2]
        self._own_id = re.compile(rf"<[\w-]+\.([0-9a-f]{{16}})\.(\d+)@{re.escape(domain)}>")

    async def borrow(self, ask: Ask, delivery: Delivery | None = None) -> None:
        """A token to sign in with, where that is how; a delivery has been fetched with it."""
        if self._grant and delivery is None:
            await self._grant.renew(ask)

    def verify(self, delivery: Delivery) -> None:
        """The mail server vouches for the mail, where it is set to; nothing comes over HTTP."""
        server = self.settings.authserv_id
        if server and not authenticated(delivery.body, server):
            raise Forged("not authenticated")

    def answer(self, delivery: Delivery) -> Response:  # noqa: ARG002 - nobody reads it
        """Nothing."""
        return Response()

    def parse(self, delivery: Delivery) -> Sequence[InboundMessage]:
        """A person's new words; what machines send, or would be answered for ever, is none."""
        mail = read_mail(delivery.body)
        thread, count = self._thread(mail)
        own = mail.sender == self.settings.address.lower() or self._own_id.fullmatch(mail.name)
        if own or mail.automatic or not mail.words or count >= self.settings.most_replies:
            return ()
        return (
            InboundMessage(
                self.name,
                kept_name(f"{mail.sender} {thread}"),
                kept_name(mail.name),
                mail.words,
                language=mail.language,
                reply_to={
                    "to": mail.sender,
                    "subject": mail.subject,
                    "ids": [*mail.thread, mail.name],
                    "thread": thread,
                    "count": count,
                },
            ),
        )

    def render(self, message: OutboundMessage) -> Sequence[Part]:
        """The message twice, in plain text and in simple HTML with its sources as links."""
        text = plain_text(message, base_url=self._pages)
        if not text.strip():
            return []
        return [{"reply_to": message.reply_to, "text": text, "html": self._html(message)}]

    def bind(self, parts: Sequence[Part]) -> Part:
        """One mail of all that is said in a turn."""
        texts, pages = ([part[form] for part in parts] for form in ("text", "html"))
        return {**parts[-1], "text": "\n\n".join(texts), "html": "\n".join(pages)}

    def compose(self, part: Part, part_id: str) -> EmailMessage:
        """The mail that a part is: a reply in its thread, known by its id at every try."""
        place, settings = part["reply_to"], self.settings
        domain = settings.address.rpartition("@")[2]
        mail = EmailMessage(policy=WRITTEN)
        mail["From"] = Address(settings.sender_name, addr_spec=settings.address)
        mail["To"] = Address(addr_spec=place["to"])
        mail["Subject"] = _reply_subject(place["subject"])
        mail[self.deduplicates_by] = f"<{part_id}.{place['thread']}.{place['count'] + 1}@{domain}>"
        mail["In-Reply-To"] = place["ids"][-1]
        mail["References"] = " ".join(place["ids"])
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(part["text"])
        mail.add_alternative(part["html"], subtype="html")
        return mail

    async def send(self, address: str, part: Part, part_id: str) -> Verdict:  # noqa: ARG002
        """Through the SMTP server."""
        mail = self.compose(part, part_id).as_bytes()
        recipient = part["reply_to"]["to"]
        sender, sign_in = self.settings.address, self._sign_in()
        return await self._submission.send(mail, sender, [recipient], sign_in)

    async def tell(self, recipients: Collection[str], subject: str, text: str) -> Verdict:
        """A mail of the assistant's own to staff, to all at once or to none."""
        mail = EmailMessage(policy=WRITTEN)
        mail["From"] = Address(self.settings.sender_name, addr_spec=self.settings.address)
        mail["To"] = [Address(addr_spec=each) for each in recipients]
        mail["Subject"] = subject
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(text)
        sender, sign_in = self.settings.address, self._sign_in()
        return await self._submission.send(mail.as_bytes(), sender, [*recipients], sign_in)

    async def fetch(self, ask: Ask, take: Take, bookmark: Bookmark) -> None:
        """Follow the mailbox."""
        settings = self.settings
        mailbox = Mailbox(
            settings.imap_host,
            settings.imap_port,
            settings.imap_security,
            self._trusted,
            settings.folder,
        )

        async def enter() -> SignIn:
            await self.borrow(ask)
            return self._sign_in()

        await follow(mailbox, enter, take, bookmark, settings.poll_seconds)

    def _sign_in(self) -> SignIn:
        if self._grant:
            return SignIn(self.settings.username, self._grant.token, by_token=True)
        password = self.settings.password
        return SignIn(self.settings.username, password.get_secret_value() if password else "")

    def _thread(self, mail: Mail) -> tuple[str, int]:
        """A short name of the thread, and how often it was answered.

        Both stand in the ids of our own mails, since some programs name only the last one.
        """
        ours = [self._own_id.fullmatch(name) for name in mail.thread]
        found = [(one[1], int(one[2])) for one in ours if one]
        if found:
            return found[-1][0], max(count for _, count in found)
        first = mail.thread[0] if mail.thread else mail.name
        return hashlib.sha256(first.encode()).hexdigest()[:16], 0

    def _html(self, message: OutboundMessage) -> str:
        blocks = [to_html(message.text)]
        citations = (message.answer or {}).get("citations", [])
        items = [_source_item(one) for one in cited(citations, self._pages)]
        if items:
            heading = html.escape(say("Sources:"))
            blocks.append(f"<p>{heading}</p><ol>{''.join(items)}</ol>")
        choices = [f"<li>{html.escape(choice.label)}</li>" for choice in message.choices]
        if choices:
            blocks.append(f"<ol>{''.join(choices)}</ol>")
        return "\n".join(blocks)


def _grant(oauth: OAuthSettings) -> Grant:
    allowed = oauth.refresh_token.get_secret_value() if oauth.refresh_token else ""
    secret = oauth.client_secret.get_secret_value()
    return Grant(oauth.token_url, oauth.client_id, secret, oauth.scope, allowed)


def _reply_subject(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".strip()


def _source_item(source: Source) -> str:
    words = html.escape(source.title)
    address = html.escape(source.address)
    link = f'<a href="{address}">{words}</a>' if address else words
    return f"<li>{link} {html.escape(source.dates)}</li>"
