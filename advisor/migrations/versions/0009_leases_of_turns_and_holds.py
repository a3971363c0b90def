"""Leases of turns, the pause before a turn begins, and who holds a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("turns") as turns:
        turns.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        turns.add_column(sa.Column("lease_owner", sa.String(40), nullable=True))
        turns.add_column(sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("conversations") as conversations:
        conversations.add_column(sa.Column("held_by", sa.String(40), nullable=True))
        conversations.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
        conversations.create_index(op.f("ix_conversations_updated_at"), ["updated_at"])


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("conversations") as conversations:
        conversations.drop_index(op.f("ix_conversations_updated_at"))
        conversations.drop_column("held_until")
        conversations.drop_column("held_by")
    with op.batch_alter_table("turns") as turns:
        turns.drop_column("lease_until")
        turns.drop_column("lease_owner")
        turns.drop_column("due_at")
