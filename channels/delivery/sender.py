"""Sends the outbox: in order for each conversation, again after a while when a provider cannot."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.delivery.caller import Caller, NoAnswer
from channels.delivery.channel import (
    Borrower,
    Called,
    Carrier,
    Channel,
    Deduplicating,
    Later,
    Refused,
    Sent,
    Unprepared,
    Verdict,
)
from channels.delivery.trial import is_trial
from channels.metrics import Metrics
from channels.opting import OptOuts
from channels.outbox import MOST_ATTEMPTS, Outbox, Parcel

AT_ONCE = 32
"""Parts on their way at the same time; a provider's own limit answers 429, which is waited for."""
AT_ONCE_A_CHANNEL = 8
"""About as many of them may be one channel's: where a provider hangs, the others' go on."""
LEASE = timedelta(seconds=9)
"""A dead sender's parts are found after it, and hold up their conversations until then."""
RENEW_SECONDS = 3.0
"""How often a living sender renews its leases, however long a call takes: a third of one, so that
a database that cannot be written for a moment ends none."""
IDLE_SECONDS = 1.0
"""How often the line is looked at without a knock: retries fall due, other gateways write."""
RECORD_AGAIN_SECONDS = 0.5
"""How soon it is tried again to write down how a call ended; until then its lease is held."""
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 300.0
LONGEST_ASKED_SECONDS = 3600.0
"""A provider may ask to wait for longer; then the part is tried after an hour."""

log = structlog.get_logger(__name__)


