"""Reads a mail: who writes what in which thread, whether a machine wrote it, whether it is forged.

RFC 3834 says which mails must not be answered automatically, RFC 8601 what a mail server states
of a mail's origin.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage, Message

from channels.delivery.quoted import own_words, text_of_html

MOST_REFERENCES = 10
"""Message ids of a thread that a reply names; mail programs join a thread by any of them."""
BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
"""Values of `Precedence` that people do not send."""
NOBODY = re.compile(
    r"(mailer-daemon|postmaster|(no|do-?not)-?_?reply|bounces?|.*-(request|bounces?))\b.*",
    re.IGNORECASE,
)
"""Local parts behind which nobody reads; RFC 2142, RFC 3834 section 2, and common usage."""
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}@[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
_RESULT = re.compile(r"\s*(dmarc|dkim|spf)\s*=\s*(\w+)", re.IGNORECASE)
_ASIDE = re.compile(r'\([^()]*\)|"[^"]*"')


@dataclass(frozen=True, slots=True)
class Mail:
    """What matters of a mail; ids are message ids with their angle brackets."""

    sender: str
    """Address alone, in lower case."""
    subject: str
    name: str
    """Its own id; one made of its bytes when it has none."""
    thread: tuple[str, ...]
    """Ids of the mails before it, the first of the thread first."""
    words: str
    """What is new in it; the subject when it says nothing and begins a thread."""
    automatic: str
    """Why it must not be answered, in one word; empty for a person's mail."""
    language: str | None


def read_mail(raw: bytes) -> Mail:
    """Raises ValueError, LookupError, TypeError or AttributeError when it is no mail of anybody."""
    message = message_from_bytes(raw, policy=policy.default)
    sender = Address(addr_spec=message["From"].addresses[0].addr_spec)
    if not (sender.username and sender.domain and sender.addr_spec.isascii()):
        raise ValueError("no address to answer to")
    subject = _line(message, "Subject")
    thread = tuple(dict.fromkeys(_ids(message, "References", "In-Reply-To")))
    words = own_words(_text(message))
    if not words and not thread:
        words = subject
    names = [*_ids(message, "Message-ID"), f"<{hashlib.sha256(raw).hexdigest()}@nameless>"]
    return Mail(
        sender.addr_spec.lower(),
        subject,
        names[0],
        (*thread[:1], *thread[1:][-MOST_REFERENCES:]),
        words,
        _why_automatic(message, sender.username),
        _line(message, "Content-Language").partition(",")[0].strip()[:35] or None,
    )


def authenticated(raw: bytes, server: str) -> bool:
    """Whether our own mail server states that the mail is from whom it names.

    That is as far as the sender's domain lets it be known: one without a DMARC policy of its own
    passes with any signature or path that does. Only the newest statement under the server's name
    counts: a server that is worth it takes away older ones, which came with the mail (RFC 8601,
    section 5).
    """
    message = message_from_bytes(raw, policy=policy.compat32)
    for value in message.get_all("Authentication-Results", []):
        name, *results = _ASIDE.sub("", str(value)).split(";")
        if name.split()[:1] != [server]:
            continue
        found = [_RESULT.match(result) for result in results]
        stated = {one[1].lower(): one[2].lower() for one in found if one}
        return stated.get("dmarc", "none") in ("pass", "none") and "pass" in stated.values()
    return False


def _line(message: Message, field: str) -> str:
    """A field's value on one line; empty where there is none."""
    return " ".join(str(message.get(field) or "").split())


def _ids(message: Message, *fields: str) -> Iterator[str]:
    for field in fields:
        yield from _MESSAGE_ID.findall(_line(message, field))


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    text = str(body.get_content())
    return text_of_html(text) if body.get_content_subtype() == "html" else text


def _why_automatic(message: Message, local_part: str) -> str:
    """RFC 3834, section 2, and what lists, delivery reports and Exchange put into their mails."""
    suppressed = _line(message, "X-Auto-Response-Suppress").lower()
    reasons = {
        "auto_submitted": _line(message, "Auto-Submitted").lower() not in ("", "no"),
        "list": any(field.lower().startswith("list-") for field in message.keys()),  # noqa: SIM118
        "bulk": _line(message, "Precedence").lower() in BULK,
        "bounce": _line(message, "Return-Path") == "<>",
        "report": message.get_content_type() == "multipart/report",
        "suppressed": any(word in suppressed for word in ("all", "oof", "autoreply")),
        "nobody": NOBODY.fullmatch(local_part) is not None,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
