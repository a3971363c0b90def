"""What providers tell of the parts that they took: delivered, read, or failed after all."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update

from channels.model import ReceiptStatus
from channels.parts import PartStatus
from channels.schema import outbox
from channels.storage import Storage

HEARD_WITHIN = timedelta(seconds=1)
"""A provider counts from when it took a part, we from when we heard that: a call takes less."""


class Receipts:
    """Kept with the parts; both methods raise `sqlalchemy.exc.SQLAlchemyError`."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def take(
        self,
        channel: str,
        provider_id: str,
        part: str,
        status: ReceiptStatus,
        reason: str,
        now: datetime,
    ) -> bool:
        """What a provider tells of a part, by its name for it or ours; False if that is not news.

        A part of which nobody could say whether it was sent has been.
        """
        # No part is called nothing, and one that no provider has named has no name there.
        named = or_(outbox.c.id == part, outbox.c.provider_id == provider_id)
        known = or_(outbox.c.receipt.is_(None), outbox.c.receipt.in_(status.earlier))
        uncertain = outbox.c.status == PartStatus.UNCERTAIN.value
        values: dict[str, object] = {"receipt": status.value, "receipt_at": now}
        if reason:
            values["reason"] = reason[:60]
        async with self._storage.writing() as db:
            moved = await db.execute(
                update(outbox).where(outbox.c.channel == channel, named, known).values(values)
            )
            await db.execute(
                update(outbox)
                .where(outbox.c.channel == channel, named, uncertain)
                .values(status=PartStatus.SENT.value)
            )
        return bool(moved.rowcount)

    async def watermark(
        self, channel: str, address: str, status: ReceiptStatus, until: datetime, now: datetime
    ) -> int:
        """What a provider tells of all that it took for an address; how many have moved on."""
        known = or_(outbox.c.receipt.is_(None), outbox.c.receipt.in_(status.earlier))
        async with self._storage.writing() as db:
            moved = await db.execute(
                update(outbox)
                .where(
                    outbox.c.channel == channel,
                    outbox.c.address == address,
                    outbox.c.status == PartStatus.SENT.value,
                    outbox.c.ended_at <= until + HEARD_WITHIN,
                    known,
                )
                .values(receipt=status.value, receipt_at=now)
            )
        return int(moved.rowcount)
