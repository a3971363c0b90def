"""The tables of review: proposals, revisions, the rubric, who verifies what, publications."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    event,
)

from knowledge_base.schema import workspace

proposals = Table(
    "kb_proposals",
    workspace,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String(20), nullable=False),
    # Raised by every change, so that who saves an older one is told.
    Column("version", Integer, nullable=False),
    # The document of an edit, or the location of an import.
    Column("subject", String(400), nullable=False),
    # What the working copy held of the subject when the proposal began.
    Column("base", String(64), nullable=False),
    # One entry, or a whole source: compressed JSON.
    Column("content", LargeBinary, nullable=False),
    # How many are added, changed, removed and skipped by an import.
    Column("counts", JSON, nullable=False),
    Column("author", String(40), nullable=False),
    Column("author_name", String(120), nullable=False),
    # Ids of all who have changed it: none of them approves a fee, a date or an aid rule.
    Column("contributors", JSON, nullable=False),
    Column("changed_by", String(40), nullable=False),
    Column("changed_name", String(120), nullable=False),
    Column("touches", JSON, nullable=False),
    Column("decided_name", String(120)),
    Column("reason", Text),
    Column("rubric", JSON, nullable=False),
    # Questions that the entry is to answer, in students' words.
    Column("questions", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Index("ix_kb_proposals_state_changed_at", "state", "changed_at"),
    Index("ix_kb_proposals_subject", "subject"),
)

revisions = Table(
    "kb_revisions",
    workspace,
    Column("document_id", String(400), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    # The entry as it then was; None when it was removed.
    Column("content", JSON(none_as_null=True)),
    # None: it came by a command, without review.
    Column("proposal_id", ForeignKey("kb_proposals.id")),
    Column("by", String(120), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
"""Every state of an entry that review let in, and the one before the first; never changed."""

NEVER_CHANGED = {
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
"""By database, what refuses to change or delete a revision; the migration holds it too."""

for _database, _commands in NEVER_CHANGED.items():
    for _command in _commands:
        _refusal = DDL(_command)  # type: ignore[no-untyped-call]
        event.listen(revisions, "after_create", _refusal.execute_if(dialect=_database))

criteria = Table(
    "kb_criteria",
    workspace,
    Column("id", String(40), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", String(120), nullable=False),
    Column("question", Text, nullable=False),
)
"""The institution's own rubric; while it is empty the default holds."""

care = Table(
    "kb_care",
    workspace,
    Column("document_id", String(400), primary_key=True),
    Column("verifier", String(120), nullable=False),
    Column("verified_on", Date),
    Column("interval_days", Integer, nullable=False),
)
"""Who sees to it that an entry is still true, and how often; without a row the defaults hold."""

publications = Table(
    "kb_publications",
    workspace,
    Column("id", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("by", String(120), nullable=False),
    # Why it goes out although saved questions fail; empty when none does.
    Column("override", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("lease_until", DateTime(timezone=True)),
    Column("edition", String(40)),
    Column("problem", Text),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Index("ix_kb_publications_state_due_at", "state", "due_at"),
)

questions = Table(
    "kb_questions",
    workspace,
    Column("id", String(40), primary_key=True),
    Column("question", Text, nullable=False),
    # The document whose passage must be cited; empty: any, as long as there is an answer.
    Column("document_id", String(400), nullable=False),
    # Words that the answer must hold; empty: none.
    Column("holds", Text, nullable=False),
    Column("abstains", Boolean, nullable=False),
)
"""The saved question set, which a publication must pass or be let out with a reason."""
