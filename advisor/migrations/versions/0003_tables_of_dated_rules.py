"""Tables of dated rules."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "kb_records",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["kb_sources.id"]),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    with op.batch_alter_table("kb_records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kb_records_source_id"), ["source_id"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("kb_records")
