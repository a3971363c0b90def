"""An index of the turns without an outcome alone, which are few; that of every status goes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_FEW = sa.text("status IN ('accepted', 'running')")


def upgrade() -> None:
    """Apply."""
    op.drop_index(op.f("ix_turns_status"), "turns")
    op.create_index(
        op.f("ix_turns_status_conversation_id"),
        "turns",
        ["status", "conversation_id"],
        sqlite_where=_FEW,
        postgresql_where=_FEW,
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_turns_status_conversation_id"), "turns")
    op.create_index(op.f("ix_turns_status"), "turns", ["status"])
