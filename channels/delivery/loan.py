"""Keeps what a provider lends for a while, such as signing keys or a token; renews it in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from channels.delivery.caller import NoAnswer
from channels.delivery.channel import Ask, Call, Told, Unprepared
from channels.delivery.verdicts import found, taken, told

PAUSE_SECONDS = 20.0
"""Least time between two requests for the same thing: whoever sends us forged deliveries must not
make us ask the provider as often as they like."""

T = TypeVar("T")


async def answered(ask: Ask, call: Call) -> Told:
    """What is answered with 2xx. Raises Unprepared, with the error's name where it has one."""
    try:
        answer = await ask(call)
    except NoAnswer as error:
        raise Unprepared(str(error)) from None
    if not taken(answer.status):
        raise Unprepared(found(told(answer.body), "error")[:60] or f"status_{answer.status}")
    return answer


@dataclass(frozen=True, slots=True)
class Lent(Generic[T]):
    """Something, with the seconds after which it is asked for anew and those for which it holds."""

    thing: T
    fresh: float
    valid: float


class Loan(Generic[T]):
    """One thing, asked for by one at a time when it is missing, old, or not enough."""

    def __init__(
        self,
        fetch: Callable[[Ask], Awaitable[Lent[T]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``fetch`` gets the thing, or raises Unprepared; ``clock`` gives seconds."""
        self._fetch = fetch
        self._clock = clock
        self._lent: Lent[T] | None = None
        self._got = 0.0
        self._asked = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    @property
    def thing(self) -> T | None:
        """What is held and still holds."""
        lent = self._lent
        return lent.thing if lent and self._clock() < self._got + lent.valid else None

    async def renew(self, ask: Ask, enough: Callable[[T], bool] = lambda _: True) -> None:
        """See that it is held, not old and, as far as the provider has such, ``enough``.

        Raises Unprepared when none can be had and what was held holds no longer.
        """
        async with self._one_at_a_time:
            if self._suffices(enough):
                return
            if self._clock() - self._asked >= PAUSE_SECONDS:
                await self._ask_for_it(ask)
            elif self.thing is None:
                raise Unprepared("asked_lately")

    def _suffices(self, enough: Callable[[T], bool]) -> bool:
        lent = self._lent
        return lent is not None and self._clock() < self._got + lent.fresh and enough(lent.thing)

    async def _ask_for_it(self, ask: Ask) -> None:
        self._asked = self._clock()
        try:
            self._lent = await self._fetch(ask)
        except Unprepared:
            if self.thing is None:
                raise
        else:
            self._got = self._clock()
