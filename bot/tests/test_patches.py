"""Each patch does what it replaces, and each notices when Rasa changes what it replaces."""

import hashlib
import inspect
import subprocess
import sys
import unittest
from typing import Any

import rasa.core.actions.action
import rasa.utils.endpoints
from components import patches
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.constants import DEFAULT_LOCK_LIFETIME
from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.common import all_subclasses

ORIGINALS = {
    "RemoteAction._validate_action_result": RemoteAction._validate_action_result,
    "Event.resolve_by_type": Event.resolve_by_type,
    "DialogueStateTracker.copy": DialogueStateTracker.copy,
    "DialogueStateTracker.travel_back_in_time": DialogueStateTracker.travel_back_in_time,
    "RemoteAction._action_call_format": RemoteAction._action_call_format,
    "Policy._prediction_states": Policy._prediction_states,
    "Domain.states_for_tracker_history": Domain.states_for_tracker_history,
    "RulePolicy._find_action_from_rules": RulePolicy._find_action_from_rules,
    "RulePolicy._is_rule_applicable": RulePolicy._is_rule_applicable,
}
GOOD = [
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "focus", "value": None, "timestamp": None}]},
    {"events": [], "responses": [{"custom": {"type": "answer"}, "text": None}]},
]
BAD = [
    {"events": [{"event": "no such event"}]},
    {"events": "none"},
    {"responses": ["words of a student"]},
    [],
]


class Patches(unittest.TestCase):
    """Runs before and after `apply`, in one process."""

    def test_rasa_is_what_was_patched(self) -> None:
        """The source of every function is the one that was read when it was replaced."""
        found = {
            name: hashlib.sha256(inspect.getsource(function).encode()).hexdigest()
            for name, function in ORIGINALS.items()
        }
        self.assertEqual(found, patches.REPLACED)

    def test_the_compiled_schema_judges_like_rasa(self) -> None:
        """Good replies pass both, bad ones fail both, and no word of a bad one is repeated."""
        action = RemoteAction("action_x", None)
        original = ORIGINALS["RemoteAction._validate_action_result"]
        for good in GOOD:
            self.assertTrue(original(action, good))
            self.assertTrue(patches.validate_action_result(action, good))
        for bad in BAD:
            with self.assertRaises(ValidationError):
                original(action, bad)
            with self.assertRaises(RasaException) as raised:
                patches.validate_action_result(action, bad)
            self.assertNotIn("words of a student", str(raised.exception))

    def test_event_classes_are_found_as_before(self) -> None:
        """Every event type resolves to the same class, twice; an unknown one is still an error."""
        original: Any = ORIGINALS["Event.resolve_by_type"]
        resolve = patches.cached_resolver(original)
        for cls in all_subclasses(Event):
            for _ in range(2):
                self.assertIs(resolve(cls.type_name), original(cls.type_name))
        self.assertIs(resolve("unheard of", SlotSet), SlotSet)
        with self.assertRaises(ValueError):
            resolve("unheard of")
        self.assertIsNone(resolve("topic"))

    def test_a_process_that_applies_them_has_them(self) -> None:
        """Applied twice, they are in place once; an action is given up before its lock expires."""
        code = (
            "from components import patches as p; p.apply(); p.apply()\n"
            "import rasa.core.actions.action as a, rasa.utils.endpoints as e\n"
            "from rasa.shared.core.events import Event, UserUttered\n"
            "assert a.RemoteAction._validate_action_result is p.validate_action_result\n"
            "assert a.DEFAULT_REQUEST_TIMEOUT == e.DEFAULT_REQUEST_TIMEOUT == p.ACTION_TIMEOUT\n"
            "assert Event.resolve_by_type('user') is UserUttered\n"
            "from rasa.core.policies.rule_policy import RulePolicy\n"
            "from rasa.shared.core.trackers import DialogueStateTracker\n"
            "assert DialogueStateTracker.copy is p.recent.copied\n"
            "assert 'told_the_last' in a.RemoteAction._action_call_format.__qualname__\n"
            "assert 'seeing_the_last' in RulePolicy._prediction_states.__qualname__\n"
            "assert 'reading_intents' in RulePolicy._find_action_from_rules.__qualname__\n"
            "assert 'seeing' not in RulePolicy.__mro__[1]._prediction_states.__qualname__\n"
            "assert Event.resolve_by_type.__qualname__.startswith('cached_resolver')\n"
        )
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertLess(patches.ACTION_TIMEOUT, DEFAULT_LOCK_LIFETIME / 2)

    def test_rasa_reads_the_time_out_where_it_is_patched(self) -> None:
        """Both modules still hold their own copy of the name."""
        for module in (rasa.core.actions.action, rasa.utils.endpoints):
            self.assertIn("DEFAULT_REQUEST_TIMEOUT", vars(module))
        self.assertIs(Event.resolve_by_type("user"), UserUttered)


if __name__ == "__main__":
    unittest.main()
