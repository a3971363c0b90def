"""What the one path of a message needs of whatever carries replies to their readers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Protocol

from channels.model import OutboundMessage, Part
from channels.records import PendingTurn


class Post(Protocol):
    """What carries replies to where they are read; the web chat reads them from here."""

    def parts(
        self, channel: str, messages: Sequence[OutboundMessage]
    ) -> tuple[tuple[Part, ...], ...]:
        """For each message that is said at once what a channel's provider is sent, in order.

        Nothing of a channel that has none; with the last, where all are sent as one.
        """
        ...

    def typing(self, turn: PendingTurn) -> AbstractContextManager[None]:
        """Show where a turn was written that it is being answered, as long as the context lasts."""
        ...

    def numbers_choices(self, channel: str) -> bool:
        """Whether a channel shows choices with numbers."""
        ...

    def knock(self) -> None:
        """Parts were put in line."""
        ...

    def gathers(self, channel: str) -> bool:
        """Whether students of a channel write a question in several messages."""
        ...

    def carries(self, channel: str) -> bool:
        """Whether a channel is set up."""
        ...

    def window(self, channel: str, address: str) -> timedelta | None:
        """For how long after a student's last message one may write there; None for ever."""
        ...


class NoPost:
    """For a gateway that has no channel but the web chat."""

    def parts(
        self, _channel: str, messages: Sequence[OutboundMessage]
    ) -> tuple[tuple[Part, ...], ...]:
        """Nothing."""
        return tuple(() for _ in messages)

    def typing(self, _turn: PendingTurn) -> AbstractContextManager[None]:
        """Nothing; tabs are told by the hub."""
        return nullcontext()

    def numbers_choices(self, _channel: str) -> bool:
        """No channel does."""
        return False

    def knock(self) -> None:
        """Nobody is there to hear it."""

    def gathers(self, _channel: str) -> bool:
        """No channel's do."""
        return False

    def carries(self, _channel: str) -> bool:
        """None is."""
        return False

    def window(self, _channel: str, _address: str) -> timedelta | None:
        """Nothing closes."""
        return None
