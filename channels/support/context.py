"""What is known of a student beside the words: what they look at, and what they asked before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from channels.model import ReceiptStatus
from channels.parts import PartStatus
from channels.schema import accounts, conversations, outbox, turns
from channels.storage import Storage

EARLIER = 5
"""Conversations of the same student that are shown."""
WORST = (
    PartStatus.DEAD.value,
    ReceiptStatus.FAILED.value,
    PartStatus.UNCERTAIN.value,
    PartStatus.WITHDRAWN.value,
    PartStatus.SENDING.value,
    PartStatus.WAITING.value,
    PartStatus.SENT.value,
    ReceiptStatus.PASSED_ON.value,
    ReceiptStatus.DELIVERED.value,
    ReceiptStatus.READ.value,
)
"""A message in several parts is no better off than its worst."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who speaks and who looks after a conversation."""

    holder_id: str = ""
    """Empty: the assistant speaks."""
    holder: str = ""
    held_until: datetime | None = None
    waiting_since: datetime | None = None
    escalated: bool = False
    assigned_to: str = ""
    assigned: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another conversation of the same student."""

    id: str
    channel: str
    topic: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """How far a message has come at its provider: the worst of its parts."""

    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What stands beside a conversation."""

    program: str = ""
    """Id of the program that the page around the chat is about."""
    earlier: tuple[Earlier, ...] = ()


class Contexts:
    """Reads what stands beside conversations.

    Every method raises `sqlalchemy.exc.SQLAlchemyError` when the database cannot do its part.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def standing(self, conversation: str) -> Standing | None:
        """How things are now; None when there is no such conversation."""
        holders, keepers = accounts.alias("holders"), accounts.alias("keepers")
        query = (
            select(
                conversations,
                holders.c.name.label("holder"),
                keepers.c.name.label("assigned"),
            )
            .outerjoin_from(conversations, holders, holders.c.id == conversations.c.held_by)
            .outerjoin(keepers, keepers.c.id == conversations.c.assigned_to)
            .where(conversations.c.id == conversation)
        )
        async with self._storage.reading() as db:
            row = (await db.execute(query)).first()
            now = await self._storage.now(db)
        if row is None:
            return None
        is_held = row.held_until is not None and row.held_until > now
        return Standing(
            holder_id=(row.held_by or "") if is_held else "",
            holder=(row.holder or "") if is_held else "",
            held_until=row.held_until if is_held else None,
            waiting_since=row.waiting_since,
            escalated=row.escalated_at is not None,
            assigned_to=row.assigned_to or "",
            assigned=row.assigned or "",
        )

    async def of(self, conversation: str, student: str | None) -> Context:
        """What the student looks at, and their other conversations if it is known who they are."""
        mine = (turns.c.conversation_id == conversation) & turns.c.page_program.is_not(None)
        program = select(turns.c.page_program).where(mine).order_by(turns.c.seq.desc()).limit(1)
        others = (
            select(
                conversations.c.id,
                conversations.c.channel,
                conversations.c.topic,
                conversations.c.updated_at,
            )
            .where(conversations.c.student == student, conversations.c.id != conversation)
            .order_by(conversations.c.updated_at.desc())
            .limit(EARLIER)
        )
        async with self._storage.reading() as db:
            looked_at = (await db.execute(program)).scalar_one_or_none()
            rows = (await db.execute(others)).all() if student else ()
        return Context(looked_at or "", tuple(Earlier(*row) for row in rows))

    async def sent(self, conversation: str) -> dict[str, Sent]:
        """For each message that went to a provider how far it has come, by the message's id."""
        query = select(
            outbox.c.message_id, outbox.c.status, outbox.c.receipt, outbox.c.reason
        ).where(outbox.c.conversation_id == conversation)
        found: dict[str, Sent] = {}
        async with self._storage.reading() as db:
            for row in await db.execute(query):
                status = row.receipt if row.receipt in WORST else row.status
                known = found.get(row.message_id)
                if known is None or WORST.index(status) < WORST.index(known.status):
                    found[row.message_id] = Sent(status, row.reason or "")
        return found
