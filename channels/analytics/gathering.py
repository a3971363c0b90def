"""Counts one day of conversations, in all and by channel, topic and program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, ScalarSelect, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.analytics.figures import Figures, Times
from channels.holds import BY_PERSON
from channels.model import TALK_TO_PERSON, Author, TurnStatus
from channels.rows import unfinished
from channels.schema import conversations, messages, reviews, turns

RIGHT = "right"
"""The verdict of a review that finds nothing wrong."""
NONE = "(none)"
"""The name of what has none, such as the topic of a tapped choice."""


class Dimension(StrEnum):
    """By what figures are parted."""

    ALL = "all"
    CHANNEL = "channel"
    TOPIC = "topic"
    PROGRAM = "program"


Parted = dict[tuple[Dimension, str], Figures]
"""Figures by dimension and name; that of `Dimension.ALL` is empty."""


@dataclass(slots=True)
class _Counts:
    """Counts that grow, until they are `Figures`."""

    counts: defaultdict[str, int]
    times: list[float]

    def figures(self) -> Figures:
        return Figures(**self.counts, times=Times.of(self.times))


async def gather(db: AsyncConnection, day: date) -> Parted:
    """The figures of a day of UTC; there are always those of all."""
    since = datetime.combine(day, time(), UTC)
    until = since + timedelta(days=1)
    asked = (await db.execute(_turns(since, until))).all()
    begun = (await db.execute(_conversations(since, until))).all()
    parted: defaultdict[tuple[Dimension, str], _Counts] = defaultdict(
        lambda: _Counts(defaultdict(int), [])
    )
    places: defaultdict[str, set[tuple[Dimension, str]]] = defaultdict(set)
    for row in asked:
        mine = _places(row)
        places[row.conversation_id].update(mine)
        for place in mine:
            _count_turn(parted[place], row)
    for row in begun:
        own = {(Dimension.ALL, ""), (Dimension.CHANNEL, row.channel)}
        for place in places[row.id] | own:
            _count_conversation(parted[place].counts, row)
    parted[Dimension.ALL, ""]  # a day without any is a day that was counted
    return {place: counts.figures() for place, counts in parted.items()}


def _turns(since: datetime, until: datetime) -> Any:
    """One row a turn that was dealt with, with what its replies were."""
    reply = (messages.c.turn_id == turns.c.id) & (messages.c.author != Author.STUDENT.value)
    answer = messages.c.answer
    abstained = case((answer["abstained"].as_boolean(), 1), else_=0)
    cited = answer["citations"][0]["document_id"].as_string()
    return (
        select(
            turns.c.id,
            turns.c.conversation_id,
            turns.c.status,
            turns.c.reason,
            turns.c.intent,
            turns.c.page_program,
            turns.c.accepted_at,
            turns.c.finished_at,
            conversations.c.channel,
            func.max(abstained).label("abstained"),
            func.max(cited).label("cited"),
            func.sum(case((messages.c.helpful.is_not(None), 1), else_=0)).label("rated"),
            func.sum(case((messages.c.helpful.is_(True), 1), else_=0)).label("helpful"),
            _verdicts(None).label("reviewed"),
            _verdicts(RIGHT).label("right"),
        )
        .join_from(turns, conversations)
        .outerjoin(messages, reply)
        .where(
            turns.c.accepted_at >= since,
            turns.c.accepted_at < until,
            ~unfinished(),
        )
        .group_by(turns.c.id, conversations.c.channel)
    )


def _verdicts(verdict: str | None) -> ScalarSelect[int]:
    """How many reviewers judged a turn, or judged it so."""
    query = select(func.count()).where(reviews.c.turn_id == turns.c.id)
    if verdict is not None:
        query = query.where(reviews.c.verdict == verdict)
    return query.correlate(turns).scalar_subquery()


def _conversations(since: datetime, until: datetime) -> Any:
    """One row a conversation that began, with how it ended as far as anybody said."""
    theirs = turns.c.conversation_id == conversations.c.id
    wanted = or_(turns.c.payload == TALK_TO_PERSON, turns.c.reason == BY_PERSON)
    said = messages.c.conversation_id == conversations.c.id
    offered = or_(messages.c.kind == "handover", messages.c.author == Author.PERSON.value)
    last = (
        select(messages.c.helpful)
        .where(said, messages.c.helpful.is_not(None))
        .order_by(messages.c.seq.desc())
        .limit(1)
    )
    return select(
        conversations.c.id,
        conversations.c.channel,
        or_(
            select(turns.c.id).where(theirs, wanted).exists(),
            select(messages.c.id).where(said, offered).exists(),
        ).label("handed_over"),
        last.scalar_subquery().label("helpful"),
    ).where(
        conversations.c.created_at >= since,
        conversations.c.created_at < until,
        conversations.c.last_seq > 0,
    )


def _places(row: Row[Any]) -> Iterable[tuple[Dimension, str]]:
    return (
        (Dimension.ALL, ""),
        (Dimension.CHANNEL, row.channel),
        (Dimension.TOPIC, row.intent or NONE),
        (Dimension.PROGRAM, (row.page_program or row.cited or NONE)[:255]),
    )


def _count_turn(place: _Counts, row: Row[Any]) -> None:
    counts = place.counts
    counts["turns"] += 1
    counts["rated"] += row.rated
    counts["helpful"] += row.helpful
    if row.reviewed:
        counts["reviewed"] += 1
        counts["verified"] += row.right == row.reviewed
    if row.status == TurnStatus.FAILED.value or row.abstained:
        counts["unanswered"] += 1
    elif row.cited:
        counts["answered"] += 1
    if row.status == TurnStatus.ANSWERED.value and row.reason != BY_PERSON and row.finished_at:
        place.times.append((row.finished_at - row.accepted_at).total_seconds() * 1000)


def _count_conversation(counts: dict[str, int], row: Row[Any]) -> None:
    counts["conversations"] += 1
    if row.handed_over:
        counts["handed_over"] += 1
    elif row.helpful is not None:
        counts["confirmed" if row.helpful else "unhelpful"] += 1
