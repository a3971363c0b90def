"""Reads what a provider answers to a call: its JSON, how long to wait, whether to try again.

Nothing here raises, whatever was answered: a sender that stopped would send nothing to anybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any


def told(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; an empty one of anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def found(answered: Any, *path: str | int) -> str:
    """The word or whole number at a place of an answer, as text; empty where there is none."""
    for step in path:
        if isinstance(answered, dict):
            answered = answered.get(step)
        elif isinstance(answered, list) and isinstance(step, int) and step < len(answered):
            answered = answered[step]
        else:
            return ""
    whole = isinstance(answered, int) and not isinstance(answered, bool)
    return str(answered) if whole or isinstance(answered, str) else ""


def taken(status: int) -> bool:
    """Whether HTTP says that it went well."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def busy(status: int) -> bool:
    """Whether HTTP says that the same request may go well later."""
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def wait(headers: Mapping[str, str]) -> float | None:
    """Seconds of `Retry-After`; None where there are none. A date is not read."""
    return seconds(headers.get("Retry-After", ""))


def seconds(stated: str) -> float | None:
    """A wait in whole seconds; None of anything else."""
    return float(stated) if stated.isascii() and stated.isdigit() else None
