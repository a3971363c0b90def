"""The stores keep conversations, and keep the turns of one conversation apart."""

import asyncio
import json
import tempfile
import unittest
from pathlib import Path

from components.stores import WakingLockStore, WriteAheadTrackerStore
from rasa.core.lock_store import LockError
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


class TrackerStore(unittest.IsolatedAsyncioTestCase):
    """On a real file."""

    async def test_what_is_saved_is_there_for_the_next_process(self) -> None:
        """A second store on the same file reads every event back, in order."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "new", "trackers.sqlite")
            store = WriteAheadTrackerStore(str(path), domain=Domain.empty())
            events = [UserUttered("hi", {"name": "greet"}, message_id="t_1"), BotUttered("hello")]
            tracker = DialogueStateTracker.from_events("c_1", events)
            await store.save(tracker)
            tracker.update(UserUttered("bye", {"name": "goodbye"}, message_id="t_2"))
            await store.save(tracker)
            other = WriteAheadTrackerStore(str(path), domain=Domain.empty())
            read = await other.retrieve("c_1")
            said = json.loads(json.dumps([event.as_dict() for event in tracker.events]))
            self.assertEqual([event.as_dict() for event in read.events], said)
            self.assertIsNone(await other.retrieve("c_2"))
            self.assertEqual(list(await other.keys()), ["c_1"])
            store.engine.dispose()
            other.engine.dispose()

    async def test_a_commit_does_not_wait_for_the_disk(self) -> None:
        """The connection that is used runs with write-ahead logging and synchronous=NORMAL."""
        with tempfile.TemporaryDirectory() as folder:
            store = WriteAheadTrackerStore(str(Path(folder, "t.sqlite")), domain=Domain.empty())
            with store.session_scope() as session:
                self.assertEqual(session.execute("PRAGMA journal_mode").scalar(), "wal")
                self.assertEqual(session.execute("PRAGMA synchronous").scalar(), 1)
            store.engine.dispose()


class LockStore(unittest.IsolatedAsyncioTestCase):
    """On one event loop, as in the bot."""

    async def test_turns_of_one_conversation_go_one_by_one_in_order(self) -> None:
        """Nobody enters before the one in front has left."""
        store, seen = WakingLockStore(), []

        async def turn(number: int) -> None:
            async with store.lock("c_1"):
                seen.append((number, "in"))
                await asyncio.sleep(0)
                seen.append((number, "out"))

        await asyncio.gather(*(turn(number) for number in range(5)))
        self.assertEqual(seen, [(n, side) for n in range(5) for side in ("in", "out")])
        self.assertIsNone(store.get_lock("c_1"))

    async def test_conversations_do_not_wait_for_each_other(self) -> None:
        """Another conversation's lock is free, and a lock is gone once nobody uses it."""
        store = WakingLockStore()
        async with store.lock("c_1"):
            self.assertIsNotNone(store.get_lock("c_1"))
            async with store.lock("c_2", lock_lifetime=0.2):
                self.assertIsNotNone(store.get_lock("c_2"))
        self.assertEqual(store._locks, {})

    async def test_a_lock_that_stays_taken_is_an_error_and_then_works_again(self) -> None:
        """The waiting turn gets LockError, never silence."""
        store = WakingLockStore()
        async with store.lock("c_1"):
            with self.assertRaises(LockError):
                async with store.lock("c_1", lock_lifetime=0.05):
                    self.fail("entered a taken lock")
        async with store.lock("c_1", lock_lifetime=0.05):
            pass


if __name__ == "__main__":
    unittest.main()
