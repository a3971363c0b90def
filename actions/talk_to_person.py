"""Hands the conversation to staff when the student asks for a person, or complains."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.library import Library
from languages.speech import say


class TalkToPerson(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_talk_to_person`: one `handover` payload; the gateway does the handing over, and adds
    how to reach staff: it knows the institution's contact."""

    def __init__(self, library: Library) -> None:
        """Takes the library like every action, and needs nothing of it."""

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_talk_to_person"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Cannot fail."""
        complains = (tracker.latest_message.get("intent") or {}).get("name") == "complaint"
        text = (
            say(
                "I'm sorry about that. Staff can look into it, and they can read what we have "
                "written so far."
            )
            if complains
            else say(
                "Of course. Staff can read what we have written so far, so you need not repeat it."
            )
        )
        reason = "complaint" if complains else "asked"
        dispatcher.utter_message(json_message={"type": "handover", "text": text, "reason": reason})
        return []
