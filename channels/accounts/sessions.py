"""Who is signed in: sessions that end by age, by idleness, by signing out, and by revocation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update

from channels.accounts.directory import Accounts
from channels.accounts.model import Account, Role, StaffSession
from channels.accounts.passwords import Passwords
from channels.identifiers import new_id, new_token, token_hash
from channels.schema import accounts, staff_sessions
from channels.settings import GatewaySettings
from channels.storage import Storage

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where somebody signs in from, as the list of sessions shows it."""

    address: str | None = None
    agent: str = ""


class StaffSessions:
    """Begins, recognises and ends sessions of staff."""

    def __init__(
        self,
        storage: Storage,
        accounts: Accounts,
        passwords: Passwords,
        settings: GatewaySettings,
    ) -> None:
        self._storage = storage
        self._accounts = accounts
        self._passwords = passwords
        self._longest = timedelta(hours=settings.staff_session_hours)
        self._idle = timedelta(minutes=settings.staff_idle_minutes)

    async def sign_in(
        self, email: str, password: str, visitor: Visitor | None = None
    ) -> str | None:
        """The token of a new session, or None; an unknown email takes as long as a known one."""
        row = await self._accounts.by_email(email)
        known = row.password_hash if row and row.deactivated_at is None else None
        right = await self._passwords.verify(known, password)
        return await self.begin(row.id, visitor) if right and row else None

    async def begin(self, account: str, visitor: Visitor | None = None) -> str:
        """The token of a new session of an account."""
        token, now, visitor = new_token(), datetime.now(UTC), visitor or Visitor()
        async with self._storage.writing() as db:
            old = staff_sessions.c.created_at < now - self._longest
            await db.execute(delete(staff_sessions).where(old))
            await db.execute(
                insert(staff_sessions).values(
                    token_hash=token_hash(token),
                    id=new_id("ss"),
                    account_id=account,
                    csrf_token=secrets.token_urlsafe(32),
                    address=visitor.address,
                    agent=visitor.agent[:255],
                    half=False,
                    created_at=now,
                    seen_at=now,
                )
            )
        return token

    async def find(self, token: str, seen: bool = True) -> StaffSession | None:
        """The session of a cookie, unless it is unknown, too old, or was idle for too long.

        With ``seen`` it counts as a sign of life.
        """
        now = datetime.now(UTC)
        mine = staff_sessions.c.token_hash == token_hash(token)
        query = (
            select(
                staff_sessions.c.id.label("session_id"),
                staff_sessions.c.csrf_token,
                staff_sessions.c.created_at.label("began_at"),
                staff_sessions.c.seen_at,
                accounts,
            )
            .join(accounts, accounts.c.id == staff_sessions.c.account_id)
            .where(mine, self._alive(now), accounts.c.deactivated_at.is_(None))
        )
        async with self._storage.reading() as db:
            row = (await db.execute(query)).first()
        if row is None:
            return None
        if seen and now - row.seen_at > SEEN_EVERY:
            async with self._storage.writing() as db:
                await db.execute(update(staff_sessions).where(mine).values(seen_at=now))
        account = Account(row.id, row.email, row.name, Role(row.role))
        return StaffSession(row.session_id, account, row.csrf_token, row.began_at)

    async def sign_out(self, token: str) -> None:
        """End a session; an unknown one is no error."""
        async with self._storage.writing() as db:
            await db.execute(
                delete(staff_sessions).where(staff_sessions.c.token_hash == token_hash(token))
            )

    def _alive(self, now: datetime) -> ColumnElement[bool]:
        return (
            staff_sessions.c.half.is_(False)
            & (staff_sessions.c.created_at > now - self._longest)
            & (staff_sessions.c.seen_at > now - self._idle)
        )
