"""Tells staff by mail of a student who waits for a person, once for each hand-over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

import structlog
from sqlalchemy import ColumnElement, and_, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from channels.console.live import ALL_CONVERSATIONS, Live
from channels.delivery.channel import Later, Sent, Verdict
from channels.schema import conversations, handover_mails
from channels.storage import Storage

TRIES = 5
"""With the pauses between them, half an hour of a mail server that is away."""
PAUSE = timedelta(minutes=2)
"""Before the second try; each further one waits twice as long. It is longer than any call takes, so
that two gateways do not send the same."""
AT_ONCE = 20

log = structlog.get_logger(__name__)


class Why(StrEnum):
    """Of what staff are told."""

    WAITS = "waits"
    """A student waits, and nobody has the inbox or the conversation open."""
    LATE = "late"
    """A student has waited for too long."""


@runtime_checkable
class Postman(Protocol):
    """Whoever hands a mail to a mail server."""

    async def tell(self, recipients: Collection[str], subject: str, text: str) -> Verdict:
        """Send a mail to staff."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A mail that this gateway is to send now."""

    conversation_id: str
    channel: str
    why: str
    waiting_since: datetime
    tries: int


class HandoverMails:
    """Which mails are due, and their sending.

    They say where to look and hold none of the student's words. Methods raise
    `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(
        self, storage: Storage, postman: Postman, live: Live, recipients: Collection[str], url: str
    ) -> None:
        """``url`` is where the console is reached, without a trailing slash."""
        self._storage = storage
        self._postman = postman
        self._live = live
        self._recipients = recipients
        self._url = url

    async def look(self) -> int:
        """Send what is due; how many were sent."""
        await self._note(Why.LATE, conversations.c.escalated_at.is_not(None))
        if not self._live.watched(ALL_CONVERSATIONS):
            await self._note(Why.WAITS, conversations.c.escalated_at.is_(None))
        sent = 0
        for row in await self._due():
            verdict = await self._send(row)
            await self._ended(row, verdict)
            sent += isinstance(verdict, Sent)
        return sent

    async def _note(self, why: Why, kind: ColumnElement[bool]) -> None:
        """Put one in line for each hand-over that has none; another gateway may be faster."""
        known = exists().where(
            handover_mails.c.conversation_id == conversations.c.id,
            handover_mails.c.waiting_since == conversations.c.waiting_since,
            handover_mails.c.why == why.value,
        )
        query = (
            select(conversations.c.id, conversations.c.waiting_since)
            .where(conversations.c.waiting_since.is_not(None), kind, ~known)
            .order_by(conversations.c.waiting_since)
            .limit(AT_ONCE)
        )
        async with self._storage.reading() as db:
            now = await self._storage.now(db)
            new = [row for row in await db.execute(query) if not self._live.watched(row.id)]
        for row in new:
            values = {"conversation_id": row.id, "waiting_since": row.waiting_since}
            try:
                async with self._storage.writing() as db:
                    line = {**values, "why": why.value, "due_at": now, "tries": 0}
                    await db.execute(insert(handover_mails).values(line))
            except IntegrityError:
                continue

    async def _due(self) -> list[_Due]:
        """Mails to be sent now, which nobody else sends meanwhile; none of who waits no more."""
        query = (
            select(
                handover_mails.c.conversation_id,
                conversations.c.channel,
                handover_mails.c.why,
                handover_mails.c.waiting_since,
                handover_mails.c.tries,
            )
            .join(conversations, conversations.c.id == handover_mails.c.conversation_id)
            .where(
                handover_mails.c.ended_at.is_(None),
                handover_mails.c.waiting_since == conversations.c.waiting_since,
            )
            .order_by(handover_mails.c.due_at)
            .limit(AT_ONCE)
        )
        taken = []
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            for each in (await db.execute(query.where(handover_mails.c.due_at <= now))).all():
                row = _Due(*each)
                later = now + PAUSE * 2**row.tries
                mine = (handover_mails.c.due_at <= now) & _is(row)
                values = {"due_at": later, "tries": row.tries + 1}
                claimed = await db.execute(update(handover_mails).where(mine).values(values))
                taken += [row] if claimed.rowcount else []
        return taken

    async def _send(self, row: _Due) -> Verdict:
        since, late = row.waiting_since, row.why == Why.LATE
        subject = "A student has waited for too long" if late else "A student waits for a person"
        text = (
            f"{subject}, since {since:%H:%M} UTC on {since.day} {since:%B}, on the channel "
            f"{row.channel}.\n\n{self._url}/support/{row.conversation_id}\n\n"
            "What was said stands there only. You are told once of each.\n"
        )
        return await self._postman.tell(self._recipients, subject, text)

    async def _ended(self, row: _Due, verdict: Verdict) -> None:
        if isinstance(verdict, Later) and row.tries + 1 < TRIES:
            return
        reason = "" if isinstance(verdict, Sent) else verdict.reason
        if reason:
            log.error("staff_not_told", reason=reason)
        async with self._storage.writing() as db:
            values = {"ended_at": await self._storage.now(db), "reason": reason[:60] or None}
            await db.execute(update(handover_mails).where(_is(row)).values(values))


def _is(row: _Due) -> ColumnElement[bool]:
    mails = handover_mails.c
    return and_(
        mails.conversation_id == row.conversation_id,
        mails.why == row.why,
        mails.waiting_since == row.waiting_since,
    )
