"""Says the ready reply of an intent that needs no look-up, where a form has to go on after it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.library import Library


class Reply(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_reply`: the response `utter_INTENT` of the domain.

    Rules of forms take it for many intents at once; outside a form each intent has a rule that
    needs no action server.
    """

    def __init__(self, library: Library) -> None:
        """Takes the library like every action, and needs nothing of it."""

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_reply"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Cannot fail for an intent with such a response, which its rules make sure of."""
        dispatcher.utter_message(response=f"utter_{tracker.latest_message['intent']['name']}")
        return []
