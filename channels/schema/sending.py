"""Tables of what is sent on messaging channels, and of what a channel remembers."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from channels.schema.metadata import Moment, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("message_id", ForeignKey("messages.id"), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("address", String(255), nullable=False),
    # Rises along the conversation; parts are sent in its order.
    Column("position", Integer, nullable=False),
    Column("part", JSON, nullable=False),
    Column("status", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("provider_id", String(255)),
    # What the provider told of it after it had taken it; it only ever moves on.
    Column("receipt", String(20)),
    Column("receipt_at", Moment),
    Column("reason", String(60)),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("conversation_id", "position"),
    Index(None, "status", "due_at"),
    Index(None, "channel", "provider_id"),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("address", String(255), primary_key=True),
    Column("at", Moment, nullable=False),
)

bookmarks = Table(
    "bookmarks",
    metadata,
    # Where a channel that fetches its messages goes on, such as a mailbox's last UID.
    Column("channel", String(40), primary_key=True),
    Column("place", JSON, nullable=False),
)
