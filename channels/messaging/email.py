"""Email: what comes into a mailbox is answered in its thread, IMAP in and SMTP out."""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
from collections.abc import Sequence
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import ClassVar, Literal

import aiosmtplib
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from channels.delivery.caller import CALL_SECONDS
from channels.delivery.channel import (
    Bookmark,
    Delivery,
    Forged,
    Later,
    Refused,
    Response,
    Sent,
    Take,
    Verdict,
)
from channels.delivery.mail import Mail, authenticated, read_mail
from channels.delivery.mailbox import Mailbox, follow
from channels.delivery.plain import Source, cited, plain_text
from channels.delivery.reading import kept_name
from channels.model import InboundMessage, OutboundMessage, Part
from channels.web.markdown import to_html
from languages.speech import say

PERMANENT = 500
"""SMTP codes from here on are final; RFC 5321, section 4.2.1."""
WRITTEN = policy.SMTP.clone(max_line_length=998)
"""RFC 5322's longest line: a shorter one would break message ids."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
Security = Literal["tls", "starttls", "none"]


class EmailSettings(BaseModel):
    """`[channels.email]`"""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    address: str = Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    """Who answers, such as `advising@example.edu`; the mailbox gets what is sent there."""
    sender_name: str = "Advising assistant"
    """The name beside the address."""
    username: str
    """For both servers."""
    password: SecretStr = Field(min_length=1)
    """For both servers; some providers call it an app password."""
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
    poll_seconds: float = Field(default=20, gt=0, le=3600)
    """Seconds between two looks into the mailbox."""
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


class Email:
    """A thread with one sender is one conversation."""

    name: ClassVar[str] = "email"
    numbers_choices: ClassVar[bool] = True

    def __init__(self, settings: EmailSettings, url: str) -> None:
        self.settings = settings
        self._pages = url
        domain = settings.address.rpartition("@")[2]
        self._own_id = re.compile(rf"<[\w-]+\.([0-9a-f]{{16}})\.(\d+)@{re.escape(domain)}>")

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
        mail["Message-ID"] = f"<{part_id}.{place['thread']}.{place['count'] + 1}@{domain}>"
        mail["In-Reply-To"] = place["ids"][-1]
        mail["References"] = " ".join(place["ids"])
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
        mail.set_content(part["text"])
        mail.add_alternative(part["html"], subtype="html")
        return mail

    async def send(self, address: str, part: Part, part_id: str) -> Verdict:  # noqa: ARG002
        """Through the SMTP server; 4xx is for later, 5xx is final."""
        settings = self.settings
        try:
            # In all: what takes longer would hold up the parts of other channels.
            async with asyncio.timeout(CALL_SECONDS):
                await aiosmtplib.send(
                    self.compose(part, part_id).as_bytes(),
                    sender=settings.address,
                    recipients=[part["reply_to"]["to"]],
                    hostname=settings.smtp_host,
                    port=settings.smtp_port,
                    username=settings.username,
                    password=settings.password.get_secret_value(),
                    use_tls=settings.smtp_security == "tls",
                    start_tls=settings.smtp_security == "starttls",
                    timeout=CALL_SECONDS,  # of each command, also of the last one, QUIT
                )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _judge(refused.recipients[0].code)
        except aiosmtplib.SMTPResponseException as refused:
            return _judge(refused.code)
        except aiosmtplib.SMTPNotSupported:
            return Refused("not_supported")
        except (aiosmtplib.SMTPException, OSError) as error:
            return Later(reason=type(error).__name__)
        return Sent()

    async def fetch(self, take: Take, bookmark: Bookmark) -> None:
        """Follow the mailbox."""
        settings = self.settings
        mailbox = Mailbox(
            settings.imap_host,
            settings.imap_port,
            settings.imap_security,
            settings.username,
            settings.password.get_secret_value(),
            settings.folder,
        )
        await follow(mailbox, take, bookmark, settings.poll_seconds)

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


def _judge(code: int) -> Verdict:
    return Refused(f"smtp_{code}") if code >= PERMANENT else Later(reason=f"smtp_{code}")


def _reply_subject(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".strip()


def _source_item(source: Source) -> str:
    words = html.escape(source.title)
    address = html.escape(source.address)
    link = f'<a href="{address}">{words}</a>' if address else words
    return f"<li>{link} {html.escape(source.dates)}</li>"
