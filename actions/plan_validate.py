"""Reads every message of the plan's form for every answer that it may hold."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import said
from actions.plan_path import known
from knowledge_base.advising.plan_answers import UNCLEAR
from knowledge_base.advising.planning import Planning, not_found
from knowledge_base.library import KnowledgeBase

FORM = "plan_form"
READ = frozenset({"inform", "plan_path", "correct_me", "refuse_data", "affirm", "deny"})
"""Intents of messages that answer the form. What is read as another is left to a rule, or to the
form's question once more, by setting no slot."""


class ValidatePlanForm(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`validate_plan_form`: the slots that the message changes.

    Not a `FormValidationAction`, which asks slot by slot: one reading of the message decides what
    each of its numbers belongs to.
    """

    def __init__(self, library: KnowledgeBase) -> None:
        self._planning = Planning(library)

    def name(self) -> str:
        """As Rasa's form calls it."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `Planning.taken_in` raises; the executor turns it into a `failure`."""
        begins = tracker.get_slot("requested_slot") is None
        if not begins and not _answers(tracker):
            return []
        asked = None if begins else tracker.get_slot("requested_slot")
        words = said(tracker)
        changed = await self._planning.taken_in(words, known(tracker), asked, begins=begins)
        unclear = (changed.get(UNCLEAR) or {}).get("slot")
        if text := not_found(unclear or ""):
            dispatcher.utter_message(text=text)
        return [SlotSet(name, value) for name, value in changed.items()]


def _answers(tracker: Tracker) -> bool:
    """Whether the newest message answers the form, and is not one that a rule has answered."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            break
        if event.get("event") == "action" and event.get("name") != FORM:
            return False
    return (tracker.latest_message.get("intent") or {}).get("name") in READ
