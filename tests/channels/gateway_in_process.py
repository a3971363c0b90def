"""A gateway's inner parts on a database, as one of several, which can be killed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from channels.answerer import Answerer
from channels.apology import Apologist
from channels.brain import Brain
from channels.carrier import NoPost
from channels.holds import Holds
from channels.hub import Hub
from channels.inbox import Inbox
from channels.limits import Buckets
from channels.metrics import Metrics
from channels.model import TALK_TO_PERSON
from channels.reception import Reception
from channels.settings import InstitutionSettings
from channels.storage import Storage
from channels.transcript import Transcript
from channels.turns import Turns
from channels.watch import Watch

LEASE = timedelta(minutes=1)
"""Long, so that a busy machine takes no turn from a gateway that lives."""
SHORT_LEASE = timedelta(seconds=2)
"""For one that is to die: nobody waits for long until its turns are free."""
PAUSE = 1.0
"""Longer than a busy machine takes to accept three messages."""
INBOX = 100
SENDER_BURST = 20


class Chatty(NoPost):
    """Students of the channel ``sms`` write a question in several messages."""

    def gathers(self, channel: str) -> bool:
        """Of no other channel."""
        return channel == "sms"

    def numbers_choices(self, channel: str) -> bool:
        """A typed number picks a choice there."""
        return channel == "sms"


class GatewayInProcess:
    """Reception, workers and watch over a database that others may work on too."""

    def __init__(self, engine: AsyncEngine, brain: Brain, lease: timedelta = LEASE) -> None:
        storage, self.hub, metrics = Storage(engine), Hub(), Metrics()
        self.transcript, self.turns = Transcript(storage), Turns(storage, lease)
        self.holds = Holds(storage)
        inbox = Inbox(INBOX)
        self.answerer = Answerer(
            turns=self.turns,
            brain=brain,
            hub=self.hub,
            metrics=metrics,
            apologist=Apologist(InstitutionSettings(), TALK_TO_PERSON),
        )
        self.reception = Reception(
            transcript=self.transcript,
            answerer=self.answerer,
            hub=self.hub,
            metrics=metrics,
            message_limit=200,
            inbox=inbox,
            senders=Buckets(SENDER_BURST, 60),
            post=Chatty(),
            pause=PAUSE,
        )
        watch = Watch(self.turns, self.transcript, self.answerer, self.hub, inbox)
        self._watching = asyncio.create_task(watch.run())

    async def stop(self) -> None:
        """End as after SIGTERM with no time left: what runs is given back."""
        await self.reception.drain(0)
        self._watching.cancel()
        await asyncio.wait((self._watching,))

    async def kill(self) -> None:
        """End as after ``kill -9``: nothing is given back, and nothing is written any more."""

        async def nothing() -> None: ...

        self.turns.release = nothing  # type: ignore[method-assign]
        await self.stop()
