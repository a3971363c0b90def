"""Publications that staff ask for: now or at a time, each taken by one process, with its end."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from knowledge_base.drafts.drafting import Note, unnoted
from knowledge_base.drafts.proposal import NotInThisState, Person, SavedQuestion
from knowledge_base.drafts.rows import utc
from knowledge_base.drafts.schema import publications, questions

LEASE = timedelta(hours=2)
"""How long a publication that is under way is left to its process: 100,000 passages take about an
hour on one core. One whose process died is taken up after it."""


class Stage(StrEnum):
    """How far a publication has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication; `override` is why it went out although saved questions failed."""

    id: str
    stage: Stage
    by: str
    override: str
    due_at: datetime
    asked_at: datetime
    ended_at: datetime | None
    edition: str
    problem: str


class Publications:
    """The list of publications, and the saved questions that each has to pass."""

    def __init__(self, engine: AsyncEngine, note: Note = unnoted) -> None:
        self._engine = engine
        self._note = note

    async def ask_for(
        self, person: Person, due_at: datetime | None = None, override: str = ""
    ) -> Publication:
        """Have the working copy published at a time, or by the caller, now."""
        now = datetime.now(UTC)
        stage, lease = (Stage.WAITING, None) if due_at else (Stage.RUNNING, now + LEASE)
        due_at = due_at or now
        identity = f"u_{uuid.uuid4().hex[:20]}"
        async with self._engine.begin() as connection:
            await connection.execute(
                insert(publications).values(
                    id=identity,
                    state=stage.value,
                    lease_until=lease,
                    by=person.name,
                    override=override,
                    due_at=due_at,
                    asked_at=now,
                )
            )
            detail = {"due": due_at.isoformat(timespec="seconds"), "override": override}
            await self._note(connection, person, "publish", identity, detail)
        return (await self.listed(most=1, identity=identity))[0]

    async def listed(self, most: int = 50, identity: str | None = None) -> list[Publication]:
        """Publications, the latest first."""
        query = select(publications).order_by(publications.c.asked_at.desc()).limit(most)
        if identity is not None:
            query = query.where(publications.c.id == identity)
        async with self._engine.connect() as connection:
            return [_publication(row) for row in await connection.execute(query)]

    async def claim(self) -> Publication | None:
        """The publication that is due longest, which no other process will take now."""
        now = datetime.now(UTC)
        free = or_(
            publications.c.state == Stage.WAITING.value,
            (publications.c.state == Stage.RUNNING.value) & (publications.c.lease_until < now),
        )
        query = select(publications.c.id).where(free, publications.c.due_at <= now)
        async with self._engine.begin() as connection:
            for one in list(await connection.scalars(query.order_by(publications.c.due_at))):
                done = await connection.execute(
                    update(publications)
                    .where(publications.c.id == one, free)
                    .values(state=Stage.RUNNING.value, lease_until=now + LEASE)
                )
                if done.rowcount:
                    break
            else:
                return None
        return (await self.listed(most=1, identity=one))[0]

    async def end(self, publication: Publication, edition: str = "", problem: str = "") -> None:
        """Note how a publication ended."""
        stage = Stage.FAILED if problem else Stage.DONE
        async with self._engine.begin() as connection:
            await connection.execute(
                update(publications)
                .where(publications.c.id == publication.id)
                .values(
                    state=stage.value,
                    edition=edition or None,
                    problem=problem or None,
                    lease_until=None,
                    ended_at=datetime.now(UTC),
                )
            )

    async def cancel(self, person: Person, identity: str) -> None:
        """Take a publication back that has not begun. Raises NotInThisState."""
        async with self._engine.begin() as connection:
            done = await connection.execute(
                update(publications)
                .where(publications.c.id == identity, publications.c.state == Stage.WAITING.value)
                .values(state=Stage.CANCELLED.value, ended_at=datetime.now(UTC))
            )
            if not done.rowcount:
                raise NotInThisState("This publication has begun, or has ended.")
            await self._note(connection, person, "cancel publication", identity, {})

    async def roll_back(
        self, person: Person, edition: str, point_to: Callable[[str], Awaitable[None]]
    ) -> None:
        """Note that an earlier edition is to be live again, and make it so, or neither."""
        async with self._engine.begin() as connection:
            await self._note(connection, person, "roll back edition", edition, {})
            await point_to(edition)

    async def questions(self) -> list[SavedQuestion]:
        """The saved question set."""
        async with self._engine.connect() as connection:
            query = select(questions).order_by(questions.c.question, questions.c.id)
            return [
                SavedQuestion(row.id, row.question, row.document_id, row.holds, row.abstains)
                for row in await connection.execute(query)
            ]

    async def save_questions(
        self, person: Person, wanted: Sequence[str], document_id: str = "", holds: str = ""
    ) -> None:
        """Add questions to the set; those that it holds for the same document are left."""
        known = {(saved.question, saved.document_id) for saved in await self.questions()}
        new = [q for q in dict.fromkeys(wanted) if (q, document_id) not in known]
        async with self._engine.begin() as connection:
            for question in new:
                await connection.execute(
                    insert(questions).values(
                        id=f"q_{uuid.uuid4().hex[:20]}",
                        question=question,
                        document_id=document_id,
                        holds=holds,
                        abstains=False,
                    )
                )
            await self._note(connection, person, "save questions", document_id, {"new": len(new)})

    async def forget_question(self, person: Person, identity: str) -> None:
        """Take a question out of the set."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(questions).where(questions.c.id == identity))
            await self._note(connection, person, "forget question", identity, {})


def _publication(row: Row[Any]) -> Publication:
    due, asked = utc(row.due_at), utc(row.asked_at)
    assert due is not None and asked is not None
    return Publication(
        row.id,
        Stage(row.state),
        row.by,
        row.override,
        due,
        asked,
        utc(row.ended_at),
        row.edition or "",
        row.problem or "",
    )
