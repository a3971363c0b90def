"""The words of messages, so that staff find them: FTS5 in SQLite, text search in PostgreSQL.

Triggers keep SQLite's index in step with its table, whoever writes; a migration that makes the
table `messages` anew has to make them anew too. PostgreSQL indexes an expression.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, Table, TextClause, event, text
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
NEWEST = 500
"""Messages that one search looks at; a word that more hold is found in the newest of them."""
STEP = 500
"""Pages that are merged in one write: with 400,000 messages the longest took 0.1 s."""
WORD = re.compile(r"\w+")

RECENT = 5000
"""Messages of PostgreSQL that are read before its index is asked, which knows no order: of 600,000
it takes 0.25 s for a word that every third holds, and the newest hold enough of it in 0.03."""

_IN_SQLITE = text(
    "SELECT m.conversation_id FROM message_search AS s "
    "JOIN message_places AS p ON p.number = s.rowid JOIN messages AS m ON m.id = p.message_id "
    "WHERE message_search MATCH :words ORDER BY s.rowid DESC LIMIT :newest"
)
_IN_RECENT = text(
    "SELECT conversation_id FROM "
    "(SELECT conversation_id, text FROM messages ORDER BY at DESC LIMIT :recent) AS recent "
    "WHERE to_tsvector('simple', text) @@ to_tsquery('simple', :words) LIMIT :newest"
).bindparams(recent=RECENT)
# The sum keeps PostgreSQL from looking through all messages by their time: it takes the beginning
# of any word for one that every fiftieth message holds.
_IN_ALL = text(
    "SELECT conversation_id FROM messages "
    "WHERE to_tsvector('simple', text) @@ to_tsquery('simple', :words) "
    "ORDER BY at + interval '0' DESC LIMIT :newest"
)
_MERGE = text("INSERT INTO message_search (message_search, rank) VALUES ('merge', :pages)")


def index_words_of(messages: Table) -> None:
    """Have the index made after its table, by whoever makes tables without a migration."""

    @event.listens_for(messages, "after_create")
    def make(_table: Table, db: Connection, **_: object) -> None:
        for statement in SQLITE if db.dialect.name == "sqlite" else POSTGRESQL:
            db.exec_driver_sql(statement)


async def conversations_with(db: AsyncConnection, words: str) -> tuple[str, ...]:
    """Ids of the conversations in which one message holds all of the words, the last as its start.

    None of what cannot be looked for, such as marks alone. Case does not matter.
    """
    found = WORD.findall(words)
    if not found:
        return ()
    if db.dialect.name == "sqlite":
        return await _hits(db, _IN_SQLITE, " ".join(f'"{word}"' for word in found) + "*")
    asked = " & ".join(f"'{word}'" for word in found) + ":*"
    recent = await _hits(db, _IN_RECENT, asked)
    return recent if len(recent) == NEWEST else await _hits(db, _IN_ALL, asked)


async def _hits(db: AsyncConnection, query: TextClause, words: str) -> tuple[str, ...]:
    return tuple((await db.execute(query, {"words": words, "newest": NEWEST})).scalars())


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
