"""Replies on their way out: rendered for their provider when they are written, then sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta

from channels.delivery.channel import Binder, Channel, Windowed
from channels.delivery.typing_sign import TypingSign
from channels.model import OutboundMessage, Part
from channels.records import PendingTurn


class Post:
    """The channels that are set up, for Reception."""

    def __init__(
        self, channels: Mapping[str, Channel], knock: Callable[[], None], sign: TypingSign
    ) -> None:
        """``knock`` wakes whoever sends."""
        self._channels = channels
        self._knock = knock
        self._sign = sign

    def parts(
        self, channel: str, messages: Sequence[OutboundMessage]
    ) -> tuple[tuple[Part, ...], ...]:
        """As `channels.carrier.Post`."""
        provider = self._channels.get(channel)
        if provider is None:
            return tuple(() for _ in messages)
        parts = tuple(tuple(provider.render(message)) for message in messages)
        every = tuple(part for some in parts for part in some)
        if not (every and isinstance(provider, Binder)):
            return parts
        return (*(() for _ in messages[1:]), (provider.bind(every),))

    def typing(self, turn: PendingTurn) -> AbstractContextManager[None]:
        """As `channels.carrier.Post`."""
        return self._sign.shown(turn)

    def numbers_choices(self, channel: str) -> bool:
        """As `channels.carrier.Post`."""
        provider = self._channels.get(channel)
        return provider is not None and provider.numbers_choices

    def knock(self) -> None:
        """As `channels.carrier.Post`."""
        self._knock()

    def gathers(self, channel: str) -> bool:
        """As `channels.carrier.Post`."""
        return channel in self._channels

    def carries(self, channel: str) -> bool:
        """As `channels.carrier.Post`."""
        return channel in self._channels

    def window(self, channel: str, address: str) -> timedelta | None:
        """As `channels.carrier.Post`."""
        provider = self._channels.get(channel)
        return provider.window(address) if isinstance(provider, Windowed) else None
