"""The language of a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(8), nullable=True))
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language_hint", sa.String(35), nullable=True))


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.drop_column("language_hint")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_column("language")
