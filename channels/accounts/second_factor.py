"""The second factor: codes of an authenticator app (RFC 6238), and codes for when it is lost."""

from __future__ import annotations

import base64
import hmac
import io
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import pyotp
import segno
from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels import audit
from channels.accounts.model import AccountError
from channels.audit import Actor
from channels.identifiers import token_hash
from channels.schema import accounts, recovery_codes
from channels.storage import Storage

STEP_SECONDS = 30
SKEW_STEPS = 1
"""Codes of the step before and after are taken too, as RFC 6238 (section 5.2) advises at most."""
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
"""80 random bits each, so that a fast hash suffices; 16 letters and digits in groups of four."""


class FactorError(AccountError):
    """A code is not right, or the second factor is not in the state that is asked for."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs to know once."""

    secret: str
    """Base32, for those who type it."""
    address: str
    """An ``otpauth:`` address, for apps on the same device."""

    @property
    def picture(self) -> str:
        """The address as a QR code, an SVG element."""
        drawn = io.BytesIO()
        segno.make(self.address, error="m").save(
            drawn, kind="svg", xmldecl=False, svgns=False, omitsize=True, light="#fff", dark="#000"
        )
        return drawn.getvalue().decode()


class SecondFactor:
    """Sets up, checks and removes the second factor of an account."""

    def __init__(self, storage: Storage, issuer: str) -> None:
        """``issuer`` is what authenticator apps show beside the account."""
        self._storage = storage
        self._issuer = issuer

    async def since(self, account: str) -> datetime | None:
        """When it was set up; None for an account without one."""
        query = select(accounts.c.totp_since).where(accounts.c.id == account)
        async with self._storage.reading() as db:
            return (await db.execute(query)).scalar_one_or_none()

    async def begin(self, account: str) -> Enrolment:
        """A secret to be confirmed by a code; an earlier one that was not is given again.

        Raises FactorError when there is a second factor already.
        """
        query = select(accounts).where(accounts.c.id == account)
        async with self._storage.writing() as db:
            row = (await db.execute(query)).one()
            if row.totp_since is not None:
                raise FactorError("Your second factor is set up already.")
            secret: str = row.totp_secret or pyotp.random_base32()
            change = update(accounts).where(accounts.c.id == account).values(totp_secret=secret)
            await db.execute(change)
        address = pyotp.TOTP(secret).provisioning_uri(name=row.email, issuer_name=self._issuer)
        return Enrolment(secret, address)

    async def confirm(self, actor: Actor, account: str, code: str) -> tuple[str, ...]:
        """Begin to ask for codes; gives the recovery codes, which are never shown again.

        Raises FactorError when the code is not one of the secret.
        """
        async with self._storage.writing() as db:
            if not await _take_code(db, account, code, accounts.c.totp_since.is_(None)):
                raise FactorError("The code is not right. Wait for the next one and try again.")
            now = datetime.now(UTC)
            change = update(accounts).where(accounts.c.id == account).values(totp_since=now)
            await db.execute(change)
            codes = await _renew_codes(db, account)
            await audit.record(db, actor, "set_up_second_factor", "account", account)
        return codes

    async def check(self, account: str, code: str) -> bool:
        """Whether a code is right: of the app, or a recovery code, each taken once."""
        async with self._storage.writing() as db:
            return await _take_code(
                db, account, code, accounts.c.totp_since.is_not(None)
            ) or await _take_recovery(db, account, code)

    async def left(self, account: str) -> int:
        """How many recovery codes are unused."""
        unused = recovery_codes.c.used_at.is_(None) & (recovery_codes.c.account_id == account)
        async with self._storage.reading() as db:
            query = select(func.count()).select_from(recovery_codes).where(unused)
            return int((await db.execute(query)).scalar_one())

    async def renew(self, actor: Actor, account: str) -> tuple[str, ...]:
        """New recovery codes; the old ones stop working."""
        async with self._storage.writing() as db:
            codes = await _renew_codes(db, account)
            await audit.record(db, actor, "renew_recovery_codes", "account", account)
        return codes

    async def remove(self, actor: Actor, account: str) -> None:
        """Ask for no codes any more."""
        async with self._storage.writing() as db:
            await forget_factor(db, account)
            await audit.record(db, actor, "remove_second_factor", "account", account)


async def forget_factor(db: AsyncConnection, account: str) -> None:
    """Remove what is held of a second factor, within a transaction of the caller."""
    gone = {"totp_secret": None, "totp_since": None, "totp_step": None}
    await db.execute(update(accounts).where(accounts.c.id == account).values(gone))
    await db.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account))


async def _take_code(
    db: AsyncConnection, account: str, code: str, state: ColumnElement[bool]
) -> bool:
    """Whether a code is one of now that was not taken before; then it is."""
    typed = "".join(code.split())
    if len(typed) != 6 or not (typed.isascii() and typed.isdigit()):
        return False
    mine = (accounts.c.id == account) & state
    secret = (await db.execute(select(accounts.c.totp_secret).where(mine))).scalar_one_or_none()
    if secret is None:
        return False
    totp, now = pyotp.TOTP(secret), int(datetime.now(UTC).timestamp()) // STEP_SECONDS
    for step in range(now - SKEW_STEPS, now + SKEW_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step), typed):
            unused = or_(accounts.c.totp_step.is_(None), accounts.c.totp_step < step)
            change = update(accounts).where(mine, unused).values(totp_step=step)
            return bool((await db.execute(change)).rowcount)
    return False


async def _take_recovery(db: AsyncConnection, account: str, code: str) -> bool:
    unused = (
        (recovery_codes.c.account_id == account)
        & (recovery_codes.c.code_hash == _hashed(code))
        & recovery_codes.c.used_at.is_(None)
    )
    change = update(recovery_codes).where(unused).values(used_at=datetime.now(UTC))
    return bool((await db.execute(change)).rowcount)


async def _renew_codes(db: AsyncConnection, account: str) -> tuple[str, ...]:
    codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
    await db.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account))
    rows = [{"account_id": account, "code_hash": _hashed(code)} for code in codes]
    await db.execute(insert(recovery_codes), rows)
    return codes


def _new_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _hashed(code: str) -> str:
    return token_hash("".join(code.lower().replace("-", " ").split()))
