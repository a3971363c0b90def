"""Where conversations are kept and kept apart: one SQLite file, and one lock a conversation."""

import asyncio
import itertools
import json
from collections import OrderedDict
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, AsyncGenerator, Dict, Iterator, Optional, Text

import sqlalchemy as sa
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.pool import StaticPool

EVENTS_KEPT = 10_000
"""Events of all the trackers in memory: at 2 to 3 KB each 30 MB, some hundred conversations."""


class WriteAheadTrackerStore(SQLTrackerStore):
    """Rasa's SQL store on one SQLite connection, with the last trackers in memory as well.

    The stock store opens a connection for every read and write, syncs every commit, and makes a
    tracker anew from all its events at each read. With write-ahead logging and
    ``synchronous=NORMAL`` a loss of power may lose the last turns, never the file
    (sqlite.org/pragma.html#pragma_synchronous); the gateway's transcript has them and repeats what
    was not answered. Every turn is in the file before it is answered: memory only spares reading
    it back. So one bot process owns the file. ``db`` is the file; its folder is made.
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
            # What is erased is overwritten (sqlite.org/pragma.html#pragma_secure_delete).
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)
        self._kept = KeptTrackers()

    @property
    def domain(self) -> Domain:
        """The domain that trackers are made with; another one forgets those in memory."""
        return self._domain

    @domain.setter
    def domain(self, domain: Optional[Domain]) -> None:
        self._domain = domain or Domain.empty()
        self._kept = KeptTrackers()

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The tracker as it was saved last: one object, which whoever holds the lock may change."""
        tracker = self._kept.get(sender_id)
        if tracker is None:
            tracker = await super().retrieve(sender_id)
            if tracker is not None:
                self._kept.put(tracker)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Writes the events that are new, all of them or none."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            rows = [
                self._row(tracker.sender_id, e) for e in self._additional_events(session, tracker)
            ]
            if rows:
                session.execute(self.SQLEvent.__table__.insert(), rows)
                session.commit()
        if tracker.events:
            _forget_earlier_sessions(tracker)
            self._kept.put(tracker)

    async def forget(self, sender_id: Text) -> None:
        """Erases a conversation from the file, the log written ahead of it, and memory."""
        self._kept.drop(sender_id)
        events = self.SQLEvent.__table__
        with self.session_scope() as session:
            session.execute(events.delete().where(events.c.sender_id == sender_id))
            session.commit()
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Iterator[Event]:
        saved = self._kept.saved_events(tracker)
        if saved is None:
            return super()._additional_events(session, tracker)
        return itertools.islice(tracker.events, saved, None)

    @staticmethod
    def _row(sender_id: Text, event: Event) -> Dict[Text, Any]:
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }


def _forget_earlier_sessions(tracker: DialogueStateTracker) -> None:
    """Leaves the events that reading the tracker back would give."""
    starts = [place for place, e in enumerate(tracker.events) if isinstance(e, SessionStarted)]
    for _ in range(starts[-1] if starts else 0):
        tracker.events.popleft()


class KeptTrackers:
    """The trackers that were used last, each with the number of its events that are in the file.

    A tracker with more events belongs to a turn that is under way or broke off, and is not given
    out: what the file holds counts.
    """

    def __init__(self, limit: int = EVENTS_KEPT) -> None:
        self._limit = limit
        self._trackers: "OrderedDict[Text, DialogueStateTracker]" = OrderedDict()
        self._saved: Dict[Text, int] = {}
        self._events = 0

    def get(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The tracker, or None when it is not here as it was saved."""
        tracker = self._trackers.get(sender_id)
        if tracker is None or len(tracker.events) != self._saved[sender_id]:
            return None
        self._trackers.move_to_end(sender_id)
        return tracker

    def saved_events(self, tracker: DialogueStateTracker) -> Optional[int]:
        """How many of the tracker's events are in the file; None when another one is kept."""
        if self._trackers.get(tracker.sender_id) is not tracker:
            return None
        return self._saved[tracker.sender_id]

    def put(self, tracker: DialogueStateTracker) -> None:
        """Keeps a tracker that is as in the file; the least used go when there are too many."""
        self._trackers[tracker.sender_id] = tracker
        self._trackers.move_to_end(tracker.sender_id)
        self._events += len(tracker.events) - self._saved.get(tracker.sender_id, 0)
        self._saved[tracker.sender_id] = len(tracker.events)
        while self._events > self._limit and len(self._trackers) > 1:
            oldest, _ = self._trackers.popitem(last=False)
            self._events -= self._saved.pop(oldest)

    def drop(self, sender_id: Text) -> None:
        """Keeps a tracker no longer."""
        if self._trackers.pop(sender_id, None) is not None:
            self._events -= self._saved.pop(sender_id)


async def forget(store: TrackerStore, sender_id: Text) -> None:
    """Erases a conversation from an agent's store, which Rasa wraps to fall back on another.

    Raises TypeError for a store that cannot erase, as Rasa's own cannot.
    """
    kept = store._tracker_store if isinstance(store, FailSafeTrackerStore) else store
    if not isinstance(kept, WriteAheadTrackerStore):
        raise TypeError(f"{type(kept).__name__} cannot erase a conversation")
    await kept.forget(sender_id)


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
