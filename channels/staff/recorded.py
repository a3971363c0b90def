"""What students asked and were told, read for those who keep the content; it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from channels.model import Author
from channels.schema import conversations, messages
from knowledge_base.drafts.forgetting import plain

MOST_ASKED = 300
"""Questions that are asked again of a draft: at about 0.1 s each on two editions, a minute."""
MOST_READ = 20_000
"""Messages that are read to find them."""
MOST_RELIED = 5_000
"""Answers that are listed and corrected at once."""
_AT_ONCE = 500
_HISTORY = 3
"""Earlier questions of the conversation that go with one, as a follow-up may lean on them."""
_FROM_CONTENT = frozenset({"quote", "table", "computed", "programs", "unknown"})
"""Kinds of answers that rest on content alone; plans and checks rest on what a form was told."""
LOW_CONFIDENCE = 0.5
"""Below it the first passage is as likely not the right one: confidence is calibrated so that it is
the share of right ones."""


@dataclass(frozen=True, slots=True)
class AskedOnce:
    """A student's question with the answer that it got."""

    message: str
    """Id of the answer's message."""
    conversation: str
    channel: str
    question: str
    history: tuple[str, ...]
    answer: dict[str, Any]
    helpful: bool | None
    at: datetime

    @property
    def gap(self) -> str:
        """Why it is a gap: `unanswered`, `unhelpful`, `unsure`, or nothing."""
        if self.answer.get("kind") == "unknown":
            return "unanswered"
        if self.helpful is False:
            return "unhelpful"
        unsure = self.answer.get("kind") == "quote"
        return "unsure" if unsure and self.answer.get("confidence", 1) < LOW_CONFIDENCE else ""


class Recorded:
    """The transcript as those who keep the content need it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def asked(self, days: int) -> list[AskedOnce]:
        """Questions of the last days that were answered from content, the newest first."""
        since = datetime.now(UTC) - timedelta(days=days)
        columns = messages.c
        query = (
            select(
                columns.id,
                columns.conversation_id,
                columns.turn_id,
                columns.author,
                columns.text,
                columns.answer,
                columns.helpful,
                columns.at,
                conversations.c.channel,
            )
            .join(conversations)
            .where(columns.at >= since, columns.author.in_([Author.STUDENT, Author.ASSISTANT]))
            .order_by(columns.at.desc(), columns.seq.desc())
            .limit(MOST_READ)
        )
        async with self._engine.connect() as db:
            rows = list(await db.execute(query))
        return _asked(rows[::-1])[::-1]

    async def relied_on(self, document_id: str, value: str, days: int) -> list[AskedOnce]:
        """What was told in the last days with a document as its source, the newest first.

        Answers of every kind and corrections; those that hold a value, if one is given.
        """
        since, columns = datetime.now(UTC) - timedelta(days=days), messages.c
        cites = cast(columns.answer, Text).contains(json.dumps(document_id), autoescape=True)
        query = (
            select(messages, conversations.c.channel)
            .join(conversations)
            .where(columns.at >= since, columns.author != Author.STUDENT, cites)
            .order_by(columns.at.desc(), columns.seq.desc())
            .limit(MOST_RELIED)
        )
        async with self._engine.connect() as db:
            rows = [
                row
                for row in await db.execute(query)
                if document_id in _cited(row.answer) and value in row.answer.get("text", "")
            ]
            asked = await _asked_in(db, [row.turn_id for row in rows if row.turn_id])
        return [
            AskedOnce(
                row.id,
                row.conversation_id,
                row.channel,
                asked.get(row.turn_id, ""),
                (),
                row.answer,
                row.helpful,
                row.at,
            )
            for row in rows
        ]


async def _asked_in(db: AsyncConnection, wanted: Sequence[str]) -> dict[str, str]:
    """The student's words of each turn."""
    said: dict[str, str] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        columns = messages.c
        query = select(columns.turn_id, columns.text).where(
            columns.turn_id.in_(wanted[first : first + _AT_ONCE]),
            columns.author == Author.STUDENT,
        )
        for row in await db.execute(query.order_by(columns.seq)):
            said[row.turn_id] = " ".join(filter(None, (said.get(row.turn_id), row.text)))
    return said


def once_each(asked: Sequence[AskedOnce], most: int = MOST_ASKED) -> list[AskedOnce]:
    """The same questions without repetition, whatever their case, space and last sign."""
    found: dict[tuple[str, ...], AskedOnce] = {}
    for each in asked:
        key = (*each.history, plain(each.question))
        found.setdefault(key, each)
    return list(found.values())[:most]


def _asked(rows: Sequence[Any]) -> list[AskedOnce]:
    """From messages in order of time: the first answer of a turn with the words that asked it."""
    said: dict[str, list[str]] = {}
    waits: dict[str, str] = {}
    found = []
    for row in rows:
        if row.author == Author.STUDENT:
            if row.turn_id:
                waits[row.turn_id] = " ".join(filter(None, (waits.get(row.turn_id), row.text)))
            continue
        answer = row.answer or {}
        question = waits.pop(row.turn_id, "") if row.turn_id else ""
        if not question or answer.get("kind") not in _FROM_CONTENT:
            continue
        before = said.setdefault(row.conversation_id, [])
        history = tuple(before[-_HISTORY:])
        before.append(question)
        known = (row.id, row.conversation_id, row.channel, question, history, answer)
        found.append(AskedOnce(*known, row.helpful, row.at))
    return found


def _cited(answer: dict[str, Any]) -> set[str]:
    return {citation.get("document_id", "") for citation in answer.get("citations", ())}
