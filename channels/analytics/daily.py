"""Keeps the figures of each day, so that a page over months reads a few thousand rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.analytics.figures import Figures, Times
from channels.analytics.gathering import Dimension, Parted, gather
from channels.schema import conversations, daily_figures
from channels.storage import Rank, Storage

LOOK_SECONDS = 600.0
"""Between looks for days that are not kept yet, or may have changed."""
SETTLED = timedelta(days=8)
"""A day is counted anew for so long: ratings and reviews come late."""
TODAY_SECONDS = 60.0
"""For so long the day that goes on is not counted again: with 1,100 conversations a day it takes
0.1 to 0.2 s of a core, the rest of the page 0.06 s."""
COUNTS = tuple(field.name for field in fields(Figures) if field.name != "times")

log = structlog.get_logger(__name__)


class Daily:
    """The figures of days, kept and read.

    Methods raise `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._today: tuple[date, float, Parted] | None = None

    async def run(self) -> None:
        """Keep the figures of all days that have ended, and count the late ones anew each day."""
        renewed: date | None = None
        while True:
            today = _today()
            try:
                for day in await self.missing():
                    await self.keep(day)
                if renewed != today:
                    for back in range(1, SETTLED.days + 1):
                        await self.keep(today - timedelta(days=back))
                    renewed = today
            except SQLAlchemyError as error:
                log.error("figures_not_kept", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def missing(self) -> list[date]:
        """Days since the first conversation that have ended and are not kept, the newest first."""
        kept = select(daily_figures.c.day).where(daily_figures.c.dimension == Dimension.ALL.value)
        async with self._storage.reading() as db:
            first = (await db.execute(select(func.min(conversations.c.created_at)))).scalar()
            known = set((await db.execute(kept)).scalars())
        if first is None:
            return []
        days = range(1, (_today() - first.date()).days + 1)
        every = (_today() - timedelta(days=back) for back in days)
        return [day for day in every if day.isoformat() not in known]

    async def keep(self, day: date) -> None:
        """Count a day and keep its figures; another gateway that does so at once has the same."""
        async with self._storage.reading() as db:
            parted = await gather(db, day)
        try:
            async with self._storage.writing(Rank.BRINGING) as db:
                mine = daily_figures.c.day == day.isoformat()
                await db.execute(delete(daily_figures).where(mine))
                await db.execute(insert(daily_figures), _rows(day, parted))
        except IntegrityError:
            log.info("figures_kept_by_another", day=day.isoformat())

    async def between(
        self, since: date, until: date, dimensions: Iterable[Dimension]
    ) -> dict[date, Parted]:
        """Figures of the days from ``since`` to ``until``, both with.

        Today's are counted now, or were within the last minute.
        """
        wanted = [dimension.value for dimension in dimensions]
        query = select(daily_figures).where(
            daily_figures.c.day >= since.isoformat(),
            daily_figures.c.day <= until.isoformat(),
            daily_figures.c.dimension.in_(wanted),
        )
        found: dict[date, Parted] = {}
        async with self._storage.reading() as db:
            for row in await db.execute(query):
                place = (Dimension(row.dimension), row.name)
                found.setdefault(date.fromisoformat(row.day), {})[place] = _figures(row)
            today = _today()
            if since <= today <= until:
                parted = await self._so_far(db, today)
                found[today] = {place: f for place, f in parted.items() if place[0] in wanted}
        return found

    async def _so_far(self, db: AsyncConnection, today: date) -> Parted:
        now = time.monotonic()
        if self._today is None or self._today[0] != today or now - self._today[1] > TODAY_SECONDS:
            self._today = today, now, await gather(db, today)
        return self._today[2]


def _today() -> date:
    return datetime.now(UTC).date()


def _rows(day: date, parted: Parted) -> Sequence[dict[str, Any]]:
    return [
        {
            "day": day.isoformat(),
            "dimension": dimension.value,
            "name": name,
            **{key: value for key, value in asdict(figures).items() if key != "times"},
            "times": list(figures.times.counts),
        }
        for (dimension, name), figures in parted.items()
    ]


def _figures(row: Row[Any]) -> Figures:
    counts = {name: getattr(row, name) for name in COUNTS}
    return Figures(**counts, times=Times(tuple(row.times)))
