"""What the support team keeps beside a conversation: notes, tags, whose it is, who reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from channels import audit
from channels.accounts.model import Role
from channels.console.permissions import Permission, may
from channels.identifiers import new_id
from channels.model import ConversationStatus
from channels.schema import accounts, conversations, notes, tags, viewers
from channels.storage import Storage
from channels.support.speaking import Agent

LONGEST_NOTE = 5000
TAG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""Lower case and hyphens, so that one thing has one tag."""
PRESENT = timedelta(seconds=40)
"""A page says every 15 seconds that it is open: it may fail to twice."""
ANSWERING = tuple(role.value for role in Role if may(role, Permission.ANSWER_CONVERSATIONS))
"""Roles whose accounts can be given a conversation."""
MOST_TAGS = 200
"""Tags that are offered; the most used first."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a colleague wrote; students never see it."""

    author: str
    text: str
    at: datetime


class Notebook:
    """Notes, tags, assignment and presence.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def notes(self, conversation: str) -> tuple[Note, ...]:
        """All of a conversation, in order."""
        query = select(notes).where(notes.c.conversation_id == conversation).order_by(notes.c.at)
        async with self._storage.reading() as db:
            return tuple(Note(row.author, row.text, row.at) for row in await db.execute(query))

    async def note(self, conversation: str, agent: Agent, text: str) -> bool:
        """Write one; False when there is no such conversation or nothing to write."""
        text = text.strip()[:LONGEST_NOTE]
        if not text:
            return False
        try:
            async with self._storage.writing() as db:
                row = {
                    "id": new_id("n"),
                    "conversation_id": conversation,
                    "author_id": agent.id,
                    "author": agent.name,
                    "text": text,
                    "at": await self._storage.now(db),
                }
                await db.execute(insert(notes).values(row))
        except IntegrityError:
            return False
        return True

    async def tags(self, conversation: str) -> tuple[str, ...]:
        """Of a conversation, in the order of the alphabet."""
        query = (
            select(tags.c.tag).where(tags.c.conversation_id == conversation).order_by(tags.c.tag)
        )
        async with self._storage.reading() as db:
            return tuple((await db.execute(query)).scalars())

    async def known_tags(self) -> tuple[str, ...]:
        """Those in use, the most used first."""
        query = select(tags.c.tag).group_by(tags.c.tag).order_by(func.count().desc(), tags.c.tag)
        async with self._storage.reading() as db:
            return tuple((await db.execute(query.limit(MOST_TAGS))).scalars())

    async def tag(self, conversation: str, agent: Agent, tag: str) -> bool:
        """Put a tag on; False when it is none (`TAG`), or there is no such conversation."""
        tag = "-".join(tag.lower().split())
        if not TAG.fullmatch(tag):
            return False
        if tag in await self.tags(conversation):
            return True
        try:
            async with self._storage.writing() as db:
                row = {"conversation_id": conversation, "tag": tag, "by": agent.id}
                await db.execute(insert(tags).values(row | {"at": await self._storage.now(db)}))
        except IntegrityError:
            return False
        return True

    async def untag(self, conversation: str, tag: str) -> None:
        """Take a tag off."""
        mine = (tags.c.conversation_id == conversation) & (tags.c.tag == tag)
        async with self._storage.writing() as db:
            await db.execute(delete(tags).where(mine))

    async def team(self) -> tuple[Agent, ...]:
        """Whom a conversation can be assigned to, by name."""
        query = select(accounts.c.id, accounts.c.name).where(
            accounts.c.role.in_(ANSWERING), accounts.c.deactivated_at.is_(None)
        )
        async with self._storage.reading() as db:
            rows = await db.execute(query.order_by(accounts.c.name))
            return tuple(Agent(row.id, row.name) for row in rows)

    async def assign(self, conversation: str, account: str | None, actor: audit.Actor) -> bool:
        """Have somebody look after it, or nobody; False when there is no such conversation."""
        async with self._storage.writing() as db:
            assigned = await db.execute(
                update(conversations)
                .where(conversations.c.id == conversation)
                .values(assigned_to=account, updated_at=await self._storage.now(db))
            )
            if not assigned.rowcount:
                return False
            details = {"to": account}
            await audit.record(db, actor, "assign", "conversation", conversation, details)
            return True

    async def settle(self, conversation: str, actor: audit.Actor) -> bool:
        """Nobody is waited for any more, as when the student was called; False if none was."""
        waits = conversations.c.status == ConversationStatus.WAITING.value
        async with self._storage.writing() as db:
            settled = await db.execute(
                update(conversations)
                .where(conversations.c.id == conversation, waits)
                .values(
                    status=ConversationStatus.OPEN.value,
                    waiting_since=None,
                    escalated_at=None,
                    updated_at=await self._storage.now(db),
                )
            )
            if not settled.rowcount:
                return False
            await audit.record(db, actor, "settle", "conversation", conversation)
            return True

    async def look(self, conversation: str, agent: Agent) -> None:
        """Say that somebody has a conversation open."""
        mine = (viewers.c.conversation_id == conversation) & (viewers.c.account_id == agent.id)
        async with self._storage.writing() as db:
            now = await self._storage.now(db)
            seen = await db.execute(update(viewers).where(mine).values(seen_at=now))
            if not seen.rowcount:
                row = {"conversation_id": conversation, "account_id": agent.id}
                await db.execute(insert(viewers).values(row | {"name": agent.name, "seen_at": now}))

    async def leave(self, conversation: str, agent: Agent) -> None:
        """Say that they have closed it."""
        mine = (viewers.c.conversation_id == conversation) & (viewers.c.account_id == agent.id)
        async with self._storage.writing() as db:
            await db.execute(delete(viewers).where(mine))

    async def others(self, conversation: str, agent: Agent) -> tuple[str, ...]:
        """Names of colleagues who have it open."""
        async with self._storage.reading() as db:
            query = (
                select(viewers.c.name)
                .where(
                    viewers.c.conversation_id == conversation,
                    viewers.c.account_id != agent.id,
                    viewers.c.seen_at > await self._storage.now(db) - PRESENT,
                )
                .order_by(viewers.c.name)
            )
            return tuple((await db.execute(query)).scalars())
