"""`advisor password`: a link for whoever cannot sign in, or not yet."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from advisor.console import out
from advisor.errors import AdvisorError
from advisor.settings import Settings, load_settings
from advisor.wiring import database


class NoSuchAccount(AdvisorError):
    """Nobody who may sign in has that address."""


class AddressMissing(AdvisorError):
    """No address is given, and the first administrator is there already."""


def add_to(app: typer.Typer) -> None:
    """Add `password`."""
    app.command("password")(password)


def password(
    email: Annotated[
        str, typer.Argument(help="Address of the account; none for the first administrator.")
    ] = "",
) -> None:
    """Print a one-time link that sets a new password and removes the second factor.

    Without an address: one that makes the first administrator, as a start prints it.
    """
    settings = load_settings()
    out.print(asyncio.run(_link(settings, email)), soft_wrap=True)


async def _link(settings: Settings, email: str) -> str:
    from channels.accounts.directory import Accounts  # noqa: PLC0415
    from channels.accounts.invitations import Invitations  # noqa: PLC0415
    from channels.accounts.passwords import Passwords  # noqa: PLC0415  # brings argon2
    from channels.audit import COMMAND  # noqa: PLC0415
    from channels.storage import Storage  # noqa: PLC0415

    async with database(settings) as engine:
        storage, passwords = Storage(engine), Passwords()
        people = Accounts(storage, passwords, settings.staff, settings.gateway.url)
        if not email:
            link = await people.setup_link()
            if link is None:
                raise AddressMissing("there is an administrator: name the address of an account")
            return link
        row = await people.by_email(email)
        if row is None or row.deactivated_at is not None:
            raise NoSuchAccount(f"nobody who may sign in has the address {email}")
        invitations = Invitations(storage, passwords, settings.staff.invitation_hours)
        token = await invitations.reset(COMMAND, row.id)
    return f"{settings.gateway.url}/console/invitation/{token}"
