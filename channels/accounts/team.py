"""Who the colleagues are, and how an administrator changes what they may do or lets them go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels import audit
from channels.accounts.directory import active
from channels.accounts.model import AccountError, Role
from channels.accounts.sessions import end_sessions
from channels.audit import Actor
from channels.schema import accounts, invitations, staff_sessions
from channels.storage import Storage

_LAST = "This is the last administrator: make another one first."


@dataclass(frozen=True, slots=True)
class Member:
    """An account as the list of accounts shows it."""

    id: str
    email: str
    name: str
    role: Role
    created_at: datetime
    deactivated_at: datetime | None
    second_factor: bool
    seen_at: datetime | None


class Team:
    """All accounts; every change is in the audit log, and ends what sessions it concerns."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def members(self) -> Sequence[Member]:
        """Everybody, those who were let go last."""
        seen = (
            select(func.max(staff_sessions.c.seen_at))
            .where(staff_sessions.c.account_id == accounts.c.id)
            .scalar_subquery()
        )
        query = select(accounts, seen.label("seen_at")).order_by(
            accounts.c.deactivated_at.is_not(None), accounts.c.name, accounts.c.id
        )
        async with self._storage.reading() as db:
            rows = (await db.execute(query)).all()
        return [
            Member(
                row.id,
                row.email,
                row.name,
                Role(row.role),
                row.created_at,
                row.deactivated_at,
                row.totp_since is not None,
                row.seen_at,
            )
            for row in rows
        ]

    async def change_role(self, actor: Actor, account: str, role: Role) -> None:
        """Give an account another role; it signs in anew. Raises AccountError."""
        async with self._storage.writing() as db:
            row = await active(db, account)
            if row.role == role.value:
                return
            if row.role == Role.ADMINISTRATOR.value:
                await _keep_one(db, account)
            change = update(accounts).where(accounts.c.id == account).values(role=role.value)
            await db.execute(change)
            await end_sessions(db, account)
            details = {"email": str(row.email), "before": str(row.role), "after": role.value}
            await audit.record(db, actor, "change_role", "account", account, details)

    async def deactivate(self, actor: Actor, account: str) -> None:
        """Let somebody go: they are signed out and cannot sign in. Raises AccountError."""
        async with self._storage.writing() as db:
            row = await active(db, account)
            if row.role == Role.ADMINISTRATOR.value:
                await _keep_one(db, account)
            change = update(accounts).where(accounts.c.id == account)
            await db.execute(change.values(deactivated_at=datetime.now(UTC)))
            await db.execute(delete(invitations).where(invitations.c.account_id == account))
            await end_sessions(db, account)
            await audit.record(db, actor, "deactivate", "account", account, {"email": row.email})

    async def reactivate(self, actor: Actor, account: str) -> None:
        """Let somebody in again; an unknown account is no error."""
        gone = (accounts.c.id == account) & accounts.c.deactivated_at.is_not(None)
        async with self._storage.writing() as db:
            change = update(accounts).where(gone).values(deactivated_at=None)
            if (await db.execute(change)).rowcount:
                await audit.record(db, actor, "reactivate", "account", account)


async def _keep_one(db: AsyncConnection, but: str) -> None:
    """Raises AccountError when no other administrator would be left."""
    others = (
        (accounts.c.role == Role.ADMINISTRATOR.value)
        & accounts.c.deactivated_at.is_(None)
        & (accounts.c.id != but)
    )
    # Locked, so that two administrators who let each other go at once do not both succeed.
    query = select(accounts.c.id).where(others).with_for_update()
    if (await db.execute(query)).first() is None:
        raise AccountError(_LAST)
