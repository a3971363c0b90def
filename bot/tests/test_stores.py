"""The stores keep conversations, and keep the turns of one conversation apart."""

import asyncio
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any, Text

from components.stores import KeptTrackers, WakingLockStore, WriteAheadTrackerStore, forget
from rasa.core.lock_store import LockError
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity


def opened(folder: Text, **domain: Any) -> WriteAheadTrackerStore:
    """A store on the file of a folder."""
    made = Domain.from_dict(domain) if domain else Domain.empty()
    return WriteAheadTrackerStore(str(Path(folder, "t.sqlite")), domain=made)


def state(tracker: DialogueStateTracker) -> Any:
    """All that a tracker knows, as JSON gives it back."""
    return json.loads(json.dumps(tracker.current_state(EventVerbosity.ALL)))


async def begun(store: WriteAheadTrackerStore) -> DialogueStateTracker:
    """A conversation with a session, a form and a slot, saved as Rasa saves a first turn."""
    tracker = await store.get_or_create_tracker("c_1", append_action_listen=False)
    for event in (
        ActionExecuted("action_session_start"),
        SessionStarted(),
        ActionExecuted("action_listen"),
        UserUttered("plan it", {"name": "plan_path"}, message_id="t_1"),
        ActionExecuted("plan_form"),
        ActiveLoop("plan_form"),
        SlotSet("focus", {"ids": ["a", "b"], "n": 1.5}),
        BotUttered("How many hours?", {"custom": {"type": "answer"}}),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event)
    await store.save(tracker)
    return tracker


class TrackerStore(unittest.IsolatedAsyncioTestCase):
    """On a real file."""

    async def test_what_is_forgotten_is_nowhere(self) -> None:
        """Not for this process, not for the next, and not as bytes in the file or its log."""
        with tempfile.TemporaryDirectory() as folder:
            store = opened(folder)
            await begun(store)
            other = await store.get_or_create_tracker("c_2", append_action_listen=False)
            other.update(UserUttered("hello"))
            await store.save(other)
            await forget(FailSafeTrackerStore(store), "c_1")
            self.assertIsNone(await store.retrieve("c_1"))
            self.assertIsNone(await opened(folder).retrieve("c_1"))
            self.assertIsNotNone(await opened(folder).retrieve("c_2"))
            for file in Path(folder).iterdir():
                self.assertNotIn(b"How many hours?", file.read_bytes())
                self.assertNotIn(b"plan it", file.read_bytes())

    async def test_a_conversation_that_was_forgotten_can_begin_again(self) -> None:
        """As a new one, whatever was kept in memory."""
        with tempfile.TemporaryDirectory() as folder:
            store = opened(folder)
            await begun(store)
            before = [e.type_name for e in (await opened(folder).retrieve("c_1")).events]
            await forget(store, "c_1")
            await begun(store)
            after = [e.type_name for e in (await opened(folder).retrieve("c_1")).events]
            self.assertEqual(after, before)

    async def test_a_store_that_cannot_erase_says_so(self) -> None:
        """Rather than pretend."""
        with self.assertRaises(TypeError):
            await forget(InMemoryTrackerStore(Domain.empty()), "c_1")

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

    async def test_memory_and_file_say_the_same(self) -> None:
        """After every turn the tracker in memory is what another process reads."""
        with tempfile.TemporaryDirectory() as folder:
            slots = {"focus": {"type": "any", "mappings": [{"type": "custom"}]}}
            store = opened(folder, slots=slots)
            tracker = await begun(store)
            for number in range(3):
                kept = await store.retrieve("c_1")
                self.assertIs(kept, tracker)
                self.assertEqual(kept.active_loop_name, "plan_form")
                read = await opened(folder, slots=slots).retrieve("c_1")
                self.assertEqual(state(kept), state(read))
                plain = SQLTrackerStore(store.domain, db=str(Path(folder, "t.sqlite")))
                self.assertEqual(state(kept), state(await plain.retrieve("c_1")))
                kept.update(UserUttered("10", {"name": "inform"}, message_id=f"u_{number}"))
                kept.update(SlotSet("focus", number))
                kept.update(ActionExecuted("action_listen"))
                await store.save(kept)

    async def test_a_turn_that_broke_off_is_forgotten(self) -> None:
        """What was never saved is neither seen by the next turn nor written with it."""
        with tempfile.TemporaryDirectory() as folder:
            store = opened(folder)
            await begun(store)
            broken = await store.retrieve("c_1")
            broken.update(UserUttered("lost", {"name": "inform"}, message_id="t_2"))
            after = await store.retrieve("c_1")
            self.assertEqual(after.latest_message.text, "plan it")
            after.update(UserUttered("again", {"name": "inform"}, message_id="t_2"))
            await store.save(after)
            read = await opened(folder).retrieve("c_1")
            said = [e.text for e in read.events if isinstance(e, UserUttered)]
            self.assertEqual(said, ["plan it", "again"])

    async def test_a_reader_in_the_middle_of_a_turn_does_no_harm(self) -> None:
        """It reads what was saved, and the turn is then written once and whole."""
        with tempfile.TemporaryDirectory() as folder:
            store = opened(folder)
            await begun(store)
            turn = await store.retrieve("c_1")
            turn.update(UserUttered("10 hours", {"name": "inform"}, message_id="t_2"))
            seen = await store.retrieve("c_1")
            self.assertEqual(seen.latest_message.text, "plan it")
            await store.save(turn)
            self.assertEqual(state(await store.retrieve("c_1")), state(turn))
            self.assertEqual(state(await opened(folder).retrieve("c_1")), state(turn))

    async def test_a_new_session_begins_where_the_file_says(self) -> None:
        """Of a conversation with two sessions only the events of the second are given."""
        with tempfile.TemporaryDirectory() as folder:
            store = opened(folder)
            tracker = await begun(store)
            for event in (SessionStarted(), UserUttered("new", {"name": "greet"})):
                tracker.update(event)
            await store.save(tracker)
            kept = await store.retrieve("c_1")
            self.assertEqual(kept.events[0].type_name, "session_started")
            self.assertEqual(len(kept.events), 2)
            read = await opened(folder).retrieve("c_1")
            self.assertEqual([e.as_dict() for e in read.events], [e.as_dict() for e in kept.events])
            kept.update(BotUttered("hello"))
            await store.save(kept)
            whole = await opened(folder).retrieve_full_tracker("c_1")
            self.assertEqual(len(whole.events), 9 + 3)

    async def test_another_domain_makes_trackers_anew(self) -> None:
        """A new model's slots are on the trackers that were in memory."""
        with tempfile.TemporaryDirectory() as folder:
            store = opened(folder)
            await begun(store)
            store.domain = Domain.from_dict(
                {"slots": {"wish": {"type": "any", "mappings": [{"type": "custom"}]}}}
            )
            self.assertIsInstance((await store.retrieve("c_1")).slots["wish"], AnySlot)

    def test_memory_has_bounds(self) -> None:
        """The conversations that were used last stay, up to so many events in all."""
        kept = KeptTrackers(limit=6)
        hello = [UserUttered("hi", {"name": "greet"}), BotUttered("hello")]
        trackers = [DialogueStateTracker.from_events(f"c_{n}", hello) for n in range(4)]
        for tracker in trackers[:3]:
            kept.put(tracker)
        self.assertIs(kept.get("c_0"), trackers[0])
        kept.put(trackers[3])
        self.assertIsNone(kept.get("c_1"))
        self.assertIs(kept.get("c_0"), trackers[0])
        trackers[0].update(UserUttered("more", {"name": "greet"}))
        self.assertIsNone(kept.get("c_0"))

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
