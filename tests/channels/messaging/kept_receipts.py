"""What is kept of the receipts of parts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.outbox import Outbox
from channels.schema import outbox
from channels.storage import Storage


async def receipts(engine: AsyncEngine) -> list[str | None]:
    """Of each part, in the order in which they were sent."""
    async with engine.connect() as db:
        query = select(outbox.c.receipt).order_by(outbox.c.position)
        return list((await db.execute(query)).scalars())


async def all_sent(engine: AsyncEngine, count: int) -> bool:
    """Whether so many parts are recorded as sent."""
    return (await Outbox(Storage(engine)).counts()).get("sent") == count
