"""Reads a delivery so that whatever a provider sends is either messages or malformed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from channels.delivery.channel import Channel, Delivery, Malformed, Notice, Notifier, Response
from channels.model import NAME_CHARACTERS, InboundMessage

UNLIKE_THE_PROVIDER_S = (
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
    ArithmeticError,
    RecursionError,
)
"""What a parser meets where something is missing, of another kind, or too deep."""


def told(channel: Notifier, delivery: Delivery) -> Sequence[Notice]:
    """What a verified delivery tells besides messages. Raises Malformed as `read` does."""
    try:
        return tuple(channel.notices(delivery))
    except UNLIKE_THE_PROVIDER_S as error:
        raise Malformed(type(error).__name__) from error


def read(channel: Channel, delivery: Delivery) -> tuple[Sequence[InboundMessage], Response]:
    """The messages of a verified delivery, and what its provider wants to read.

    Raises Malformed, with a reason that holds nothing of what was sent.
    """
    try:
        messages, response = tuple(channel.parse(delivery)), channel.answer(delivery)
        response.body.encode()  # A challenge may hold half a character.
    except UNLIKE_THE_PROVIDER_S as error:
        # The name of a key is the parser's own; other errors may quote what was sent.
        lacks = f"no {error}" if type(error) is KeyError else type(error).__name__
        raise Malformed(lacks) from error
    return messages, response


def kept_name(name: str) -> str:
    """A provider's name for something; its digest where it is longer than a database keeps."""
    fits = len(name) <= NAME_CHARACTERS
    return name if fits else hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
