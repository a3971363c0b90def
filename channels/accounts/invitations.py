"""One-time links that make an account or set a password anew, and who is let in by a provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels import audit
from channels.accounts.directory import active, checked, write_account
from channels.accounts.identity import Identity
from channels.accounts.model import Account, InvalidAccountError, Role, SetupLinkError
from channels.accounts.passwords import Passwords
from channels.accounts.second_factor import forget_factor
from channels.accounts.sessions import end_sessions
from channels.audit import Actor
from channels.identifiers import new_id, new_token, token_hash
from channels.schema import accounts, invitations
from channels.storage import Storage

_CLOSED = "This link was used or has expired. Ask an administrator for a new one."


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time link that makes an account, or sets a new password of ``account``."""

    id: str
    email: str
    role: Role
    account: str | None
    expires_at: datetime


class Invitations:
    """Makes links, withdraws them, and takes who comes with one."""

    def __init__(self, storage: Storage, passwords: Passwords, hours: float) -> None:
        """``hours`` is for how long a link works."""
        self._storage = storage
        self._passwords = passwords
        self._hours = hours

    async def open(self) -> Sequence[Invitation]:
        """Those that still work, the newest first."""
        query = select(invitations).where(_works()).order_by(invitations.c.created_at.desc())
        async with self._storage.reading() as db:
            rows = (await db.execute(query)).all()
        return [Invitation(r.id, r.email, Role(r.role), r.account_id, r.expires_at) for r in rows]

    async def invite(self, actor: Actor, email: str, role: Role) -> str:
        """The token of a link for somebody new. Raises InvalidAccountError.

        An earlier invitation of the same address stops working.
        """
        email = checked("New", email, role).email
        async with self._storage.writing() as db:
            taken = select(accounts.c.id).where(accounts.c.email == email)
            if (await db.execute(taken)).first():
                raise InvalidAccountError("Email: there is an account with this address.")
            token = await self._link(db, actor, email, role, None)
            await audit.record(db, actor, "invite", "email", email, {"role": role.value})
        return token

    async def reset(self, actor: Actor, account: str) -> str:
        """The token of a link that sets a new password and removes the second factor.

        Raises AccountError for an unknown or deactivated account.
        """
        async with self._storage.writing() as db:
            row = await active(db, account)
            token = await self._link(db, actor, row.email, row.role, account)
            details = {"email": str(row.email)}
            await audit.record(db, actor, "offer_new_password", "account", account, details)
        return token

    async def withdraw(self, actor: Actor, invitation: str) -> None:
        """Make a link worthless; an unknown one is no error."""
        async with self._storage.writing() as db:
            gone = await db.execute(
                delete(invitations).where(invitations.c.id == invitation, _works())
            )
            if gone.rowcount:
                await audit.record(db, actor, "withdraw", "invitation", invitation)

    async def find(self, token: str) -> Invitation:
        """What a link is for. Raises SetupLinkError when it does not work."""
        async with self._storage.reading() as db:
            return await _find(db, invitations.c.token_hash == token_hash(token))

    async def accept(
        self, token: str, name: str, password: str, address: str | None = None
    ) -> Account:
        """Make the account that a link invites to, or set its password anew, and use the link up.

        Raises InvalidAccountError (the link stays usable) or SetupLinkError.
        """
        offered = await self.find(token)
        hashed = await self._passwords.hash(password)
        async with self._storage.writing() as db:
            await _use(db, invitations.c.token_hash == token_hash(token))
            if offered.account is None:
                account = checked(name, offered.email, offered.role)
                await write_account(db, account, hashed, Actor(account.name, account.id, address))
                return account
            row = await active(db, offered.account)
            account = Account(row.id, row.email, row.name, Role(row.role))
            change = update(accounts).where(accounts.c.id == row.id)
            await db.execute(change.values(password_hash=hashed))
            await forget_factor(db, row.id)
            await end_sessions(db, row.id)
            actor = Actor(account.name, account.id, address)
            await audit.record(db, actor, "set_password", "account", row.id, {"by": "link"})
            return account

    async def recognise(self, identity: Identity, address: str | None = None) -> Account | None:
        """The account of somebody whom an identity provider vouches for.

        An account with the address that the provider has verified is theirs from then on; an
        invitation to it makes one, with a password that nobody knows. None: neither is there.
        """
        hashed = await self._passwords.hash(new_token())
        async with self._storage.writing() as db:
            known = accounts.c.identity == identity.key
            row = (await db.execute(select(accounts).where(known))).first()
            if row is not None:
                gone = row.deactivated_at is not None
                return None if gone else Account(row.id, row.email, row.name, Role(row.role))
            if identity.email is None:
                return None
            unbound = (accounts.c.email == identity.email) & accounts.c.identity.is_(None)
            row = (await db.execute(select(accounts).where(unbound))).first()
            if row is not None and row.deactivated_at is not None:
                return None
            account = (
                Account(row.id, row.email, row.name, Role(row.role))
                if row
                else await self._made(db, identity, hashed, address)
            )
            if account is None:
                return None
            change = update(accounts).where(accounts.c.id == account.id)
            await db.execute(change.values(identity=identity.key))
            actor = Actor(account.name, account.id, address)
            await audit.record(db, actor, "bind_identity", "account", account.id)
            return account

    async def _made(
        self, db: AsyncConnection, identity: Identity, hashed: str, address: str | None
    ) -> Account | None:
        invited = (invitations.c.email == identity.email) & invitations.c.account_id.is_(None)
        try:
            offered = await _find(db, invited)
        except SetupLinkError:
            return None
        taken = select(accounts.c.id).where(accounts.c.email == offered.email)
        if (await db.execute(taken)).first():
            return None
        account = checked(identity.name[:120].strip() or offered.email, offered.email, offered.role)
        await _use(db, invitations.c.id == offered.id)
        await write_account(db, account, hashed, Actor(account.name, account.id, address))
        return account

    async def _link(
        self, db: AsyncConnection, actor: Actor, email: str, role: str, account: str | None
    ) -> str:
        token, now = new_token(), datetime.now(UTC)
        await db.execute(delete(invitations).where(invitations.c.email == email, _works()))
        await db.execute(
            insert(invitations).values(
                token_hash=token_hash(token),
                id=new_id("i"),
                email=email,
                role=str(role),
                account_id=account,
                invited_by=actor.account or account,
                created_at=now,
                expires_at=now + timedelta(hours=self._hours),
            )
        )
        return token


def _works() -> ColumnElement[bool]:
    return invitations.c.used_at.is_(None) & (invitations.c.expires_at > datetime.now(UTC))


async def _find(db: AsyncConnection, which: ColumnElement[bool]) -> Invitation:
    row = (await db.execute(select(invitations).where(which, _works()))).first()
    if row is None:
        raise SetupLinkError(_CLOSED)
    return Invitation(row.id, row.email, Role(row.role), row.account_id, row.expires_at)


async def _use(db: AsyncConnection, which: ColumnElement[bool]) -> None:
    change = update(invitations).where(which, _works()).values(used_at=datetime.now(UTC))
    if not (await db.execute(change)).rowcount:
        raise SetupLinkError(_CLOSED)
