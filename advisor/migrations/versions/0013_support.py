"""What the support team works with: waiting, assignment, notes, tags, views, replies, reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SQLITE = (
    "CREATE TABLE message_places (number INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE message_search USING fts5("
    "text, content='', tokenize='unicode61 remove_diacritics 2')",
    "INSERT INTO message_places (message_id) SELECT id FROM messages ORDER BY at, seq",
    "INSERT INTO message_search (rowid, text) SELECT p.number, m.text "
    "FROM message_places AS p JOIN messages AS m ON m.id = p.message_id ORDER BY p.number",
    "CREATE TRIGGER message_is_indexed AFTER INSERT ON messages BEGIN "
    "INSERT INTO message_places (message_id) VALUES (new.id); "
    "INSERT INTO message_search (rowid, text) "
    "SELECT number, new.text FROM message_places WHERE message_id = new.id; END",
    "CREATE TRIGGER message_leaves_index AFTER DELETE ON messages BEGIN "
    "INSERT INTO message_search (message_search, rowid, text) "
    "SELECT 'delete', number, old.text FROM message_places WHERE message_id = old.id; "
    "DELETE FROM message_places WHERE message_id = old.id; END",
    "CREATE TRIGGER message_is_indexed_anew AFTER UPDATE OF text ON messages BEGIN "
    "INSERT INTO message_search (message_search, rowid, text) "
    "SELECT 'delete', number, old.text FROM message_places WHERE message_id = old.id; "
    "INSERT INTO message_search (rowid, text) "
    "SELECT number, new.text FROM message_places WHERE message_id = new.id; END",
)


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("conversations") as conversations:
        conversations.add_column(sa.Column("waiting_since", MOMENT, nullable=True))
        conversations.add_column(sa.Column("escalated_at", MOMENT, nullable=True))
        conversations.add_column(sa.Column("assigned_to", sa.String(40), nullable=True))
        conversations.add_column(sa.Column("topic", sa.String(120), nullable=True))
        conversations.add_column(sa.Column("confidence", sa.Float(), nullable=True))
        conversations.add_column(sa.Column("helpful", sa.Boolean(), nullable=True))
        conversations.drop_index("ix_conversations_updated_at")
        for columns in (
            ("updated_at", "id"),
            ("assigned_to", "updated_at"),
            ("topic", "updated_at"),
            ("student",),
        ):
            conversations.create_index(f"ix_conversations_{'_'.join(columns)}", list(columns))
    op.execute("UPDATE conversations SET waiting_since = updated_at WHERE status = 'waiting'")
    op.create_index(
        op.f("ix_conversations_waiting_since"),
        "conversations",
        ["waiting_since"],
        sqlite_where=sa.text("waiting_since IS NOT NULL"),
        postgresql_where=sa.text("waiting_since IS NOT NULL"),
    )
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("name", sa.String(120), nullable=True))
        messages.create_index(op.f("ix_messages_turn_id"), ["turn_id"])
    _notes_and_tags()
    _views_and_replies()
    _reviews()
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE:
            op.execute(statement)
    else:
        op.execute(
            "CREATE INDEX ix_messages_words ON messages USING gin (to_tsvector('simple', text))"
        )


def _notes_and_tags() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.String(40), nullable=False),
        _conversation(),
        sa.Column("author_id", sa.String(40), nullable=False),
        sa.Column("author", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        _of_conversation("notes"),
    )
    op.create_index(op.f("ix_notes_conversation_id_at"), "notes", ["conversation_id", "at"])
    op.create_table(
        "tags",
        _conversation(),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name=op.f("pk_tags")),
        _of_conversation("tags"),
    )
    op.create_index(op.f("ix_tags_tag_conversation_id"), "tags", ["tag", "conversation_id"])
    op.create_table(
        "viewers",
        _conversation(),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "account_id", name=op.f("pk_viewers")),
        _of_conversation("viewers"),
    )


def _views_and_replies() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_views_account_id_name")),
    )
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(8), nullable=True),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
        sa.UniqueConstraint("name", name=op.f("uq_canned_replies_name")),
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(40), nullable=False),
        _conversation(),
        sa.Column("turn_id", sa.String(40), nullable=False),
        sa.Column("reviewer_id", sa.String(40), nullable=False),
        sa.Column("reviewer", sa.String(120), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("becomes", sa.String(20), nullable=False),
        sa.Column("meant", sa.String(120), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("exported_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("turn_id", "reviewer_id", name=op.f("uq_reviews_turn_id_reviewer_id")),
        _of_conversation("reviews"),
        _of_turn("reviews"),
    )
    op.create_index(op.f("ix_reviews_becomes_exported_at"), "reviews", ["becomes", "exported_at"])
    op.create_index(op.f("ix_reviews_conversation_id"), "reviews", ["conversation_id"])
    op.create_table(
        "samples",
        sa.Column("turn_id", sa.String(40), nullable=False),
        _conversation(),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_samples")),
        _of_conversation("samples"),
        _of_turn("samples"),
    )
    op.create_index(op.f("ix_samples_drawn_at"), "samples", ["drawn_at"])


def _conversation() -> sa.Column[str]:
    return sa.Column("conversation_id", sa.String(40), nullable=False)


def _of_conversation(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_conversation_id_conversations")
    return sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=name)


def _of_turn(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["turn_id"], ["turns.id"], name=op.f(f"fk_{table}_turn_id_turns")
    )


def downgrade() -> None:
    """Undo."""
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("is_indexed", "leaves_index", "is_indexed_anew"):
            op.execute(f"DROP TRIGGER message_{trigger}")
        op.execute("DROP TABLE message_search")
        op.execute("DROP TABLE message_places")
    else:
        op.execute("DROP INDEX ix_messages_words")
    for table in (
        "samples",
        "reviews",
        "canned_replies",
        "saved_views",
        "viewers",
        "tags",
        "notes",
    ):
        op.drop_table(table)
    with op.batch_alter_table("messages") as messages:
        messages.drop_index(op.f("ix_messages_turn_id"))
        messages.drop_column("name")
    op.drop_index(op.f("ix_conversations_waiting_since"), "conversations")
    with op.batch_alter_table("conversations") as conversations:
        for columns in ("updated_at_id", "assigned_to_updated_at", "topic_updated_at", "student"):
            conversations.drop_index(f"ix_conversations_{columns}")
        conversations.create_index("ix_conversations_updated_at", ["updated_at"])
        for column in (
            "helpful",
            "confidence",
            "topic",
            "assigned_to",
            "escalated_at",
            "waiting_since",
        ):
            conversations.drop_column(column)
