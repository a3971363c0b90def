"""Says what is kept of a conversation and who erases it, with what the institution publishes."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import earlier_turns, remembered, said
from actions.library import Library


class AnswerPrivacy(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_answer_privacy`: the response `utter_INTENT`, which holds for every institution, and
    an `answer` payload when its pages answer the question."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_answer_privacy"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `Library.ask` raises; the executor turns it into a `failure`."""
        answer = await self._library.ask(said(tracker), earlier_turns(tracker.events))
        dispatcher.utter_message(response=f"utter_{tracker.latest_message['intent']['name']}")
        if answer.abstained:
            return []
        dispatcher.utter_message(json_message=answer.to_wire())
        return remembered(said(tracker), answer)
