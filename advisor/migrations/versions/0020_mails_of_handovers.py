"""Mails that tell staff of students who wait."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "handover_mails",
        sa.Column("conversation_id", sa.String(40), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("waiting_since", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("reason", sa.String(60), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_handover_mails_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint(
            "conversation_id", "why", "waiting_since", name=op.f("pk_handover_mails")
        ),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("handover_mails")
