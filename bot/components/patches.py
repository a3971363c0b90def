"""The places where this bot reaches into Rasa 3.6.21, each with a test that notices a change.

`tests/test_patches.py` compares the source of what is replaced with `REPLACED`.
"""

import functools
from typing import Any, Dict, Optional, Text, Type

import rasa.core.actions.action
import rasa.utils.endpoints
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import Event
from rasa.shared.exceptions import RasaException

ACTION_TIMEOUT = 20
"""Seconds that Rasa waits for an action: above an action's own deadline of 10 s, so that the
action can say itself that it was late, and well below the 60 s that a conversation's lock lives.
Rasa's own value is 300 s."""

REPLACED: Dict[Text, Text] = {
    "RemoteAction._validate_action_result": (
        "f8cdb4be6812396167ced74161b2ccd65c5ea676ad86d7d359d8c322d9d8dc42"
    ),
    "Event.resolve_by_type": "b5cf570fa7f286c7059ec73d8880528d03a78b28cf4e80285a46079c0fa65968",
}
"""SHA-256 of the source of each replaced function, as of Rasa 3.6.21."""


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
