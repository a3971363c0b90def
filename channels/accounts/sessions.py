"""Who is signed in: sessions that end by age, by idleness, by signing out, and by revocation."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels import audit
from channels.accounts.directory import Accounts
from channels.accounts.model import Account, InvalidAccountError, Role, StaffSession
from channels.accounts.passwords import Passwords
from channels.accounts.settings import StaffSettings
from channels.audit import Actor
from channels.identifiers import new_id, new_token, token_hash
from channels.schema import accounts, staff_sessions
from channels.storage import Storage

SEEN_EVERY = timedelta(minutes=1)
HALF_FOR = timedelta(minutes=5)
"""Time to find one's telephone after the password was right."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where somebody signs in from, as the list of sessions shows it."""

    address: str | None = None
    agent: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A token for the browser; with ``half`` it opens nothing until the second factor is shown."""

    token: str
    half: bool


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as the list of one's sessions shows it."""

    id: str
    address: str | None
    agent: str | None
    began_at: datetime
    seen_at: datetime


class StaffSessions:
    """Begins, recognises and ends sessions of staff."""

    def __init__(
        self,
        storage: Storage,
        accounts: Accounts,
        passwords: Passwords,
        settings: StaffSettings,
    ) -> None:
        self._storage = storage
        self._accounts = accounts
        self._passwords = passwords
        self._longest = timedelta(hours=settings.session_hours)
        self._idle = timedelta(minutes=settings.idle_minutes)

    async def sign_in(
        self, email: str, password: str, visitor: Visitor | None = None
    ) -> SignIn | None:
        """A new session, or None; an unknown email takes as long as a known one."""
        row = await self._accounts.by_email(email)
        known = row.password_hash if row and row.deactivated_at is None else None
        if not await self._passwords.verify(known, password) or row is None:
            return None
        half = row.totp_since is not None
        return SignIn(await self.begin(row.id, visitor, half=half), half)

    async def begin(
        self,
        account: str,
        visitor: Visitor | None = None,
        half: bool = False,
        by_provider: bool = False,
    ) -> str:
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
                    half=half,
                    by_provider=by_provider,
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
        mine = _of(token)
        query = (
            select(
                staff_sessions.c.id.label("session_id"),
                staff_sessions.c.csrf_token,
                staff_sessions.c.created_at.label("began_at"),
                staff_sessions.c.seen_at,
                staff_sessions.c.by_provider,
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
        return StaffSession(
            row.session_id,
            Account(row.id, row.email, row.name, Role(row.role)),
            row.csrf_token,
            row.began_at,
            row.totp_since is not None,
            row.by_provider,
        )

    async def half(self, token: str) -> str | None:
        """The account that has shown its password, and has yet to show its second factor."""
        fresh = staff_sessions.c.created_at > datetime.now(UTC) - HALF_FOR
        query = (
            select(staff_sessions.c.account_id)
            .join(accounts, accounts.c.id == staff_sessions.c.account_id)
            .where(_of(token), staff_sessions.c.half, fresh, accounts.c.deactivated_at.is_(None))
        )
        async with self._storage.reading() as db:
            return (await db.execute(query)).scalar_one_or_none()

    async def open_sessions(self, account: str) -> Sequence[OpenSession]:
        """Those of an account, the one that was seen last first."""
        query = (
            select(staff_sessions)
            .where(staff_sessions.c.account_id == account, self._alive(datetime.now(UTC)))
            .order_by(staff_sessions.c.seen_at.desc(), staff_sessions.c.id)
        )
        async with self._storage.reading() as db:
            rows = (await db.execute(query)).all()
        return [OpenSession(r.id, r.address, r.agent, r.created_at, r.seen_at) for r in rows]

    async def revoke(self, actor: Actor, account: str, session: str) -> None:
        """End one session of an account; one of another account, or none, is not touched."""
        mine = (staff_sessions.c.account_id == account) & (staff_sessions.c.id == session)
        async with self._storage.writing() as db:
            if (await db.execute(delete(staff_sessions).where(mine))).rowcount:
                await audit.record(db, actor, "end_session", "account", account)

    async def revoke_others(self, actor: Actor, account: str, keep: str) -> None:
        """End all sessions of an account but one."""
        others = (staff_sessions.c.account_id == account) & (staff_sessions.c.id != keep)
        async with self._storage.writing() as db:
            gone = (await db.execute(delete(staff_sessions).where(others))).rowcount
            await audit.record(db, actor, "end_sessions", "account", account, {"ended": gone})

    async def change_password(self, actor: Actor, account: str, now: str, then: str) -> None:
        """Set another password and end every session of the account, also the one that asks.

        Raises InvalidAccountError when the password of now is not right or the new one too short.
        """
        mine = accounts.c.id == account
        async with self._storage.reading() as db:
            query = select(accounts.c.password_hash).where(mine)
            held = (await db.execute(query)).scalar_one()
        if not await self._passwords.verify(held, now):
            raise InvalidAccountError("Your password of now is not right.")
        hashed = await self._passwords.hash(then)
        async with self._storage.writing() as db:
            await db.execute(update(accounts).where(mine).values(password_hash=hashed))
            await end_sessions(db, account)
            await audit.record(db, actor, "set_password", "account", account)

    async def sign_out(self, token: str) -> None:
        """End a session; an unknown one is no error."""
        async with self._storage.writing() as db:
            await db.execute(delete(staff_sessions).where(_of(token)))

    def _alive(self, now: datetime) -> ColumnElement[bool]:
        return (
            staff_sessions.c.half.is_(False)
            & (staff_sessions.c.created_at > now - self._longest)
            & (staff_sessions.c.seen_at > now - self._idle)
        )


async def end_sessions(db: AsyncConnection, account: str) -> None:
    """Sign an account out everywhere, within a transaction of the caller."""
    await db.execute(delete(staff_sessions).where(staff_sessions.c.account_id == account))


def _of(token: str) -> ColumnElement[bool]:
    return staff_sessions.c.token_hash == token_hash(token)
