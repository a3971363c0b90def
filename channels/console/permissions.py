"""What each role may do on the consoles: one permission for each kind of act."""

from __future__ import annotations

from enum import StrEnum

from channels.accounts.model import Role


class Permission(StrEnum):
    """One kind of act; every route of the consoles names the one it needs."""

    OWN_ACCOUNT = "own_account"
    """Change one's own password, second factor and sessions, and sign out."""
    READ_CONVERSATIONS = "read_conversations"
    ANSWER_CONVERSATIONS = "answer_conversations"
    """Take over, reply, hand back, and write notes and tags."""
    ASSIGN = "assign"
    """Give a conversation to a colleague."""
    REVIEW_CONVERSATIONS = "review_conversations"
    """Say whether a turn was right."""
    MANAGE_REPLIES = "manage_replies"
    """Edit what all agents share: canned replies, views, sampling."""
    READ_ANALYTICS = "read_analytics"
    EXPORT = "export"
    """Take conversations or figures out of the console."""
    ERASE = "erase"
    """Erase what is held of a student, and set what is kept how long."""
    READ_CONTENT = "read_content"
    READ_GAPS = "read_gaps"
    """See what students asked and nothing published answered."""
    SUGGEST_CONTENT = "suggest_content"
    """Start a draft from a conversation or a gap."""
    EDIT_CONTENT = "edit_content"
    REVIEW_CONTENT = "review_content"
    PUBLISH = "publish"
    MANAGE_SOURCES = "manage_sources"
    """Add, import and schedule sources."""
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"


_AGENT = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.READ_CONVERSATIONS,
        Permission.ANSWER_CONVERSATIONS,
        Permission.REVIEW_CONVERSATIONS,
        Permission.SUGGEST_CONTENT,
    }
)
_EDITOR = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.READ_CONTENT,
        Permission.READ_GAPS,
        Permission.SUGGEST_CONTENT,
        Permission.EDIT_CONTENT,
        Permission.MANAGE_SOURCES,
    }
)
ALLOWED = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _AGENT
    | {
        Permission.ASSIGN,
        Permission.MANAGE_REPLIES,
        Permission.READ_ANALYTICS,
        Permission.EXPORT,
        Permission.ERASE,
        Permission.READ_GAPS,
    },
    Role.EDITOR: _EDITOR,
    Role.REVIEWER: _EDITOR | {Permission.REVIEW_CONTENT, Permission.PUBLISH},
    Role.ADMINISTRATOR: frozenset(Permission),
}
"""An editor cannot publish and an agent cannot export: harm takes a second person."""


def may(role: Role, permission: Permission) -> bool:
    """Whether a role has a permission."""
    return permission in ALLOWED[role]
