"""The nouns of accounts: who a member of staff is, what for, and what can go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an account is for; what each may do stands in `channels.console.permissions`."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    REVIEWER = "reviewer"
    EDITOR = "editor"


class AccountError(Exception):
    """Root of what can go wrong with an account; the message is meant for its owner."""


class InvalidAccountError(AccountError):
    """Name, email or password are not acceptable."""


class SetupLinkError(AccountError):
    """A one-time link is unknown, used, too old, or no longer needed."""


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

    id: str
    account: Account
    csrf_token: str
    began_at: datetime
    second_factor: bool
    """Whether the account has one."""
    by_provider: bool
    """Whether an identity provider vouched for it, which asks for factors of its own."""
