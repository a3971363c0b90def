"""Tables of conversations: their turns and messages, and what was delivered for them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from channels.schema.metadata import Moment, metadata
from channels.word_index import index_words_of

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("address", String(255), nullable=False),
    Column("status", String(20), nullable=False),
    # The language that was last spoken, as the bot found it.
    Column("language", String(8)),
    # Who the embedding site's server vouches that the student is, by the site's own id.
    Column("student", String(255)),
    # The person who speaks instead of the bot, and until when unless it is prolonged.
    Column("held_by", String(40)),
    Column("held_until", Moment),
    # Since when a person is waited for, and when that had lasted for too long.
    Column("waiting_since", Moment),
    Column("escalated_at", Moment),
    # The account that looks after it, whether or not it speaks at the moment.
    Column("assigned_to", String(40)),
    # The newest answered turn: what it was taken for, how surely, and if its answer helped.
    Column("topic", String(120)),
    Column("confidence", Float),
    Column("helpful", Boolean),
    # What a reply needs besides the address, such as a subject, as the newest message had it.
    Column("reply_to", JSON(none_as_null=True)),
    # The watermark: seq of the newest message, raised in the transaction that writes it.
    Column("last_seq", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("channel", "address"),
    Index(None, "status", "updated_at"),
    Index(None, "created_at"),
    # An inbox is read by these from its newest on; the id tells two of one moment apart.
    Index(None, "updated_at", "id"),
    Index(None, "assigned_to", "updated_at"),
    Index(None, "topic", "updated_at"),
    Index(None, "student"),
    # Few wait at a time: the index holds only those.
    Index(
        None,
        "waiting_since",
        sqlite_where=text("waiting_since IS NOT NULL"),
        postgresql_where=text("waiting_since IS NOT NULL"),
    ),
)

turns = Table(
    "turns",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("payload", Text),
    # What the channel said of the student's language, such as a browser's.
    Column("language_hint", String(35)),
    # The program that the page around the chat is about, by what the site calls it.
    Column("page_program", String(255)),
    Column("status", String(20), nullable=False),
    Column("reason", String(60)),
    Column("intent", String(120)),
    Column("confidence", Float),
    Column("form", String(120)),
    Column("bot_milliseconds", Float),
    Column("accepted_at", Moment, nullable=False),
    # Until then more of the same burst may join; none: it begins at once.
    Column("due_at", Moment),
    # The gateway that works on it, and until when nobody else does.
    Column("lease_owner", String(40)),
    Column("lease_until", Moment),
    Column("finished_at", Moment),
    UniqueConstraint("conversation_id", "seq"),
    Index(None, "accepted_at"),
    # Few have no outcome yet at a time: the index holds only those.
    Index(
        None,
        "status",
        "conversation_id",
        sqlite_where=text("status IN ('accepted', 'running')"),
        postgresql_where=text("status IN ('accepted', 'running')"),
    ),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("turn_id", ForeignKey("turns.id")),
    Column("delivery_id", String(255)),
    Column("author", String(20), nullable=False),
    # What the student is told of who wrote it, when that was a person.
    Column("name", String(120)),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("choices", JSON(none_as_null=True)),
    Column("answer", JSON(none_as_null=True)),
    # What a person sent with it: names, and addresses of rows of `attachments`.
    Column("attachments", JSON(none_as_null=True)),
    # What the student said of it, and why, when asked.
    Column("helpful", Boolean),
    Column("helpful_reason", String(20)),
    Column("at", Moment, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
    Index(None, "turn_id"),
    # What was asked in the last days is read by it.
    Index(None, "at"),
)

index_words_of(messages)

attachments = Table(
    "attachments",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    # With it the file's address is signed.
    Column("signing_key", String(64), nullable=False),
    Column("name", String(120), nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "conversation_id"),
)

consents = Table(
    "consents",
    metadata,
    # That a student agreed to a version of the institution's words, and when.
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("at", Moment, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("delivery_id", String(255), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("turn_id", String(40), nullable=False),
    Column("message_id", String(40), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("origin", String(255), nullable=False),
    Column("address", String(40), nullable=False),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
