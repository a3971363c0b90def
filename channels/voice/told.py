"""What a turn of a call was answered with, as soon as that is written."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from channels.hub import Hub
from channels.model import Author, Choice, TurnStatus
from channels.records import Entry, Timeline
from channels.transcript import Transcript

LOOK_SECONDS = 0.25
"""How often the transcript is looked at without an announcement: another gateway may answer."""
ENDED = (TurnStatus.ANSWERED, TurnStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Told:
    """The replies to a turn, and what is known of it."""

    conversation: str
    entries: tuple[Entry, ...]
    intent: str | None = None
    form: str | None = None
    language: str | None = None
    """The language that was spoken last; None until the bot has said one."""
    first: bool = False
    """Whether it was the first turn of the call."""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What the caller may pick from: the choices of the last reply that has any."""
        offered = (entry.message.choices for entry in reversed(self.entries))
        return next(filter(None, offered), ())

    @property
    def citations(self) -> list[dict[str, Any]]:
        """The sources of all replies, in the wire form of `knowledge_base.model.Citation`."""
        answers = (entry.message.answer or {} for entry in self.entries)
        return [cited for answer in answers for cited in answer.get("citations", [])]

    @property
    def hands_over(self) -> bool:
        """Whether a person is asked for."""
        return any(entry.message.kind == "handover" for entry in self.entries)


class Replies:
    """Finds the reply to a turn, and waits for it."""

    def __init__(self, transcript: Transcript, hub: Hub) -> None:
        self._transcript = transcript
        self._hub = hub

    async def to(self, conversation: str, turn: str, seconds: float = 0.0) -> Told | None:
        """What a turn was answered with; None when it has no outcome within so many seconds.

        Raises `sqlalchemy.exc.SQLAlchemyError`.
        """
        until = time.monotonic() + seconds
        with self._hub.listen(conversation) as listener:
            while True:
                told = await self._told(conversation, turn)
                left = until - time.monotonic()
                if told is not None or left <= 0:
                    return told
                with suppress(TimeoutError):
                    await asyncio.wait_for(listener.moved(), min(left, LOOK_SECONDS))

    async def _told(self, conversation: str, turn: str) -> Told | None:
        """Nothing more is read while there is no outcome: each sign of typing asks for it."""
        if not await self._transcript.has_outcome(turn):
            return None
        timeline = await self._transcript.timeline(conversation)
        return _told(timeline, turn) if timeline else None


def _told(timeline: Timeline, turn: str) -> Told | None:
    record = timeline.turns.get(turn)
    if record is None or record.status not in ENDED:
        return None
    mine = [entry for entry in timeline.entries if entry.turn_id == turn]
    return Told(
        timeline.summary.id,
        tuple(entry for entry in mine if entry.message.author is not Author.STUDENT),
        record.intent,
        record.form,
        timeline.summary.language,
        first=bool(mine) and mine[0].seq == 1,
    )
