"""What a reply needs besides an address, and where channels that fetch their messages go on."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("conversations") as conversations:
        conversations.add_column(sa.Column("reply_to", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "bookmarks",
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_bookmarks")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("bookmarks")
    with op.batch_alter_table("conversations") as conversations:
        conversations.drop_column("reply_to")
