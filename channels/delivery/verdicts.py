"""Reads what a provider answers to a call: its JSON, how long to wait, whether to try again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any


def told(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; an empty one of anything else."""
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def taken(status: int) -> bool:
    """Whether HTTP says that it went well."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def busy(status: int) -> bool:
    """Whether HTTP says that the same request may go well later."""
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def wait(headers: Mapping[str, str]) -> float | None:
    """Seconds of `Retry-After`; None where there are none. A date is not read."""
    seconds = headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdigit() else None
