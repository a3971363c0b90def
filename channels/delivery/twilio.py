"""What Twilio's messages and calls share: the account, and the form that it signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from channels.delivery.channel import Delivery, Forged

FORM = "application/x-www-form-urlencoded"
SIGNATURE_HEADER = "X-Twilio-Signature"
DEFAULT_PORTS = {"https": 443, "http": 80}


class TwilioAccount(BaseModel):
    """What an account is known by."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    account: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    """The account's SID, `AC…`."""
    auth_token: SecretStr = Field(min_length=16)
    """The account's auth token; it signs what comes in."""

    def check(self, delivery: Delivery) -> None:
        """Raises Forged unless the account signed it: HMAC-SHA1 over the public address, with the
        port or without it, and the sorted fields.

        twilio.com/docs/usage/webhooks/webhooks-security
        """
        given = delivery.headers.get(SIGNATURE_HEADER, "").encode("utf-8", "replace")
        for address in _addresses(delivery.url):
            if hmac.compare_digest(given, self.signature(address, delivery.body).encode()):
                return
        raise Forged("signature")

    def signature(self, address: str, body: bytes) -> str:
        """What Twilio sends in `X-Twilio-Signature` with a form."""
        said = "".join(name + value for name, value in sorted(set(form(body))))
        token = self.auth_token.get_secret_value().encode()
        signed = hmac.new(token, (address + said).encode(), hashlib.sha1)
        return base64.b64encode(signed.digest()).decode()


def form(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form in their order; a name may come twice."""
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def _addresses(url: str) -> Iterator[str]:
    """The address as it is, and with its default port added or taken away."""
    yield url
    parts = urlsplit(url)
    port = DEFAULT_PORTS.get(parts.scheme)
    if port and parts.port is None:
        yield urlunsplit(parts._replace(netloc=f"{parts.netloc}:{port}"))
    elif parts.port is not None:
        yield urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0]))