class Sender:
    """One task that works through the outbox until it is cancelled."""

    def __init__(
        self,
        outbox: Outbox,
        opt_outs: OptOuts,
        channels: Mapping[str, Channel],
        caller: Caller,
        metrics: Metrics,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._caller = caller
        self._metrics = metrics
        self._opt_outs = opt_outs
        self._clock = clock
        self._knocked = asyncio.Event()
        self._stopping = False
        self._once = [
            name for name, channel in channels.items() if isinstance(channel, Deduplicating)
        ]
        self._calls: dict[asyncio.Task[None], Parcel] = {}

    def knock(self) -> None:
        """Something was put in line."""
        self._knocked.set()

    def stop(self) -> None:
        """Claim nothing more; `run` ends once the calls under way have."""
        self._stopping = True
        self._knocked.set()

    async def run(self) -> None:
        """Send what is due until `stop`; a database that fails is asked again."""
        renewing = asyncio.create_task(self._look_after())
        try:
            while not self._stopping:
                self._knocked.clear()
                try:
                    await self._begin()
                except SQLAlchemyError as error:
                    log.error("outbox_unusable", error=type(error).__name__)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._knocked.wait(), IDLE_SECONDS)
            await self._ended()
        finally:
            renewing.cancel()

    async def round(self) -> None:
        """Send what is due now, as far as there is room, and wait until it has ended."""
        await self._expire()
        await self._begin()
        await self._ended()

    async def _begin(self) -> None:
        """Put on their way as many parts as there is room for.

        A provider that answers slowly fills its own room, and leaves others theirs.
        """
        by_channel = Counter(parcel.channel for parcel in self._calls.values())
        full = [name for name, calls in by_channel.items() if calls >= AT_ONCE_A_CHANNEL]
        room = min(AT_ONCE - len(self._calls), AT_ONCE_A_CHANNEL)
        if room <= 0:
            return
        parcels = await self._outbox.claim(self._clock(), LEASE, room, full)
        if len(parcels) == room:
            self._knocked.set()  # There may be more.
        for parcel in parcels:
            call = asyncio.create_task(self._send(parcel))
            self._calls[call] = parcel
            call.add_done_callback(self._done)

    def _done(self, call: asyncio.Task[None]) -> None:
        del self._calls[call]
        self._knocked.set()

    async def _ended(self) -> None:
        if self._calls:
            await asyncio.wait(tuple(self._calls))

    async def _look_after(self) -> None:
        """Hold on to what is on its way, and find what other senders have left, until cancelled."""
        while True:
            with suppress(SQLAlchemyError):
                if under_way := [parcel.id for parcel in self._calls.values()]:
                    await self._outbox.renew(under_way, self._clock() + LEASE)
                await self._expire()
            await asyncio.sleep(RENEW_SECONDS)

    async def _expire(self) -> None:
        """Flag what was on its way when its sender died, or put it back in line."""
        under_way = [parcel.id for parcel in self._calls.values()]
        lost = await self._outbox.expire(self._clock(), under_way, self._once)
        if lost:
            log.error("sent_perhaps", parts=lost)
            self._metrics.parts.labels("", "uncertain").inc(lost)

    async def _send(self, parcel: Parcel) -> None:
        channel = self._channels.get(parcel.channel)
        try:
            verdict = await self._call(channel, parcel) if channel else Refused("channel_off")
        except Exception as error:  # noqa: BLE001 - a fault of one channel must not stop the others
            # Perhaps it was sent: when its lease ends, it is called uncertain.
            log.error("channel_raised", channel=parcel.channel, error=type(error).__name__)
            return
        while not await self._recorded(parcel, verdict):
            if self._stopping:
                return
            await asyncio.sleep(RECORD_AGAIN_SECONDS)

    async def _recorded(self, parcel: Parcel, verdict: Verdict) -> bool:
        """Write down how a call ended; False when the database cannot be written just now."""
        now = self._clock()
        try:
            match verdict:
                case Sent(provider_id, segments):
                    await self._outbox.sent(parcel.id, provider_id, now)
                    self._metrics.segments.labels(parcel.channel).inc(segments)
                    outcome = "sent"
                case Later(seconds, reason) if parcel.attempts < MOST_ATTEMPTS:
                    due = now + timedelta(seconds=_delay(parcel.attempts, seconds))
                    await self._outbox.again(parcel.id, due, reason)
                    outcome = "again"
                case Later(reason=reason) | Refused(reason):
                    await self._outbox.dead(parcel.id, reason, now)
                    log.error(
                        "part_given_up", channel=parcel.channel, part=parcel.id, reason=reason
                    )
                    outcome = "dead"
        except SQLAlchemyError as error:
            log.error("outcome_unwritten", part=parcel.id, error=type(error).__name__)
            return False
        self._metrics.parts.labels(parcel.channel, outcome).inc()
        return True

    async def _call(self, channel: Channel, parcel: Parcel) -> Verdict:
        """What the provider made of it; a broken connection or silence is a reason to try again.

        A trial ends here: nobody is called.
        """
        if is_trial(parcel.address):
            return Sent()
        try:
            if await self._opt_outs.has(parcel.channel, parcel.address):
                return Refused("opted_out")
            return await self._handed_over(channel, parcel)
        except (NoAnswer, Unprepared) as error:
            return Later(reason=str(error))
        except SQLAlchemyError:
            return Later(reason="database")

    async def _handed_over(self, channel: Channel, parcel: Parcel) -> Verdict:
        if isinstance(channel, Borrower):
            await channel.borrow(self._caller.ask)
        if isinstance(channel, Carrier):
            return await channel.send(parcel.address, parcel.part, parcel.id)
        if not isinstance(channel, Called):
            return Refused("sends_nothing")
        told = await self._caller.ask(channel.call(parcel.address, parcel.part, parcel.id))
        return channel.judge(told.status, told.headers, told.body)


def _delay(attempts: int, asked: float | None) -> float:
    """Seconds until the next try: what the provider asked for, else a doubling delay; with jitter
    so that a thousand that failed together do not come back together."""
    doubled = min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS)
    if asked is None:
        return random.uniform(doubled / 2, doubled)  # noqa: S311 - no secret
    return min(asked, LONGEST_ASKED_SECONDS) + random.uniform(0, doubled / 2)  # noqa: S311
