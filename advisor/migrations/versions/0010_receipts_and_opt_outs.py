"""What providers tell of parts they took, and who wants no more messages."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "opt_outs",
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("address", sa.String(255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pk_opt_outs")),
    )
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("receipt", sa.String(20), nullable=True))
        outbox.add_column(sa.Column("receipt_at", sa.DateTime(timezone=True), nullable=True))
        outbox.create_index(op.f("ix_outbox_channel_provider_id"), ["channel", "provider_id"])


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_index(op.f("ix_outbox_channel_provider_id"))
        outbox.drop_column("receipt_at")
        outbox.drop_column("receipt")
    op.drop_table("opt_outs")
