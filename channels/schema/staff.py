"""Tables of accounts, how they sign in, and what they did."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    event,
)

from channels.schema.metadata import Moment, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("deactivated_at", Moment),
    Column("totp_secret", String(64)),
    # Null until the first code has shown that the secret arrived.
    Column("totp_since", Moment),
    # The time step of the last code that was taken: none is taken twice.
    Column("totp_step", Integer),
    # Who the institution's identity provider says it is: issuer and subject.
    Column("identity", String(400)),
    Index("uq_accounts_identity", "identity", unique=True),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    # What the list of sessions calls it: it opens nothing.
    Column("id", String(40), nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("csrf_token", String(64), nullable=False),
    Column("address", String(64)),
    Column("agent", String(255)),
    # Whether only a password was shown so far where a second factor is asked for too.
    Column("half", Boolean, nullable=False),
    # Whether the institution's identity provider vouched for it.
    Column("by_provider", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

setup_links = Table(
    "setup_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("email", String(254), nullable=False),
    Column("role", String(20), nullable=False),
    # Whose password it sets anew; null for one who has no account yet.
    Column("account_id", ForeignKey("accounts.id")),
    Column("invited_by", ForeignKey("accounts.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    Column("used_at", Moment),
)

identity_requests = Table(
    "identity_requests",
    metadata,
    # A sign-in that is under way at the institution's identity provider.
    Column("state_hash", String(64), primary_key=True),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("created_at", Moment, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(120), nullable=False),
    # Not a foreign key: the row outlives the account.
    Column("account_id", String(40)),
    Column("address", String(64)),
    Column("action", String(60), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("subject", String(400), nullable=False),
    Column("details", JSON, nullable=False),
    Index(None, "at"),
    Index(None, "kind", "subject"),
)

_ONLY_ADDED = {
    "sqlite": (
        "CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END",
        "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_log_only_added() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$",
        "CREATE TRIGGER audit_log_no_change BEFORE UPDATE OR DELETE ON audit_log "
        "FOR EACH ROW EXECUTE FUNCTION audit_log_only_added()",
        "CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_only_added()",
    ),
}


@event.listens_for(audit_log, "after_create")
def _only_add(_table: Table, connection: Connection, **_given: object) -> None:
    """Rows of the log are never altered, whoever asks, as the migration holds it too."""
    for statement in _ONLY_ADDED[connection.dialect.name]:
        connection.exec_driver_sql(statement)
