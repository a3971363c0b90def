"""How sources were imported, so that they can be read again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("kb_sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("asked_format", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("mapping_file", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("etag", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("last_modified", sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("kb_sources", schema=None) as batch_op:
        for name in ("last_modified", "etag", "mapping_file", "asked_format", "checked_at"):
            batch_op.drop_column(name)
