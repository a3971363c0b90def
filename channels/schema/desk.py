"""Tables of what staff add to conversations: notes, tags, views, replies, reviews, corrections."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

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

corrections = Table(
    "corrections",
    metadata,
    # What the institution takes back of what its assistant said, once in a conversation.
    Column("id", String(40), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    # The newest message that said it, and what of it was wrong, as letters and digits only.
    Column("answer_id", String(40), nullable=False),
    Column("told", String(200), nullable=False),
    Column("document_id", String(400), nullable=False),
    Column("text", Text, nullable=False),
    Column("citation", JSON, nullable=False),
    Column("by", String(120), nullable=False),
    Column("queued_at", Moment, nullable=False),
    # When it was written or given up, the message that it became, or why it became none.
    Column("ended_at", Moment),
    Column("message_id", String(40)),
    Column("reason", String(20)),
    UniqueConstraint("answer_id", "told"),
    Index(None, "conversation_id"),
    Index(None, "document_id", "queued_at"),
    # Few wait at a time: the index holds only those.
    Index(
        None,
        "queued_at",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

handover_mails = Table(
    "handover_mails",
    metadata,
    # What staff are told by mail of a student who waits, once for each time and reason.
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("why", String(20), primary_key=True),
    Column("waiting_since", Moment, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("ended_at", Moment),
    # Why it was not sent, in one word.
    Column("reason", String(60)),
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
