"""Email addresses and telephone numbers, which staff may need to answer and an operator may not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import Leniency, PhoneNumberMatcher, is_valid_number

from channels.privacy.kinds import Kind, Stretch

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b", re.IGNORECASE)


def emails_in(text: str) -> Iterator[Stretch]:
    """Email addresses."""
    for match in EMAIL.finditer(text):
        yield Stretch(*match.span(), Kind.EMAIL)


DIGITS = 10
"""A number with area code in North America, or nearly any with that of a country; what has fewer
digits and is not in use is as likely a house and its street."""


def phones_in(text: str, region: str) -> Iterator[Stretch]:
    """Telephone numbers: of any country with ``+``, else as they are dialled in ``region``."""
    for match in PhoneNumberMatcher(text, region, Leniency.POSSIBLE):
        written = match.raw_string
        if is_valid_number(match.number) or sum(c.isdigit() for c in written) >= DIGITS:
            yield Stretch(match.start, match.end, Kind.PHONE)
