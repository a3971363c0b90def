"""How much waits for the bot, and when no more is taken in."""

from __future__ import annotations

from channels.records import Backlog

RESERVED = 0.1
"""The share that is kept for providers: some of them never send again what was refused once, while
the widget keeps its message and does."""


class Inbox:
    """What the database was last seen to hold, and what this gateway has recorded since."""

    def __init__(self, limit: int) -> None:
        """``limit`` is in turns without an outcome, of all gateways together."""
        self._limit = limit
        self._since = 0
        self._seen = Backlog()

    @property
    def waiting(self) -> Backlog:
        """What waits, as far as this gateway knows."""
        return Backlog(self._seen.turns + self._since, self._seen.seconds)

    def look(self, backlog: Backlog) -> None:
        """Take note of what waits."""
        self._seen, self._since = backlog, 0

    def recorded(self) -> None:
        """A message was taken in."""
        self._since += 1

    def full(self, *, reserved: bool) -> bool:
        """Whether no more is taken; ``reserved``: of a sender for whom there is some room left."""
        limit = self._limit if reserved else self._limit * (1 - RESERVED)
        return self.waiting.turns >= limit
