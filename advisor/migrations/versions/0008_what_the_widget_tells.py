"""Feedback on messages, students who signed in, programs of pages, and receipts of erasures."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("student", sa.String(255), nullable=True))
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("page_program", sa.String(255), nullable=True))
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("helpful", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("helpful_reason", sa.String(20), nullable=True))
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("conversation_id", sa.String(40), nullable=False),
        sa.Column("erased", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bot_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("erasures")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_column("helpful_reason")
        batch_op.drop_column("helpful")
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.drop_column("page_program")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_column("student")
