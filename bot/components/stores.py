"""Where conversations are kept and kept apart: one SQLite file, and one lock a conversation."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, AsyncGenerator, Dict, Optional, Text

import sqlalchemy as sa
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy.pool import StaticPool


class WriteAheadTrackerStore(SQLTrackerStore):
    """Rasa's SQL store on one SQLite connection that does not wait for the disk at each turn.

    The stock store opens a connection for every read and write and syncs every commit. With
    write-ahead logging and ``synchronous=NORMAL`` a loss of power may lose the last turns, never
    the file (sqlite.org/pragma.html#pragma_synchronous); the gateway's transcript has them and
    repeats what was not answered. ``db`` is the file; its folder is made.
    """

    def __init__(
        self, db: Text, domain: Any = None, event_broker: Any = None, **kwargs: Any
    ) -> None:
        path = Path(db)
        path.parent.mkdir(parents=True, exist_ok=True)
        kwargs.pop("host", None)
        super().__init__(domain=domain, event_broker=event_broker, db=str(path), **kwargs)
        self.engine.dispose()
        self.engine = sa.create_engine(
            f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)


class WakingLockStore(LockStore):
    """Locks that wake the next turn at once; the stock store looks once a second.

    For one bot process: several would need a lock store that they share.
    """

    def __init__(self, endpoint_config: Any = None) -> None:
        self._locks: Dict[Text, asyncio.Lock] = {}
        self._users: Dict[Text, int] = {}

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: Text,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Raises LockError when the lock was not free within ``lock_lifetime`` seconds."""
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        self._users[conversation_id] = self._users.get(conversation_id, 0) + 1
        try:
            try:
                await asyncio.wait_for(lock.acquire(), lock_lifetime)
            except asyncio.TimeoutError as error:
                raise LockError(f"conversation {conversation_id!r} stayed locked") from error
            try:
                yield TicketLock(conversation_id)
            finally:
                lock.release()
        finally:
            self._users[conversation_id] -= 1
            if not self._users[conversation_id]:
                del self._users[conversation_id], self._locks[conversation_id]

    def get_lock(self, conversation_id: Text) -> Optional[TicketLock]:
        """A ticket when the conversation is locked, as the interface wants it."""
        lock = self._locks.get(conversation_id)
        return TicketLock(conversation_id) if lock and lock.locked() else None

    def delete_lock(self, conversation_id: Text) -> None:
        """Nothing to do: a lock goes with its last user."""

    def save_lock(self, lock: TicketLock) -> None:
        """Nothing to do: tickets are not kept."""
