"""Looks after what no message of this gateway's own tells it of: leases, and other gateways."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.answerer import Answerer
from channels.hub import Hub
from channels.inbox import Inbox
from channels.transcript import Transcript
from channels.turns import Turns

LOOK_SECONDS = 0.5
"""How long a chat whose turn another gateway answered may wait for the answer to be shown."""
RENEWALS = 4
"""How often a lease is renewed while it lasts: two may fail before another takes a turn up."""
OVERLAP = timedelta(seconds=5)
"""A transaction is stamped when it begins and seen when it commits: it may be so much later."""

log = structlog.get_logger(__name__)


class Watch:
    """A task for as long as the gateway runs; a database that fails is looked at again."""

    def __init__(
        self, turns: Turns, transcript: Transcript, answerer: Answerer, hub: Hub, inbox: Inbox
    ) -> None:
        self._turns = turns
        self._transcript = transcript
        self._answerer = answerer
        self._hub = hub
        self._inbox = inbox
        self._seen: datetime | None = None

    async def run(self) -> None:
        """Look and renew until cancelled."""
        loop = asyncio.get_running_loop()
        renewed, every = loop.time(), self._turns.lease.total_seconds() / RENEWALS
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if loop.time() - renewed >= every:
                    await self._turns.renew()
                    renewed = loop.time()
                await self.look()
            except SQLAlchemyError as error:
                log.error("watch_failed", error=type(error).__name__)

    async def look(self) -> None:
        """See how much waits, wake what waits for a gateway, and tell what others have written."""
        self._inbox.look(await self._transcript.backlog())
        await self._answerer.look()
        since = self._seen - OVERLAP if self._seen else None
        self._seen, moved = await self._transcript.moved(since)
        for conversation, watermark in moved:
            self._hub.announce(conversation, watermark)
