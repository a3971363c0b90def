"""What of a conversation a turn needs: Rasa goes through all of it, several times in every turn."""

import copy
import functools
import json
from typing import Any, Callable, Dict, List, Optional, Text, Tuple

from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

LISTENED = {ACTION_NAME: ACTION_LISTEN_NAME}
MESSAGES_FOR_ACTIONS = 6
"""Messages of the student, with what followed each, that an action is told of: the actions look
back four utterances, and the slots hold the rest."""


def copied(self: DialogueStateTracker) -> DialogueStateTracker:
    """As Rasa's `DialogueStateTracker.copy`, but the state is copied, not replayed."""
    twin = self.init_copy()
    twin.events.extend(self.events)
    twin.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
    twin.active_loop = copy.copy(self.active_loop)
    twin._paused = self._paused
    twin.followup_action = self.followup_action
    twin.latest_action = self.latest_action
    twin.latest_message = self.latest_message
    twin.latest_bot_utterance = self.latest_bot_utterance
    return twin


def told_the_last(call_format: Callable[..., Dict[Text, Any]]) -> Callable[..., Dict[Text, Any]]:
    """As ``call_format``, which makes an action's request, with the last messages' events only."""

    def action_call_format(
        self: RemoteAction, tracker: DialogueStateTracker, domain: Domain
    ) -> Dict[Text, Any]:
        said = [place for place, e in enumerate(tracker.events) if isinstance(e, UserUttered)]
        if len(said) > MESSAGES_FOR_ACTIONS:
            tracker = copied(tracker)
            for _ in range(said[-MESSAGES_FOR_ACTIONS]):
                tracker.events.popleft()
        return call_format(self, tracker, domain)

    return action_call_format


def seeing_the_last(prediction_states: Callable[..., List[State]]) -> Callable[..., List[State]]:
    """As ``prediction_states``, but no further back than the longest rule reaches."""

    def last_states(
        self: RulePolicy, tracker: DialogueStateTracker, *args: Any, **kwargs: Any
    ) -> List[State]:
        return prediction_states(self, LastStates(tracker, reach(self)[0]), *args, **kwargs)

    return last_states


class LastStates:
    """A tracker as a featurizer asks it for states, with the last ``count`` of them."""

    def __init__(self, tracker: DialogueStateTracker, count: int) -> None:
        self._tracker = tracker
        self._count = count

    def past_states(
        self, domain: Domain, omit_unset_slots: bool = False, **ignored: Any
    ) -> List[State]:
        """The end of what `DialogueStateTracker.past_states` gives."""
        events = self._tracker.applied_events()
        earlier = sum(isinstance(e, ActionExecuted) for e in events) + 1 - self._count
        return [
            domain.get_active_state(prior, omit_unset_slots=omit_unset_slots)
            for place, (prior, _) in enumerate(self._tracker.generate_all_prior_trackers())
            if place >= earlier
        ]


def reading_intents(find: Callable[..., Any]) -> Callable[..., Any]:
    """As ``find``, but what was typed is compared with the rules only if one of them can match it.

    Rasa tries a message's text before its intent, and with rules on intents that finds nothing.
    """

    def find_action_from_rules(
        self: RulePolicy,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool,
    ) -> Tuple[Optional[Text], Optional[Text], bool]:
        if use_text_for_last_user_input and reach(self)[1]:
            return None, None, False
        return find(self, tracker, domain, use_text_for_last_user_input)

    return find_action_from_rules


@functools.lru_cache(maxsize=1)
def reach(policy: RulePolicy) -> Tuple[int, bool]:
    """States in a trained policy's longest rule, and whether none of them can match a typed text.

    A rule can match a text if it follows on listening and names no intent.
    """
    keys = [*policy.lookup[RULES], *policy.lookup[RULES_FOR_LOOP_UNHAPPY_PATH]]
    rules: List[List[State]] = [json.loads(key) for key in keys]
    answered = [
        states[-1] for states in rules if states[-1].get(PREVIOUS_ACTION, LISTENED) == LISTENED
    ]
    return (
        max((len(states) for states in rules), default=1),
        all(state.get(USER, {}).get(INTENT) for state in answered),
    )
