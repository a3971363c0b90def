"""Conversations of other days, written as the gateway would have."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.schema import conversations, messages, turns

TODAY = datetime.now(UTC).date()
DAY = TODAY - timedelta(days=20)
ANSWER = {"abstained": False, "citations": [{"document_id": "MHC-DA101"}]}
UNKNOWN = {"abstained": True, "citations": []}


class Archive:
    """Writes conversations as the gateway would have, at any time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._count = 0

    async def talk(self, *asked: dict[str, Any], day: date = DAY, channel: str = "web") -> None:
        """A conversation: for each turn text, topic, answer, helpful, kind, milliseconds."""
        self._count += 1
        name = f"c_{self._count}"
        began = datetime.combine(day, time(12), UTC)
        async with self.engine.begin() as db:
            row = {"id": name, "channel": channel, "address": name, "status": "open"}
            moments = {"created_at": began, "updated_at": began}
            await db.execute(insert(conversations).values(**row, last_seq=1, **moments))
            for number, turn in enumerate(asked):
                await self._turn(db, name, number, began, turn)

    async def _turn(
        self, db: Any, name: str, number: int, began: datetime, turn: dict[str, Any]
    ) -> None:
        mine, ms = f"t_{name}_{number}", turn.get("ms", 400)
        row = {"id": mine, "conversation_id": name, "seq": number * 2 + 1}
        await db.execute(
            insert(turns).values(
                **row,
                status=turn.get("status", "answered"),
                reason=turn.get("reason"),
                payload=turn.get("payload"),
                intent=turn.get("topic", "cost"),
                page_program=turn.get("page"),
                accepted_at=began,
                finished_at=began + timedelta(milliseconds=ms),
            )
        )
        said = {"conversation_id": name, "turn_id": mine, "at": began}
        ask = {"text": turn.get("text", "how much"), "author": "student", "kind": "text"}
        reply = {
            "text": "It is.",
            "author": "assistant",
            "kind": turn.get("kind", "answer"),
            "answer": turn.get("answer", ANSWER),
            "helpful": turn.get("helpful"),
        }
        for place, one in enumerate((ask, reply)):
            await db.execute(
                insert(messages).values(
                    id=f"m_{name}_{number}_{place}", seq=number * 2 + place + 1, **said, **one
                )
            )
