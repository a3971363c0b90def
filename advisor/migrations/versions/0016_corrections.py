"""Corrections of what conversations were told, and messages by their time."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("conversation_id", sa.String(40), nullable=False),
        sa.Column("answer_id", sa.String(40), nullable=False),
        sa.Column("told", sa.String(200), nullable=False),
        sa.Column("document_id", sa.String(400), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("citation", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("queued_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("message_id", sa.String(40), nullable=True),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_corrections_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint("answer_id", "told", name=op.f("uq_corrections_answer_id_told")),
    )
    op.create_index(op.f("ix_corrections_conversation_id"), "corrections", ["conversation_id"])
    op.create_index(
        op.f("ix_corrections_document_id_queued_at"), "corrections", ["document_id", "queued_at"]
    )
    waiting = sa.text("ended_at IS NULL")
    op.create_index(
        op.f("ix_corrections_queued_at"),
        "corrections",
        ["queued_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index(op.f("ix_messages_at"), "messages", ["at"])


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_messages_at"), "messages")
    op.drop_table("corrections")
