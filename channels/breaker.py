"""Stops asking a bot that does not answer, so that nobody waits for it, and notices its return."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from channels.brain import BrainReply

NOT_ASKED = "not_asked"
"""The reason of a turn that ended without the bot's being asked, since it did not answer others."""
ILL = frozenset({"timeout", "unreachable", "unavailable", "starting", "dialogue"})
"""Reasons that speak of the bot itself; others are of one turn or of an action that said so."""
MOST_FAILURES = 5
"""In a row: a bot that fails one question in two would fail five together once in 32 times."""
SILENCE_SECONDS = 6.0
"""A turn that waits so long speaks of silence; with the look at the bot's health, which takes at
most two seconds more, the breaker opens within ten. An action has ten by itself, so that one slow
turn alone is waited for as long as the bot is well."""
SILENT_TOGETHER = 2
"""Turns that wait so long together, none answered meanwhile: an action's own slowness is one's."""
PAUSE_SECONDS = 5.0
"""Between two tries whether the bot is back; a start of Rasa takes 5 to 15 seconds."""
AT_ONCE = 32
"""Questions under way at the same time. With 8 and with 32 the assistant answered 16 and 18 a
second (README); more are not answered sooner, and wait here, where no deadline runs."""

log = structlog.get_logger(__name__)


class Breaker:
    """Between the turns and the bot: closed it lets questions through, open it lets one try."""

    def __init__(
        self,
        reachable: Callable[[], Awaitable[bool]],
        *,
        at_once: int = AT_ONCE,
        silence: float = SILENCE_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        """``reachable`` asks the bot whether it is well; ``silence`` and ``pause`` in seconds."""
        self._reachable = reachable
        self._places = asyncio.Semaphore(at_once)
        self._silence = silence
        self._pause = pause
        self._under_way: list[float] = []
        self._answered_at = 0.0
        self._failures = 0
        self._open = False
        self._try_at = 0.0

    @property
    def state(self) -> str:
        """``closed``, ``open``, or ``half-open`` while a question tries whether the bot is back."""
        if not self._open:
            return "closed"
        return "half-open" if self._under_way else "open"

    async def ask(self, question: Callable[[], Awaitable[BrainReply]]) -> BrainReply:
        """What the bot answers, ``timeout`` when it falls silent, `NOT_ASKED` while it is."""
        async with self._places:
            if not await self._admits():
                return BrainReply(reason=NOT_ASKED)
            began = time.monotonic()
            self._under_way.append(began)
            asking = asyncio.ensure_future(question())
            try:
                await asyncio.wait((asking,), timeout=self._silence)
                if not asking.done() and await self._is_silent(began) and not asking.done():
                    self._trip()
                    return BrainReply(reason="timeout")
                reply = await asking
            finally:
                asking.cancel()
                self._under_way.remove(began)
        self._note(reply)
        return reply

    async def _admits(self) -> bool:
        """Whether the bot is asked; while open, by one question after each pause."""
        if not self._open:
            return True
        if time.monotonic() < self._try_at:
            return False
        self._try_at = time.monotonic() + self._pause
        return await self._reachable()

    async def _is_silent(self, began: float) -> bool:
        """Whether nobody has been answered since, and that is not this one question's doing."""
        if self._answered_at >= began:
            return False
        if self._open:
            return True
        waiting = [one for one in self._under_way if one <= time.monotonic() - self._silence]
        return len(waiting) >= SILENT_TOGETHER or not await self._reachable()

    def _note(self, reply: BrainReply) -> None:
        if reply.reason in ILL:
            self._failures += 1
            if self._open or self._failures >= MOST_FAILURES:
                self._trip()
            return
        self._answered_at = time.monotonic()
        self._failures = 0
        if self._open:
            self._open = False
            log.info("bot_answers_again")

    def _trip(self) -> None:
        self._try_at = time.monotonic() + self._pause
        if not self._open:
            self._open = True
            log.warning("bot_silent", failures=self._failures, under_way=len(self._under_way))
