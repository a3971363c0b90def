"""The gateway's tables, in portable SQLAlchemy Core for SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.types import TypeDecorator

from channels.word_index import index_words_of


class Moment(TypeDecorator[datetime]):
    """A point in time in UTC; SQLite drops the zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """UTC on the way in."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """UTC on the way out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
    Index(None, "status"),
    Index(None, "accepted_at"),
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
    # What the student said of it, and why, when asked.
    Column("helpful", Boolean),
    Column("helpful_reason", String(20)),
    Column("at", Moment, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
    Index(None, "turn_id"),
)

index_words_of(messages)

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

erasures = Table(
    "erasures",
    metadata,
    Column("id", String(40), primary_key=True),
    # Not a foreign key: the conversation is gone.
    Column("conversation_id", String(40), nullable=False),
    # How many rows of each table were erased.
    Column("erased", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    # When the bot has said that it forgot the conversation.
    Column("bot_at", Moment),
)

daily_figures = Table(
    "daily_figures",
    metadata,
    # A day of UTC; by what its figures are parted, and the name of the part.
    Column("day", String(10), primary_key=True),
    Column("dimension", String(20), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("conversations", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("handed_over", Integer, nullable=False),
    Column("unhelpful", Integer, nullable=False),
    Column("turns", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("unanswered", Integer, nullable=False),
    Column("rated", Integer, nullable=False),
    Column("helpful", Integer, nullable=False),
    Column("reviewed", Integer, nullable=False),
    Column("verified", Integer, nullable=False),
    # Response times counted by the bounds of `channels.analytics.figures`.
    Column("times", JSON, nullable=False),
)

clearings = Table(
    "clearings",
    metadata,
    # The day in UTC, so that one gateway clears on it.
    Column("day", String(10), primary_key=True),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    # How much of each class of data was cleared.
    Column("removed", JSON(none_as_null=True)),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("deactivated_at", Moment),
    Column("totp_secret", String(64)),
    # Null until the first code has shown that the secret arrived.
    Column("totp_since", Moment),
    # The time step of the last code that was taken: none is taken twice.
    Column("totp_step", Integer),
    # Who the institution's identity provider says it is: issuer and subject.
    Column("identity", String(400)),
    Index("uq_accounts_identity", "identity", unique=True),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    # What the list of sessions calls it: it opens nothing.
    Column("id", String(40), nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("csrf_token", String(64), nullable=False),
    Column("address", String(64)),
    Column("agent", String(255)),
    # Whether only a password was shown so far where a second factor is asked for too.
    Column("half", Boolean, nullable=False),
    # Whether the institution's identity provider vouched for it.
    Column("by_provider", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

setup_links = Table(
    "setup_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("email", String(254), nullable=False),
    Column("role", String(20), nullable=False),
    # Whose password it sets anew; null for one who has no account yet.
    Column("account_id", ForeignKey("accounts.id")),
    Column("invited_by", ForeignKey("accounts.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    Column("used_at", Moment),
)

identity_requests = Table(
    "identity_requests",
    metadata,
    # A sign-in that is under way at the institution's identity provider.
    Column("state_hash", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("created_at", Moment, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(120), nullable=False),
    # Not a foreign key: the row outlives the account.
    Column("account_id", String(40)),
    Column("address", String(64)),
    Column("action", String(60), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(400), nullable=False),
    Column("details", JSON, nullable=False),
    Index(None, "at"),
    Index(None, "kind", "subject"),
)

_ONLY_ADDED = {
    "sqlite": (
        "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END",
        "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_log_only_added() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$",
        "CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log "
        "FOR EACH ROW EXECUTE FUNCTION audit_log_only_added()",
        "CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_only_added()",
    ),
}


@event.listens_for(audit_log, "after_create")
def _only_add(_table: Table, connection: Connection, **_given: object) -> None:
    """Rows of the log are never altered, whoever asks, as the migration holds it too."""
    for statement in _ONLY_ADDED[connection.dialect.name]:
        connection.exec_driver_sql(statement)
