"""How long a text message is for whoever pays for it: in the alphabet of GSM, or in UTF-16.

3GPP TS 23.038, 6.2.1; twilio.com/docs/glossary/what-sms-character-limit
"""

from __future__ import annotations

import math
from collections.abc import Callable

from channels.delivery.plain import split, utf16

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""One septet each."""
GSM_ESCAPED = frozenset("\f^{}\\[~]|€")
"""Two septets each: an escape comes first."""
GSM_ALONE, GSM_JOINED = 160, 153
"""Septets of a message that is one segment, and of each of several."""
UTF16_ALONE, UTF16_JOINED = 70, 67
"""The same in UTF-16 code units, once one sign is not of GSM's alphabet."""


def segments(text: str) -> int:
    """How many messages a carrier makes of a text, as a rule; none of nothing.

    A sign of two units that falls on a border can make it one more.
    """
    alone, joined, units = _counted(text)
    length = units(text)
    return math.ceil(length / joined) if length > alone else min(length, 1)


def in_segments(text: str, limit: int) -> list[str]:
    """Pieces of at most ``limit`` units, each of which but the last fills whole segments."""
    _, joined, units = _counted(text)
    return split(text, limit // joined * joined, units)


def septets(text: str) -> int:
    """Length of a text that is of GSM's alphabet."""
    return len(text) + sum(sign in GSM_ESCAPED for sign in text)


def _counted(text: str) -> tuple[int, int, Callable[[str], int]]:
    """Units of a segment alone, and of one of several, and what counts them."""
    if set(text) <= GSM | GSM_ESCAPED:
        return GSM_ALONE, GSM_JOINED, septets
    return UTF16_ALONE, UTF16_JOINED, utf16
