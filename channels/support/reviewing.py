"""People judge turns: whether each was right, what is to become of it, and how far they agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Label, Row, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from channels import audit
from channels.identifiers import new_id
from channels.model import Author, TurnStatus
from channels.schema import messages, reviews, samples, turns
from channels.storage import Storage
from channels.support.speaking import Agent

JUDGES = 2
"""People who judge a turn of a sample, so that their agreement can be said."""
QUEUE = 20
"""Turns of the sample that are shown to one person at once."""
RECENT = timedelta(days=30)
"""Samples are drawn from turns so young: older content answers no question of today."""
LONGEST_COMMENT = 1000
INTENT = re.compile(r"[a-z][a-z0-9_]{0,119}")


class Verdict(StrEnum):
    """What somebody thinks of a turn."""

    RIGHT = "right"
    WRONG = "wrong"
    ABSTAIN = "abstain"
    """It should have said that it does not know."""
    HAND_OVER = "hand_over"
    """It should have brought a person."""


class Becomes(StrEnum):
    """What is to be made of a turn."""

    NOTHING = "nothing"
    EXAMPLE = "example"
    """An example that the understanding is trained on."""
    TEST = "test"
    """A test that the understanding has to pass."""
    ENTRY = "entry"
    """Something to be written and published."""


@dataclass(frozen=True, slots=True)
class Review:
    """What one person said of a turn; ``meant`` is the intent that it should have had."""

    turn: str
    conversation: str
    reviewer: str
    verdict: Verdict
    becomes: Becomes
    meant: str
    comment: str
    at: datetime
    question: str = ""
    """What the student wrote, where it was asked for."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A turn that was drawn, for somebody who has not judged it."""

    turn: str
    conversation: str
    question: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two judges of the same turns agree; ``kappa`` is None where chance cannot be told."""

    turns: int
    share: float
    kappa: float | None


class Reviews:
    """Judgements of turns.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def seen_by(self, agent: Agent, conversation: str) -> dict[str, tuple[Review, ...]]:
        """Those of a conversation, by turn: of the turns that somebody has judged themselves.

        Who has not is to judge without knowing what others think.
        """
        judged = select(reviews.c.turn_id).where(reviews.c.reviewer_id == agent.id)
        query = select(reviews).where(
            reviews.c.conversation_id == conversation, reviews.c.turn_id.in_(judged)
        )
        found: dict[str, tuple[Review, ...]] = {}
        async with self._storage.reading() as db:
            for row in await db.execute(query.order_by(reviews.c.at)):
                found[row.turn_id] = (*found.get(row.turn_id, ()), _review(row))
        return found

    async def judge(
        self,
        conversation: str,
        turn: str,
        agent: Agent,
        verdict: Verdict,
        becomes: Becomes,
        meant: str,
        comment: str,
    ) -> str:
        """Write a judgement, over an earlier one of the same person; what is wrong with it, or "".

        Becoming an example or a test needs the intent that was meant.
        """
        if becomes in (Becomes.EXAMPLE, Becomes.TEST) and not INTENT.fullmatch(meant):
            return "Name the topic that the message should have been taken for, such as ask_cost."
        mine = (reviews.c.turn_id == turn) & (reviews.c.reviewer_id == agent.id)
        theirs = (turns.c.id == turn) & (turns.c.conversation_id == conversation)
        row = {
            "id": new_id("v"),
            "conversation_id": conversation,
            "turn_id": turn,
            "reviewer_id": agent.id,
            "reviewer": agent.name,
            "verdict": verdict.value,
            "becomes": becomes.value,
            "meant": meant[:120],
            "comment": comment.strip()[:LONGEST_COMMENT],
        }
        try:
            async with self._storage.writing() as db:
                if (await db.execute(select(turns.c.id).where(theirs))).first() is None:
                    return "There is no such turn in this conversation."
                await db.execute(delete(reviews).where(mine))
                now = await self._storage.now(db)
                await db.execute(insert(reviews).values(**row, at=now))
        except IntegrityError:
            return "It was judged at the same moment; look again."
        return ""

    async def draw(self, count: int, actor: audit.Actor) -> int:
        """Add so many answered turns of the last weeks to the sample, at random; how many came."""
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            known = select(samples.c.turn_id)
            query = (
                select(turns.c.id, turns.c.conversation_id)
                .where(
                    turns.c.status == TurnStatus.ANSWERED.value,
                    turns.c.finished_at > now - RECENT,
                    turns.c.intent.is_not(None),
                    turns.c.id.not_in(known),
                )
                .order_by(func.random())
                .limit(count)
            )
            drawn = (await db.execute(query)).all()
            rows = [{"turn_id": t, "conversation_id": c, "drawn_at": now} for t, c in drawn]
            if rows:
                await db.execute(insert(samples), rows)
            await audit.record(db, actor, "draw", "sample", "turns", {"count": len(rows)})
        return len(rows)

    async def queue(self, agent: Agent) -> tuple[Sampled, ...]:
        """What somebody has still to judge of the sample, the oldest first."""
        mine = select(reviews.c.turn_id).where(reviews.c.reviewer_id == agent.id)
        judged = select(func.count()).where(reviews.c.turn_id == samples.c.turn_id)
        query = (
            select(samples.c.turn_id, samples.c.conversation_id, _question(samples.c.turn_id))
            .where(samples.c.turn_id.not_in(mine), judged.scalar_subquery() < JUDGES)
            .order_by(samples.c.drawn_at, samples.c.turn_id)
            .limit(QUEUE)
        )
        async with self._storage.reading() as db:
            return tuple(Sampled(*row) for row in await db.execute(query))

    async def agreement(self) -> Agreement:
        """Of the sampled turns that two people judged: the first two judgements of each."""
        query = (
            select(reviews.c.turn_id, reviews.c.verdict)
            .join(samples, samples.c.turn_id == reviews.c.turn_id)
            .order_by(reviews.c.turn_id, reviews.c.at)
        )
        by_turn: dict[str, list[str]] = {}
        async with self._storage.reading() as db:
            for turn, verdict in await db.execute(query):
                by_turn.setdefault(turn, []).append(verdict)
        return agreed([(said[0], said[1]) for said in by_turn.values() if len(said) >= JUDGES])

    async def wanted(self, becomes: Sequence[Becomes], most: int) -> tuple[Review, ...]:
        """Judgements of which something is to be made and has not been, the newest first."""
        query = (
            select(reviews, _question(reviews.c.turn_id))
            .where(reviews.c.becomes.in_(becomes), reviews.c.exported_at.is_(None))
            .order_by(reviews.c.at.desc())
            .limit(most)
        )
        async with self._storage.reading() as db:
            return tuple(_review(row, row.question or "") for row in await db.execute(query))

    async def made(self, done: Sequence[Review], actor: audit.Actor) -> None:
        """Note that of these it has been made."""
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            for review in done:
                mine = (reviews.c.turn_id == review.turn) & (reviews.c.at == review.at)
                await db.execute(reviews.update().where(mine).values(exported_at=now))
            await audit.record(db, actor, "apply", "reviews", "all", {"count": len(done)})


