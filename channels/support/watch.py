"""Looks after what nobody does: students who wait for too long, and holds that ran out."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.console.live import ALL_CONVERSATIONS, Live
from channels.support.finding import Finder
from channels.support.mailing import HandoverMails
from channels.waiting_line import WaitingLine

LOOK_SECONDS = 5.0
"""How much later than it was due an escalation may be seen."""

log = structlog.get_logger(__name__)


class SupportWatch:
    """A task for as long as the gateway runs; a database that fails is looked at again."""

    def __init__(
        self,
        line: WaitingLine,
        finder: Finder,
        live: Live,
        after: timedelta,
        mails: HandoverMails | None = None,
    ) -> None:
        """``after`` is how long a student may wait before it is too long; ``mails`` tell staff who
        have no page open, None where nobody is to be told."""
        self._line = line
        self._finder = finder
        self._live = live
        self._after = after
        self._mails = mails
        self._waiting = -1

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except SQLAlchemyError as error:
                log.error("support_watch_failed", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Mark who waits for too long, and tell open pages how many wait, and staff by mail."""
        if late := await self._line.escalate(self._after):
            log.warning("waiting_for_too_long", conversations=late)
            self._live.publish("conversation", {"typing": None}, ALL_CONVERSATIONS)
        waiting = await self._finder.waiting()
        if waiting != self._waiting:
            self._waiting = waiting
            self._live.publish("count", {"name": "waiting", "value": waiting}, ALL_CONVERSATIONS)
        if self._mails and waiting:
            await self._mails.look()
