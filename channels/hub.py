"""Tells whoever listens to a conversation, within this process, that it has moved."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Overhear = Callable[[str, int, bool | None], None]
"""Takes a conversation, a watermark (0: none), and whether typing began or ended (or None)."""


class Listener:
    """One listener's place at a conversation: what it has not yet looked at."""

    def __init__(self, typing: bool) -> None:
        self.watermark = 0
        """Highest ``seq`` that was announced; what lies between is in the transcript."""
        self.typing = typing
        """Whether a turn is being answered."""
        self._moved = asyncio.Event()

    async def moved(self) -> None:
        """Wait until something was announced since the last call."""
        await self._moved.wait()
        self._moved.clear()

    def notice(self, watermark: int, typing: bool) -> None:
        """Take note of an announcement; many before the next `moved` count as one."""
        self.watermark = max(self.watermark, watermark)
        self.typing = typing
        self._moved.set()


class Hub:
    """Announcements from Reception to the sockets; a slow listener holds nobody up."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._typing: set[str] = set()
        self._overhearing: list[Overhear] = []

    def overhear(self, told: Overhear) -> None:
        """Call ``told`` with every announcement, whatever conversation it is about."""
        self._overhearing.append(told)

    @contextmanager
    def listen(self, conversation: str) -> Iterator[Listener]:
        """Hear of a conversation for as long as the context lasts."""
        listener = Listener(conversation in self._typing)
        self._listeners[conversation].add(listener)
        try:
            yield listener
        finally:
            self._listeners[conversation].discard(listener)
            if not self._listeners[conversation]:
                del self._listeners[conversation]

    def announce(self, conversation: str, watermark: int = 0, typing: bool | None = None) -> None:
        """A message was written up to ``watermark``, or typing began or ended."""
        if typing is not None:
            (self._typing.add if typing else self._typing.discard)(conversation)
        for listener in self._listeners.get(conversation, ()):
            listener.notice(watermark, conversation in self._typing)
        for told in self._overhearing:
            told(conversation, watermark, typing)