def agreed(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """The share of pairs that agree, and Cohen's kappa: the agreement beyond chance.

    kappa = (observed - expected) / (1 - expected), J. Cohen, Educational and Psychological
    Measurement 20 (1960). It is not defined where both always say the same one thing.
    """
    if not pairs:
        return Agreement(0, 0.0, None)
    count = len(pairs)
    observed = sum(1 for first, second in pairs if first == second) / count
    firsts = Counter(first for first, _ in pairs)
    seconds = Counter(second for _, second in pairs)
    expected = sum(firsts[verdict] * seconds[verdict] for verdict in firsts) / count**2
    kappa = None if expected == 1 else (observed - expected) / (1 - expected)
    return Agreement(count, observed, kappa)


def _question(turn: ColumnElement[str]) -> Label[str]:
    said = (messages.c.turn_id == turn) & (messages.c.author == Author.STUDENT.value)
    query = select(messages.c.text).where(said).order_by(messages.c.seq).limit(1)
    return query.scalar_subquery().label("question")


def _review(row: Row[Any], question: str = "") -> Review:
    return Review(
        turn=row.turn_id,
        conversation=row.conversation_id,
        reviewer=row.reviewer,
        verdict=Verdict(row.verdict),
        becomes=Becomes(row.becomes),
        meant=row.meant,
        comment=row.comment,
        at=row.at,
        question=question,
    )
