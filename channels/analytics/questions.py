"""What students ask most, and most without an answer, in the newest questions of a time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.analytics.gathering import Dimension
from channels.model import Author, TurnStatus
from channels.schema import conversations, messages, turns

NEWEST = 2000
"""Questions that are read: enough for what is asked often, and read in tens of milliseconds."""
SHOWN = 10
LONGEST = 200
"""Characters of a question that are compared and shown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked last, how often, and how often without an answer."""

    text: str
    times: int
    unanswered: int


async def asked_most(
    db: AsyncConnection, since: date, until: date, only: tuple[Dimension, str]
) -> tuple[list[Asked], list[Asked]]:
    """The questions that were asked most, and those that most were left without an answer."""
    rows = (await db.execute(_newest(since, until, only))).all()
    found = _grouped(rows)
    gaps = [each for each in found if each.unanswered]
    gaps.sort(key=lambda each: -each.unanswered)
    return sorted(found, key=lambda each: -each.times)[:SHOWN], gaps[:SHOWN]


def _newest(since: date, until: date, only: tuple[Dimension, str]) -> Any:
    reply = messages.alias()
    abstained = select(reply.c.id).where(
        reply.c.turn_id == turns.c.id, reply.c.answer["abstained"].as_boolean()
    )
    return (
        select(
            messages.c.text,
            ((turns.c.status == TurnStatus.FAILED.value) | abstained.exists()).label("unanswered"),
        )
        .join_from(turns, messages, messages.c.turn_id == turns.c.id)
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .where(
            turns.c.accepted_at >= datetime.combine(since, time(), UTC),
            turns.c.accepted_at < datetime.combine(until + timedelta(days=1), time(), UTC),
            turns.c.payload.is_(None),
            messages.c.author == Author.STUDENT.value,
            _is_of(only),
        )
        .order_by(turns.c.accepted_at.desc())
        .limit(NEWEST)
    )


def _is_of(only: tuple[Dimension, str]) -> ColumnElement[bool]:
    dimension, name = only
    if dimension is Dimension.CHANNEL:
        return conversations.c.channel == name
    if dimension is Dimension.TOPIC:
        return turns.c.intent == name
    if dimension is Dimension.PROGRAM:
        return turns.c.page_program == name
    return conversations.c.id == conversations.c.id


def _grouped(rows: Iterable[Row[Any]]) -> list[Asked]:
    """Questions that differ only in capitals, accents and marks are one."""
    found: dict[str, Asked] = {}
    for row in rows:
        key = _bare(row.text)
        if not key:
            continue
        before = found.get(key, Asked(" ".join(row.text[:LONGEST].split()), 0, 0))
        unanswered = before.unanswered + bool(row.unanswered)
        found[key] = Asked(before.text, before.times + 1, unanswered)
    return list(found.values())


def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text[:LONGEST]).casefold()
    return " ".join(re.findall(r"\w+", re.sub(r"[\u0300-\u036f]", "", letters)))
