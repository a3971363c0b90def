"""Who a student is, as the server of the embedding site vouches for it."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

LONGEST_LIFE = timedelta(hours=24)
"""A claim that holds longer is refused, so that one that leaks does not hold for good."""


def seal(secret: str, origin: str, student: str, expires: int) -> str:
    """The claim's HMAC-SHA256 in 64 hexadecimal digits, as the site's server makes it.

    It binds the site's origin, its id of the student and when the claim ends, in Unix seconds, so
    that none of the three can be exchanged: a claim of one site is worthless on another.
    """
    said = "\n".join((origin, student, str(expires)))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def vouched(secret: str, origin: str, student: str, expires: int, given: str) -> bool:
    """Whether a claim was made by somebody who knows the secret and still holds.

    Without a secret nobody is vouched for.
    """
    left = expires - datetime.now(UTC).timestamp()
    made = seal(secret, origin, student, expires)
    same = hmac.compare_digest(made.encode(), given.casefold().encode("utf-8", "replace"))
    return bool(secret) and same and 0 < left <= LONGEST_LIFE.total_seconds()
