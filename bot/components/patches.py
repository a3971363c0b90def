"""The places where this bot reaches into Rasa 3.6.21, each with a test that notices a change.

`tests/test_patches.py` compares the source of what is replaced with `REPLACED`.
"""

import functools
from typing import Any, Dict, Optional, Text, Type

import rasa.core.actions.action
import rasa.utils.endpoints
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from components import recent

ACTION_TIMEOUT = 20
"""Seconds that Rasa waits for an action: above an action's own deadline of 10 s, so that the
action can say itself that it was late, and well below the 60 s that a conversation's lock lives.
Rasa's own value is 300 s."""

REPLACED: Dict[Text, Text] = {
    "RemoteAction._validate_action_result": (
        "f8cdb4be6812396167ced74161b2ccd65c5ea676ad86d7d359d8c322d9d8dc42"
    ),
    "Event.resolve_by_type": "b5cf570fa7f286c7059ec73d8880528d03a78b28cf4e80285a46079c0fa65968",
    "DialogueStateTracker.copy": (
        "dfa48dca9f355ad1b42c625bc6f6370bafe83514ed17a77904ed64c67bf07285"
    ),
    "DialogueStateTracker.travel_back_in_time": (
        "09d16f28f007492f653b504cf2b6064dc453444c524799378609a85b04efd632"
    ),
    "RemoteAction._action_call_format": (
        "428795b944f22edba142d278ec47a30098975b01463ba337ec447dade52a0492"
    ),
    "Policy._prediction_states": (
        "ed9b82bed2f26ad7a0de61709e02339983912bece614191089c3adba60cf1452"
    ),
    "Domain.states_for_tracker_history": (
        "035111ce73ac90ba50e143abf556f924af07d9f452893f5a96a62895d44df8b7"
    ),
    "RulePolicy._find_action_from_rules": (
        "be6da6ee0f5429bd9bbded9f22186f3729469e5b392949493fd34a00ef9531d9"
    ),
    "RulePolicy._is_rule_applicable": (
        "64a108b016b46e573d6020b755a6036439dc207a364b45c9ea5dcb0f18dc7068"
    ),
}
"""SHA-256 of the source of each function that is replaced, or stood in for, as of Rasa 3.6.21."""


@functools.lru_cache(maxsize=None)
def _reply_validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    return validator_for(schema)(schema)


def validate_action_result(self: RemoteAction, result: Dict[Text, Any]) -> bool:
    """As Rasa's, but the schema is compiled once: that took 20 ms of every action's call.

    Raises RasaException that says where the reply is wrong, without the reply's words, which
    Rasa's error would carry into the log.
    """
    for error in _reply_validator().iter_errors(result):
        where = "/".join(str(part) for part in error.absolute_path) or "the whole"
        raise RasaException(
            f"The reply of action {self.name()!r} does not fit Rasa's format at {where}: "
            f"it breaks the rule {error.validator!r}."
        )
    return True


_event_classes: Dict[Text, Optional[Type[Event]]] = {}


def cached_resolver(resolve: Any) -> Any:
    """As ``resolve``, but walks the tree of event classes once for each name."""

    def resolve_by_type(
        type_name: Text, default: Optional[Type[Event]] = None
    ) -> Optional[Type[Event]]:
        if type_name not in _event_classes:
            found = resolve(type_name, default)
            if found is None or found is default:
                return found
            _event_classes[type_name] = found
        return _event_classes[type_name]

    return resolve_by_type


def apply() -> None:
    """Puts every patch in place; a second call does nothing."""
    if getattr(Event, "_resolver_is_cached", False):
        return
    rasa.core.actions.action.DEFAULT_REQUEST_TIMEOUT = ACTION_TIMEOUT
    rasa.utils.endpoints.DEFAULT_REQUEST_TIMEOUT = ACTION_TIMEOUT
    RemoteAction._validate_action_result = validate_action_result
    Event.resolve_by_type = staticmethod(cached_resolver(Event.resolve_by_type))
    Event._resolver_is_cached = True
    DialogueStateTracker.copy = recent.copied
    RemoteAction._action_call_format = recent.told_the_last(RemoteAction._action_call_format)
    RulePolicy._prediction_states = recent.seeing_the_last(RulePolicy._prediction_states)
    RulePolicy._find_action_from_rules = recent.reading_intents(RulePolicy._find_action_from_rules)
