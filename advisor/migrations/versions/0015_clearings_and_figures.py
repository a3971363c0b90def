"""What was cleared on which day, and the figures of days."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_COUNTS = (
    "conversations",
    "confirmed",
    "handed_over",
    "unhelpful",
    "turns",
    "answered",
    "unanswered",
    "rated",
    "helpful",
    "reviewed",
    "verified",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "clearings",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_clearings")),
    )
    op.create_table(
        "daily_figures",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("dimension", sa.String(20), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.Column("times", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", "dimension", "name", name=op.f("pk_daily_figures")),
    )
    op.create_index(op.f("ix_turns_accepted_at"), "turns", ["accepted_at"])
    op.create_index(op.f("ix_conversations_created_at"), "conversations", ["created_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_conversations_created_at"), "conversations")
    op.drop_index(op.f("ix_turns_accepted_at"), "turns")
    op.drop_table("daily_figures")
    op.drop_table("clearings")
