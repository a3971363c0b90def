"""What is cut, copied or left out for speed changes nothing that Rasa or an action would see."""

import json
import random
import unittest
from typing import Any, Dict, List, Optional, Text
from unittest.mock import MagicMock

from components import recent
from rasa.core.actions.action import RemoteAction
from rasa.core.featurizers.single_state_featurizer import SingleStateFeaturizer
from rasa.core.featurizers.tracker_featurizers import FullDialogueTrackerFeaturizer
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.log_utils import configure_structlog

INTENTS = ["greet", "ask", "inform", "stop"]
DOMAIN = Domain.from_dict(
    {
        "intents": INTENTS,
        "slots": {"focus": {"type": "any", "mappings": [{"type": "custom"}]}},
        "forms": {"plan_form": {"required_slots": []}},
        "actions": ["action_answer", "utter_greet"],
    }
)


def step(intent: Optional[Text], action: Text, loop: Optional[Text] = None) -> Dict[Text, Any]:
    """A state as a rule's key holds it."""
    state: Dict[Text, Any] = {"prev_action": {"action_name": action}}
    if intent:
        state["user"] = {"intent": intent}
    if loop:
        state["active_loop"] = {"name": loop}
    return state


def policy(*more: List[Dict[Text, Any]]) -> RulePolicy:
    """A trained policy with rules in and out of a form, of one to three states."""
    listen, answer = "action_listen", "action_answer"
    rules = [
        ([step("greet", listen)], "utter_greet"),
        ([step("greet", listen), step("greet", "utter_greet")], listen),
        ([step("ask", listen)], answer),
        ([step("ask", listen), step("ask", answer)], listen),
        ([step("ask", listen, "plan_form")], answer),
        ([step("ask", listen, "plan_form"), step("ask", answer, "plan_form")], "plan_form"),
        (
            [step("greet", "utter_greet"), step("ask", listen), step("ask", answer)],
            "utter_greet",
        ),
        *((states, "utter_greet") for states in more),
    ]
    lookup = {
        "rules": {json.dumps(states): action for states, action in rules},
        "rules_for_loop_unhappy_path": {
            json.dumps([step("ask", answer, "plan_form")]): "loop_was_interrupted"
        },
        "rules_not_in_stories": [],
    }
    return RulePolicy(
        RulePolicy.get_default_config(), MagicMock(), MagicMock(), MagicMock(),
        FullDialogueTrackerFeaturizer(SingleStateFeaturizer()), lookup,
    )  # fmt: skip


def talk(seed: int, turns: int) -> List[Event]:
    """The events of an arbitrary conversation, up to where the policy is asked."""
    pick = random.Random(seed)
    events: List[Event] = [ActionExecuted("action_session_start"), SessionStarted()]
    for number in range(turns):
        intent = {"name": pick.choice(INTENTS)}
        events.append(ActionExecuted("action_listen"))
        events.append(UserUttered(f"words {number}", intent, message_id=f"t_{number}"))
        if pick.random() < 0.3:
            events.append(SlotSet("focus", number))
            if number == turns - 1:
                break
        action = pick.choice(["utter_greet", "action_answer", "plan_form"])
        events.append(DefinePrevUserUtteredFeaturization(False))
        events.append(ActionExecuted(action))
        if action == "plan_form":
            events.append(ActiveLoop(pick.choice(["plan_form", "plan_form", None])))
        elif pick.random() < 0.3:
            events.append(LoopInterrupted(True))
        events.append(BotUttered(f"reply {number}"))
    return events


def tracker(events: List[Event]) -> DialogueStateTracker:
    """A tracker with these events."""
    return DialogueStateTracker.from_events("c_1", events, DOMAIN.slots)


def setUpModule() -> None:
    """Rasa's own settings: without them its debugging lines are printed."""
    configure_structlog()


class Recent(unittest.TestCase):
    """Over conversations of all kinds, beside what Rasa itself does."""

    def test_a_copy_is_what_replaying_gives(self) -> None:
        """State and events are the same, and what happens to the copy happens to it alone."""
        for seed in range(50):
            ours = tracker(talk(seed, seed % 9))
            replayed = ours.travel_back_in_time(float("inf"))
            twin = recent.copied(ours)
            self.assertEqual(set(vars(twin)), set(vars(replayed)))
            self.assertEqual(twin.events, replayed.events)
            all_of_it = EventVerbosity.ALL
            self.assertEqual(twin.current_state(all_of_it), replayed.current_state(all_of_it))
            for name in ("_paused", "latest_bot_utterance", "model_id", "assistant_id"):
                self.assertEqual(getattr(twin, name), getattr(replayed, name))
            before = ours.current_state(all_of_it)
            for event in (LoopInterrupted(True), SlotSet("focus", "x"), ActiveLoop(None)):
                twin.update(event)
            self.assertEqual(ours.current_state(all_of_it), before)

    def test_rules_see_enough_of_the_past(self) -> None:
        """With the last states, and without the text, every conversation gets the same action."""
        ours = policy()
        stock = RulePolicy._find_action_from_rules
        self.assertEqual(recent.reach(ours), (3, True))
        found = set()
        for seed in range(300):
            now = tracker(talk(seed, 1 + seed % 12))
            for by_text in (True, False):
                expected = stock(ours, now, DOMAIN, by_text)
                patched = self._patched(ours, now, by_text)
                self.assertEqual((patched[0], patched[2]), (expected[0], expected[2]))
                if expected[0] is not None:
                    self.assertEqual(patched[1], expected[1])
                found.add((expected[0], expected[2]))
        actions = {"utter_greet", "action_answer", "action_listen", "plan_form", None}
        self.assertEqual({action for action, _ in found}, actions)
        self.assertIn(True, {returns for _, returns in found})

    def _patched(self, ours: RulePolicy, now: DialogueStateTracker, by_text: bool) -> Any:
        find, see = RulePolicy._find_action_from_rules, RulePolicy._prediction_states
        RulePolicy._prediction_states = recent.seeing_the_last(see)
        try:
            return recent.reading_intents(find)(ours, now, DOMAIN, by_text)
        finally:
            RulePolicy._prediction_states = see

    def test_a_rule_on_anything_said_has_the_text_read(self) -> None:
        """One rule that names no intent, and the text is compared with the rules again."""
        anything = policy([step(None, "action_listen")])
        self.assertFalse(recent.reach(anything)[1])
        now = tracker([ActionExecuted("action_listen"), UserUttered("hm", {"name": "inform"})])
        self.assertEqual(self._patched(anything, now, True)[0], "utter_greet")

    def test_an_action_is_told_the_last_messages(self) -> None:
        """A long talk is cut before a message of the student; slots and a short talk are whole."""
        stock = RemoteAction._action_call_format
        told = recent.told_the_last(stock)
        action = RemoteAction("action_answer", None)
        for turns in (1, recent.MESSAGES_FOR_ACTIONS):
            short = tracker(talk(turns, turns))
            self.assertEqual(told(action, short, DOMAIN), stock(action, short, DOMAIN))
        long = tracker(talk(3, 40))
        whole, cut = stock(action, long, DOMAIN), told(action, long, DOMAIN)
        events = cut["tracker"].pop("events")
        self.assertEqual(events, whole["tracker"].pop("events")[-len(events) :])
        self.assertEqual(cut, whole)
        said = [event for event in events if event["event"] == "user"]
        self.assertEqual(len(said), recent.MESSAGES_FOR_ACTIONS)
        self.assertEqual(events[0], said[0])
        self.assertEqual(len(long.events), len(tracker(talk(3, 40)).events))


if __name__ == "__main__":
    unittest.main()
