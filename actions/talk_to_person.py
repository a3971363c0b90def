"""Hands the conversation to staff when the student asks for a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.library import Library

HANDOVER_TEXT = "Of course. Staff can read what we have written so far, so you need not repeat it."
"""The gateway adds how to reach them: it knows the institution's contact."""


class TalkToPerson(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_talk_to_person`: one `handover` payload; the gateway does the handing over."""

    def __init__(self, library: Library) -> None:
        """Takes the library like every action, and needs nothing of it."""

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_talk_to_person"

    async def run(
        self, dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Cannot fail."""
        dispatcher.utter_message(
            json_message={"type": "handover", "text": HANDOVER_TEXT, "reason": "asked"}
        )
        return []
