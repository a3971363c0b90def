"""The words of messages, so that staff find them: FTS5 in SQLite, text search in PostgreSQL.

Triggers keep SQLite's index in step with its table, whoever writes; a migration that makes the
table `messages` anew has to make them anew too. PostgreSQL indexes an expression.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, Select, String, Table, bindparam, column, event, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.storage import Storage

SQLITE = (
    # FTS5 counts its rows, and the numbers that SQLite gives a table's own may change.
    "CREATE TABLE message_places (number INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE)",
    "CREATE VIRTUAL TABLE message_search USING fts5("
    "text, content='', tokenize='unicode61 remove_diacritics 2')",
    "CREATE TRIGGER message_is_indexed AFTER INSERT ON messages BEGIN "
    "INSERT INTO message_places (message_id) VALUES (new.id); "
    "INSERT INTO message_search (rowid, text) "
    "SELECT number, new.text FROM message_places WHERE message_id = new.id; END",
    "CREATE TRIGGER message_leaves_index AFTER DELETE ON messages BEGIN "
    "INSERT INTO message_search (message_search, rowid, text) "
    "SELECT 'delete', number, old.text FROM message_places WHERE message_id = old.id; "
    "DELETE FROM message_places WHERE message_id = old.id; END",
    "CREATE TRIGGER message_is_indexed_anew AFTER UPDATE OF text ON messages BEGIN "
    "INSERT INTO message_search (message_search, rowid, text) "
    "SELECT 'delete', number, old.text FROM message_places WHERE message_id = old.id; "
    "INSERT INTO message_search (rowid, text) "
    "SELECT number, new.text FROM message_places WHERE message_id = new.id; END",
)
POSTGRESQL = ("CREATE INDEX ix_messages_words ON messages USING gin (to_tsvector('simple', text))",)
NEWEST = 1000
"""Messages that one search looks at; a word that more hold is found in the newest of them."""
STEP = 500
"""Pages that are merged in one write: with 400,000 messages the longest took 0.1 s."""
WORD = re.compile(r"\w+")

_FOUND = {
    "sqlite": text(
        "SELECT m.conversation_id FROM message_search AS s "
        "JOIN message_places AS p ON p.number = s.rowid JOIN messages AS m ON m.id = p.message_id "
        "WHERE message_search MATCH :words ORDER BY s.rowid DESC LIMIT :newest"
    ),
    "postgresql": text(
        "SELECT conversation_id FROM messages "
        "WHERE to_tsvector('simple', text) @@ to_tsquery('simple', :words) "
        "ORDER BY at DESC LIMIT :newest"
    ),
}
_MERGE = text("INSERT INTO message_search (message_search, rank) VALUES ('merge', :pages)")


def index_words_of(messages: Table) -> None:
    """Have the index made after its table, by whoever makes tables without a migration."""

    @event.listens_for(messages, "after_create")
    def make(_table: Table, db: Connection, **_: object) -> None:
        for statement in SQLITE if db.dialect.name == "sqlite" else POSTGRESQL:
            db.exec_driver_sql(statement)


def conversations_with(words: str, dialect: str) -> Select[tuple[str]] | None:
    """Ids of the conversations in which one message holds all of the words, the last as its start.

    None when nothing that can be looked for was typed. Case does not matter.
    """
    found = WORD.findall(words)
    if not found:
        return None
    if dialect == "sqlite":
        asked = " ".join(f'"{word}"' for word in found) + "*"
    else:
        asked = " & ".join(f"'{word}'" for word in found) + ":*"
    hits = _FOUND[dialect].bindparams(
        bindparam("words", asked, unique=True), bindparam("newest", NEWEST, unique=True)
    )
    rows = hits.columns(column("conversation_id", String)).subquery("hits")
    return select(rows.c.conversation_id)


async def forget_words(storage: Storage) -> None:
    """Merge SQLite's index, which holds the words of erased messages until then, step by step."""
    if storage.shared:
        return
    async with storage.writing() as db:
        await _merge(db, -STEP)
    while True:
        async with storage.writing() as db:
            if not await _merge(db, STEP):
                return


async def _merge(db: AsyncConnection, pages: int) -> bool:
    """Whether there was something to merge: sqlite.org/fts5.html#the_merge_command."""
    # Freed pages are overwritten, as where the messages themselves are erased.
    await db.exec_driver_sql("PRAGMA secure_delete=ON")
    before = (await db.exec_driver_sql("SELECT total_changes()")).scalar_one()
    await db.execute(_MERGE, {"pages": pages})
    after = (await db.exec_driver_sql("SELECT total_changes()")).scalar_one()
    return int(after) - int(before) >= 2
