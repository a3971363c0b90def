"""The gateway's tables, in portable SQLAlchemy Core for SQLite and PostgreSQL alike."""

from channels.schema.conversations import (
    attachments,
    consents,
    conversations,
    deliveries,
    messages,
    turns,
    web_sessions,
)
from channels.schema.desk import (
    canned_replies,
    corrections,
    handover_mails,
    notes,
    reviews,
    samples,
    saved_views,
    tags,
    viewers,
)
from channels.schema.kept import clearings, daily_figures, erasures
from channels.schema.metadata import Moment, metadata
from channels.schema.sending import bookmarks, opt_outs, outbox
from channels.schema.staff import (
    accounts,
    audit_log,
    identity_requests,
    invitations,
    recovery_codes,
    setup_links,
    staff_sessions,
)

__all__ = [
    "Moment",
    "accounts",
    "attachments",
    "audit_log",
    "bookmarks",
    "canned_replies",
    "clearings",
    "consents",
    "conversations",
    "corrections",
    "daily_figures",
    "deliveries",
    "erasures",
    "handover_mails",
    "identity_requests",
    "invitations",
    "messages",
    "metadata",
    "notes",
    "opt_outs",
    "outbox",
    "recovery_codes",
    "reviews",
    "samples",
    "saved_views",
    "setup_links",
    "staff_sessions",
    "tags",
    "turns",
    "viewers",
    "web_sessions",
]
