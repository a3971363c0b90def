"""What the checks of several providers' signatures have in common."""

from __future__ import annotations

import hmac

from channels.delivery.channel import Delivery, Forged

TOLERANCE_SECONDS = 300
"""How old a signature may be, or early: what Slack, Standard Webhooks and Chatwoot advise."""
LONGEST_STAMP = 12
"""Digits of a time in seconds until far beyond any calendar's need."""


def same(given: str, wanted: str) -> bool:
    """Whether two texts are one, in a time that tells nothing of where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def signed_lately(delivery: Delivery, header: str) -> str:
    """The time that a header states, as it stands there. Raises Forged unless that is about now."""
    stamp = delivery.headers.get(header, "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= LONGEST_STAMP):
        raise Forged("no timestamp")
    if abs(delivery.at.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise Forged("timestamp too old or too new")
    return stamp
