"""Answers somebody in distress with care, and hands the conversation to staff."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.library import Library
from languages.speech import say


class AnswerDistress(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_answer_distress`: one `handover` payload with the reason `distress`.

    The gateway adds the institution's crisis contacts: it knows them.
    """

    def __init__(self, library: Library) -> None:
        """Takes the library like every action, and needs nothing of it."""

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_answer_distress"

    async def run(
        self, dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Cannot fail."""
        text = say(
            "I'm sorry that you are going through this. I'm an automated assistant and not able "
            "to help with it, but people are."
        )
        dispatcher.utter_message(
            json_message={"type": "handover", "text": text, "reason": "distress"}
        )
        return []
