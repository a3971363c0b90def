"""What providers tell besides messages: what became of a part, and who wants no more of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from channels.delivery.channel import Notice, Receipt, Watermark, Wish
from channels.metrics import Metrics
from channels.opting import OptOuts
from channels.receipts import Receipts


class Notices:
    """Records them, for the door."""

    def __init__(self, receipts: Receipts, opt_outs: OptOuts, metrics: Metrics) -> None:
        self._receipts = receipts
        self._opt_outs = opt_outs
        self._metrics = metrics

    async def take(self, channel: str, notices: Sequence[Notice]) -> None:
        """Raises `sqlalchemy.exc.SQLAlchemyError`; what was recorded before stays, and may come
        again."""
        now = datetime.now(UTC)
        for notice in notices:
            match notice:
                case Receipt():
                    moved = await self._receipts.take(
                        channel, notice.provider_id, notice.part, notice.status, notice.reason, now
                    )
                    if moved:
                        self._metrics.receipts.labels(channel, notice.status.value).inc()
                case Watermark(status, address, until):
                    parts = await self._receipts.watermark(channel, address, status, until, now)
                    self._metrics.receipts.labels(channel, status.value).inc(parts)
                case Wish(address, wanted=True):
                    await self._opt_outs.lift(channel, address)
                case Wish(address):
                    await self._opt_outs.set(channel, address, now)
