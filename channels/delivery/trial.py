"""Marks a delivery as a trial, so that it goes the whole way and nothing reaches a student.

Whoever operates the gateway can make the mark and nobody else: it is signed with a key that comes
from the gateway's own secret. The door takes a marked delivery only under an address that begins
with `trial/`, whatever the delivery says, and nothing is ever sent to such an address.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from channels.delivery.channel import Delivery, Forged

HEADER = "X-Advisor-Trial"
PREFIX = "trial/"
TOLERANCE_SECONDS = 300
"""How old a mark may be, as for the signatures of providers that have a time."""
_MARK = re.compile(r"(?P<name>[\w-]{1,64})\.(?P<stamp>\d{1,12})\.(?P<signed>[0-9a-f]{64})")


class Trials:
    """Makes marks and knows them again."""

    def __init__(self, secret: str) -> None:
        """``secret`` is the gateway's own; empty: no mark is ever good."""
        purpose = b"trial of a channel"
        self._key = hmac.new(secret.encode(), purpose, hashlib.sha256).digest() if secret else b""

    def mark(self, name: str, body: bytes) -> dict[str, str]:
        """The header that makes a trial of a delivery; ``name`` is the end of its address."""
        stamp = str(int(datetime.now(UTC).timestamp()))
        return {HEADER: f"{name}.{stamp}.{self._signature(name, stamp, body)}"}

    def address(self, delivery: Delivery) -> str | None:
        """Where a trial's messages come from; None of a delivery that is none. Raises Forged."""
        if HEADER not in delivery.headers:
            return None
        found = _MARK.fullmatch(delivery.headers[HEADER])
        if not found or not self._key:
            raise Forged("trial")
        signed = self._signature(found["name"], found["stamp"], delivery.body)
        if not hmac.compare_digest(found["signed"], signed):
            raise Forged("trial")
        if abs(delivery.at.timestamp() - int(found["stamp"])) > TOLERANCE_SECONDS:
            raise Forged("trial too old or too new")
        return f"{PREFIX}{found['name']}"

    def _signature(self, name: str, stamp: str, body: bytes) -> str:
        return hmac.new(self._key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def is_trial(address: str) -> bool:
    """Whether nothing may be sent there."""
    return address.startswith(PREFIX)


def unsigned(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers without what signs a delivery: every one but its type and the trial's mark."""
    kept = {"content-type", HEADER.lower()}
    return {name: value for name, value in headers.items() if name.lower() in kept}
