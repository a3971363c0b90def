"""Shows in a provider's chat that an answer is being made, once that takes a while."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from channels.delivery.caller import Caller, NoAnswer
from channels.delivery.channel import Borrower, Channel, Typist, Unprepared
from channels.delivery.trial import is_trial
from channels.delivery.verdicts import taken
from channels.records import PendingTurn

AFTER_SECONDS = 1.0
"""Most answers are there before; a sign that comes after its answer would stay for seconds."""
AGAIN_SECONDS = 4.0
"""Telegram shows it for five seconds, the others for longer."""


class TypingSign:
    """Asks providers for it; nothing depends on whether they do it."""

    def __init__(self, channels: Mapping[str, Channel], caller: Caller) -> None:
        self._channels = channels
        self._caller = caller

    @contextmanager
    def shown(self, turn: PendingTurn) -> Iterator[None]:
        """Show it where a turn was written, for as long as the context lasts."""
        channel = self._channels.get(turn.channel)
        if not isinstance(channel, Typist) or is_trial(turn.address):
            yield
            return
        showing = asyncio.create_task(self._show(channel, turn))
        try:
            yield
        finally:
            showing.cancel()

    async def _show(self, channel: Typist, turn: PendingTurn) -> None:
        pause = AFTER_SECONDS
        while True:
            await asyncio.sleep(pause)
            if not await self._is_shown(channel, turn):
                return
            pause = AGAIN_SECONDS

    async def _is_shown(self, channel: Typist, turn: PendingTurn) -> bool:
        try:
            if isinstance(channel, Borrower):
                await channel.borrow(self._caller.ask)
            call = channel.typing(turn.address, turn.reply_to)
            return call is not None and taken((await self._caller.ask(call)).status)
        except (NoAnswer, Unprepared):
            return False
