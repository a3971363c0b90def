"""Entries by their title and by when they were last verified."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_kb_documents_title_id", "kb_documents", ["title", "id"])
    op.create_index("ix_kb_documents_last_verified_id", "kb_documents", ["last_verified", "id"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_kb_documents_last_verified_id", "kb_documents")
    op.drop_index("ix_kb_documents_title_id", "kb_documents")
