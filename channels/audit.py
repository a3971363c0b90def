"""Who did what on the consoles: rows that are written with the change and never altered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.schema import audit_log

Detail = str | int | float | bool | None | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a member of staff at a network address, or the assistant itself."""

    name: str
    account: str | None = None
    address: str | None = None


ASSISTANT = Actor("the assistant")
"""What happens on a schedule."""
COMMAND = Actor("command line")
"""What an operator does with the `advisor` command."""


async def record(
    db: AsyncConnection,
    actor: Actor,
    action: str,
    kind: str,
    subject: str,
    details: Mapping[str, Detail] | None = None,
) -> None:
    """Write one row in the transaction of the change that it tells of.

    ``action`` is a verb, such as ``publish``; ``kind`` and ``subject`` say on what, such as
    ``edition`` and its id. ``details`` hold names, counts and choices: never what a student wrote,
    never a secret.
    """
    await db.execute(
        insert(audit_log).values(
            at=datetime.now(UTC),
            actor=actor.name,
            account_id=actor.account,
            address=actor.address,
            action=action,
            kind=kind,
            subject=subject,
            details=dict(details or {}),
        )
    )
