"""Hands mails to an SMTP server, RFC 6409, and says what its answer means."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Any

import aiosmtplib

from channels.delivery.caller import CALL_SECONDS
from channels.delivery.channel import Later, Refused, Sent, Verdict

PERMANENT = 500
"""SMTP codes from here on are final; RFC 5321, section 4.2.1."""
NOT_LET_IN = 535
"""Of who signs in; RFC 4954, section 6."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """As whom a mail server lets us in."""

    username: str
    secret: str = field(repr=False)
    by_token: bool = False
    """Whether the secret is a token of OAuth 2's, which is given as XOAUTH2, or a password."""

    async def token(self) -> str:
        """The secret, for who asks for a token when it is needed."""
        return self.secret


class Submission:
    """A server that takes mails."""

    def __init__(self, host: str, port: int, security: str, trusted: ssl.SSLContext) -> None:
        """``security`` is ``tls``, ``starttls`` or ``none``; ``trusted`` says whom TLS believes."""
        self._place: dict[str, Any] = {
            "hostname": host,
            "port": port,
            "use_tls": security == "tls",
            "start_tls": security == "starttls",
            "tls_context": trusted if security != "none" else None,
        }

    async def send(
        self, mail: bytes, sender: str, recipients: list[str], sign_in: SignIn
    ) -> Verdict:
        """4xx is for later, 5xx is final; so is a wrong password, while a token may be renewed."""
        try:
            # In all: what takes longer would hold up the parts of other channels.
            async with asyncio.timeout(CALL_SECONDS):
                await aiosmtplib.send(
                    mail,
                    sender=sender,
                    recipients=recipients,
                    timeout=CALL_SECONDS,  # of each command, also of the last one, QUIT
                    username=sign_in.username,
                    password=None if sign_in.by_token else sign_in.secret,
                    oauth_token_generator=sign_in.token if sign_in.by_token else None,
                    **self._place,
                )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _judge(refused.recipients[0].code)
        except aiosmtplib.SMTPResponseException as refused:
            if sign_in.by_token and refused.code == NOT_LET_IN:
                return Later(reason=f"smtp_{refused.code}")
            return _judge(refused.code)
        except aiosmtplib.SMTPNotSupported:
            return Refused("not_supported")
        except (aiosmtplib.SMTPException, OSError) as error:
            return Later(reason=type(error).__name__)
        return Sent()


def _judge(code: int) -> Verdict:
    return Refused(f"smtp_{code}") if code >= PERMANENT else Later(reason=f"smtp_{code}")
