"""Who may open the consoles: the accounts, and the one-time link that makes the first."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from channels import audit
from channels.accounts.model import Account, AccountError, InvalidAccountError, Role, SetupLinkError
from channels.accounts.passwords import Passwords
from channels.accounts.settings import StaffSettings
from channels.audit import Actor
from channels.identifiers import new_id, new_token, token_hash
from channels.schema import accounts, setup_links
from channels.storage import Storage

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CLOSED = "This set-up link was used or has expired. Start the assistant again to get a new one."


class Accounts:
    """Members of staff, and how the first of them comes to be."""

    def __init__(
        self, storage: Storage, passwords: Passwords, settings: StaffSettings, url: str
    ) -> None:
        """``url`` is the gateway's public address, without a trailing slash."""
        self._storage = storage
        self._passwords = passwords
        self._settings = settings
        self._url = url

    async def setup_link(self) -> str | None:
        """A fresh one-time address for making the first administrator; None once there is one.

        Earlier links stop working.
        """
        now = datetime.now(UTC)
        token = new_token()
        async with self._storage.writing() as db:
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
        return f"{self._url}/console/setup/{token}"

    async def has_administrator(self) -> bool:
        """Whether the first account has been made."""
        async with self._storage.reading() as db:
            return await _has_administrator(db)

    async def setup_open(self, token: str) -> bool:
        """Whether a set-up link still works."""
        async with self._storage.reading() as db:
            query = select(setup_links.c.token_hash).where(_usable(token))
            found = (await db.execute(query)).first()
            return found is not None and not await _has_administrator(db)

    async def create_first(
        self, token: str, name: str, email: str, password: str, address: str | None = None
    ) -> Account:
        """Make the first administrator and use up the link.

        Raises InvalidAccountError (the link stays usable) or SetupLinkError.
        """
        account = checked(name, email, Role.ADMINISTRATOR)
        if not await self.setup_open(token):
            raise SetupLinkError(_CLOSED)
        hashed = await self._passwords.hash(password)
        used = update(setup_links).where(_usable(token)).values(used_at=datetime.now(UTC))
        async with self._storage.writing() as db:
            if not (await db.execute(used)).rowcount or await _has_administrator(db):
                raise SetupLinkError(_CLOSED)
            await write_account(db, account, hashed, Actor(account.name, account.id, address))
        return account

    async def add(self, actor: Actor, name: str, email: str, role: Role, password: str) -> Account:
        """Make an account. Raises InvalidAccountError, also when the email has one already."""
        account = checked(name, email, role)
        hashed = await self._passwords.hash(password)
        async with self._storage.writing() as db:
            await write_account(db, account, hashed, actor)
        return account

    async def by_email(self, email: str) -> Row[Any] | None:
        """An account's row, deactivated or not."""
        query = select(accounts).where(accounts.c.email == email.strip().lower())
        async with self._storage.reading() as db:
            return (await db.execute(query)).first()


def checked(name: str, email: str, role: Role) -> Account:
    """A new account. Raises InvalidAccountError naming the entry that is not acceptable."""
    name, email = name.strip(), email.strip().lower()
    if not 1 <= len(name) <= 120:
        raise InvalidAccountError("Name: write between 1 and 120 characters.")
    if len(email) > 254 or not EMAIL.fullmatch(email):
        raise InvalidAccountError("Email: write an address such as name@college.edu.")
    return Account(new_id("a"), email, name, role)


async def write_account(
    db: AsyncConnection, account: Account, password_hash: str, actor: Actor
) -> None:
    """Store a new account. Raises InvalidAccountError when its email has one already."""
    taken = select(accounts.c.id).where(accounts.c.email == account.email)
    if (await db.execute(taken)).first():
        raise InvalidAccountError("Email: there is an account with this address.")
    try:
        await db.execute(
            insert(accounts).values(
                id=account.id,
                email=account.email,
                name=account.name,
                role=account.role.value,
                password_hash=password_hash,
                created_at=datetime.now(UTC),
            )
        )
    except IntegrityError:
        raise InvalidAccountError("Email: there is an account with this address.") from None
    details = {"email": account.email, "role": account.role.value}
    await audit.record(db, actor, "create", "account", account.id, details)


async def active(db: AsyncConnection, account: str) -> Row[Any]:
    """The row of an account. Raises AccountError when there is none, or it was deactivated."""
    mine = (accounts.c.id == account) & accounts.c.deactivated_at.is_(None)
    row = (await db.execute(select(accounts).where(mine))).first()
    if row is None:
        raise AccountError("There is no such account, or it was deactivated.")
    return row


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
