"""Who may see the staff and support pages: accounts, sign-in, and the first administrator."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from channels.identifiers import new_id, new_token, token_hash
from channels.schema import accounts, setup_links, staff_sessions
from channels.settings import GatewaySettings

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
"""Characters; the upper bound keeps a sign-in from hashing megabytes."""
HASHES_AT_ONCE = 2
"""Each takes 19 MiB and a core for tens of milliseconds."""
SEEN_EVERY = timedelta(minutes=1)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

# OWASP's Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Role(StrEnum):
    """What an account is for."""

    ADMINISTRATOR = "administrator"
    EDITOR = "editor"
    SUPPORT = "support"


class AccountError(Exception):
    """Root of what can go wrong with an account; the message is meant for its owner."""


class InvalidAccountError(AccountError):
    """Name, email or password are not acceptable."""


class SetupLinkError(AccountError):
    """The set-up link is unknown, used, too old, or no longer needed."""


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff."""

    id: str
    email: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A signed-in member of staff; every form that changes something carries ``csrf_token``."""

    account: Account
    csrf_token: str


class Accounts:
    """Accounts, their sessions, and the one-time link that makes the first administrator."""

    def __init__(self, engine: AsyncEngine, settings: GatewaySettings) -> None:
        self._engine = engine
        self._settings = settings
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._decoy: str | None = None

    async def setup_link(self) -> str | None:
        """A fresh one-time address for making the first administrator; None once there is one.

        Earlier links stop working.
        """
        now = datetime.now(UTC)
        token = new_token()
        async with self._engine.begin() as db:
            if await _has_administrator(db):
                return None
            await db.execute(delete(setup_links).where(setup_links.c.used_at.is_(None)))
            await db.execute(
                insert(setup_links).values(
                    token_hash=token_hash(token),
                    created_at=now,
                    expires_at=now + timedelta(hours=self._settings.setup_link_hours),
                )
            )
        return f"{self._settings.url}/staff/setup/{token}"

    async def setup_open(self, token: str) -> bool:
        """Whether a set-up link still works."""
        async with self._engine.connect() as db:
            query = select(setup_links.c.token_hash).where(_usable(token))
            found = (await db.execute(query)).first()
            return found is not None and not await _has_administrator(db)

    async def create_first(self, token: str, name: str, email: str, password: str) -> Account:
        """Make the first administrator and use up the link.

        Raises InvalidAccountError (the link stays usable) or SetupLinkError.
        """
        account = _checked(name, email, password)
        if not await self.setup_open(token):
            raise SetupLinkError(_CLOSED)
        hashed = await self._hash(password)
        now = datetime.now(UTC)
        async with self._engine.begin() as db:
            used = await db.execute(update(setup_links).where(_usable(token)).values(used_at=now))
            if not used.rowcount or await _has_administrator(db):
                raise SetupLinkError(_CLOSED)
            await db.execute(
                insert(accounts).values(
                    id=account.id,
                    email=account.email,
                    name=account.name,
                    role=account.role.value,
                    password_hash=hashed,
                    created_at=now,
                )
            )
        return account

    async def sign_in(self, email: str, password: str) -> str | None:
        """The token of a new session, or None; an unknown email takes as long as a known one."""
        query = select(accounts).where(accounts.c.email == email.strip().lower())
        async with self._engine.connect() as db:
            row = (await db.execute(query)).first()
        if self._decoy is None:
            self._decoy = await self._hash(new_token())
        right = await self._verify(row.password_hash if row else self._decoy, password)
        if row is None or not right:
            return None
        token, now = new_token(), datetime.now(UTC)
        oldest = now - timedelta(hours=self._settings.staff_session_hours)
        async with self._engine.begin() as db:
            await db.execute(delete(staff_sessions).where(staff_sessions.c.created_at < oldest))
            await db.execute(
                insert(staff_sessions).values(
                    token_hash=token_hash(token),
                    account_id=row.id,
                    csrf_token=secrets.token_urlsafe(32),
                    created_at=now,
                    seen_at=now,
                )
            )
        return token

    async def session(self, token: str) -> StaffSession | None:
        """The session of a cookie, unless it is unknown, too old, or was idle for too long."""
        now = datetime.now(UTC)
        mine = staff_sessions.c.token_hash == token_hash(token)
        query = (
            select(staff_sessions.c.csrf_token, staff_sessions.c.seen_at, accounts)
            .join(accounts, accounts.c.id == staff_sessions.c.account_id)
            .where(
                mine,
                staff_sessions.c.created_at
                > now - timedelta(hours=self._settings.staff_session_hours),
                staff_sessions.c.seen_at
                > now - timedelta(minutes=self._settings.staff_idle_minutes),
            )
        )
        async with self._engine.connect() as db:
            row = (await db.execute(query)).first()
        if row is None:
            return None
        if now - row.seen_at > SEEN_EVERY:
            async with self._engine.begin() as db:
                await db.execute(update(staff_sessions).where(mine).values(seen_at=now))
        return StaffSession(Account(row.id, row.email, row.name, Role(row.role)), row.csrf_token)

    async def sign_out(self, token: str) -> None:
        """End a session; an unknown one is no error."""
        async with self._engine.begin() as db:
            await db.execute(
                delete(staff_sessions).where(staff_sessions.c.token_hash == token_hash(token))
            )

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(_hasher.hash, password)

    async def _verify(self, hashed: str, password: str) -> bool:
        if len(password) > LONGEST_PASSWORD:
            return False
        async with self._hashing:
            try:
                return await asyncio.to_thread(_hasher.verify, hashed, password)
            except (VerificationError, InvalidHashError):
                return False


_CLOSED = "This set-up link was used or has expired. Start the assistant again to get a new one."


def _checked(name: str, email: str, password: str) -> Account:
    name, email = name.strip(), email.strip().lower()
    if not 1 <= len(name) <= 120:
        raise InvalidAccountError("Name: write between 1 and 120 characters.")
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise InvalidAccountError("Email: write an address such as name@college.edu.")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidAccountError(f"Password: use at least {SHORTEST_PASSWORD} characters.")
    return Account(new_id("a"), email, name, Role.ADMINISTRATOR)


def _usable(token: str) -> ColumnElement[bool]:
    now = datetime.now(UTC)
    return (
        (setup_links.c.token_hash == token_hash(token))
        & setup_links.c.used_at.is_(None)
        & (setup_links.c.expires_at > now)
    )


async def _has_administrator(db: AsyncConnection) -> bool:
    query = select(accounts.c.id).where(accounts.c.role == Role.ADMINISTRATOR.value).limit(1)
    return (await db.execute(query)).first() is not None
