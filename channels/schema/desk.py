"""Tables of what support teams add to conversations: notes, tags, views, replies, reviews."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from channels.schema.metadata import Moment, metadata

notes = Table(
    "notes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("author_id", String(40), nullable=False),
    Column("author", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "conversation_id", "at"),
)

tags = Table(
    "tags",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("tag", String(40), primary_key=True),
    Column("by", String(40), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "tag", "conversation_id"),
)

viewers = Table(
    "viewers",
    metadata,
    # Who of the staff has a conversation open, as its page keeps saying.
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("account_id", String(40), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("seen_at", Moment, nullable=False),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("account_id", String(40), nullable=False),
    Column("name", String(60), nullable=False),
    # The filters as they stand in the page's address.
    Column("query", Text, nullable=False),
    # Whether everybody in support sees it.
    Column("shared", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("account_id", "name"),
)

canned_replies = Table(
    "canned_replies",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    # Which language it is in; none: it fits any.
    Column("language", String(8)),
    Column("by", String(40), nullable=False),
    Column("at", Moment, nullable=False),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("turn_id", ForeignKey("turns.id"), nullable=False),
    Column("reviewer_id", String(40), nullable=False),
    Column("reviewer", String(120), nullable=False),
    Column("verdict", String(20), nullable=False),
    # What is to become of it: a training example, a test, an entry, or nothing.
    Column("becomes", String(20), nullable=False),
    # The intent that it should have been taken for, or the name of an entry.
    Column("meant", String(120), nullable=False),
    Column("comment", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("exported_at", Moment),
    UniqueConstraint("turn_id", "reviewer_id"),
    Index(None, "becomes", "exported_at"),
    Index(None, "conversation_id"),
)

samples = Table(
    "samples",
    metadata,
    # Turns that were drawn at random, for several people to judge.
    Column("turn_id", ForeignKey("turns.id"), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("drawn_at", Moment, nullable=False),
    Index(None, "drawn_at"),
)
