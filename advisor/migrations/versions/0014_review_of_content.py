"""What staff propose, its review and revisions, who verifies what, and publications."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_NEVER_CHANGED = {
    "sqlite": [
        f"CREATE TRIGGER kb_revisions_{verb.lower()} BEFORE {verb} ON kb_revisions "
        "BEGIN SELECT RAISE(ABORT, 'revisions are never changed'); END"
        for verb in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION kb_revisions_stay() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'revisions are never changed'; END $$",
        "CREATE TRIGGER kb_revisions_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON kb_revisions "
        "FOR EACH STATEMENT EXECUTE FUNCTION kb_revisions_stay()",
    ],
}


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "kb_proposals",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(400), nullable=False),
        sa.Column("base", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(40), nullable=False),
        sa.Column("author_name", sa.String(120), nullable=False),
        sa.Column("contributors", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.String(40), nullable=False),
        sa.Column("changed_name", sa.String(120), nullable=False),
        sa.Column("touches", sa.JSON(), nullable=False),
        sa.Column("decided_name", sa.String(120)),
        sa.Column("reason", sa.Text()),
        sa.Column("rubric", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("decided_at", moment),
    )
    op.create_index("ix_kb_proposals_state_changed_at", "kb_proposals", ["state", "changed_at"])
    op.create_index("ix_kb_proposals_subject", "kb_proposals", ["subject"])
    op.create_table(
        "kb_revisions",
        sa.Column("document_id", sa.String(400), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True)),
        sa.Column("proposal_id", sa.String(40), sa.ForeignKey("kb_proposals.id")),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", moment, nullable=False),
    )
    for command in _NEVER_CHANGED.get(op.get_bind().dialect.name, ()):
        op.execute(command)
    op.create_table(
        "kb_criteria",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
    )
    op.create_table(
        "kb_care",
        sa.Column("document_id", sa.String(400), primary_key=True),
        sa.Column("verifier", sa.String(120), nullable=False),
        sa.Column("verified_on", sa.Date()),
        sa.Column("interval_days", sa.Integer(), nullable=False),
    )
    op.create_table(
        "kb_publications",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("override", sa.Text(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("lease_until", moment),
        sa.Column("edition", sa.String(40)),
        sa.Column("problem", sa.Text()),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("ended_at", moment),
    )
    op.create_index("ix_kb_publications_state_due_at", "kb_publications", ["state", "due_at"])
    op.create_table(
        "kb_questions",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("document_id", sa.String(400), nullable=False),
        sa.Column("holds", sa.Text(), nullable=False),
        sa.Column("abstains", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("kb_questions", "kb_publications", "kb_care", "kb_criteria"):
        op.drop_table(table)
    op.drop_table("kb_revisions")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION kb_revisions_stay()")
    op.drop_table("kb_proposals")
