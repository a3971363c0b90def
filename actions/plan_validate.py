"""Reads every message of the plan's form for every answer that it may hold."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import said
from actions.form import answered_aside, begins, tells
from actions.plan_path import known
from knowledge_base.advising.plan_answers import UNCLEAR
from knowledge_base.advising.planning import Planning, not_found
from knowledge_base.library import KnowledgeBase

FORM = "plan_form"


class ValidatePlanForm(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`validate_plan_form`: the slots that the message changes.

    Not a `FormValidationAction`, which asks slot by slot: one reading of the message decides what
    each of its numbers belongs to.
    """

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library
        self._planning = Planning(library)

    def name(self) -> str:
        """As Rasa's form calls it."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `Planning.taken_in` raises; the executor turns it into a `failure`."""
        first = begins(tracker)
        if not first and not tells(tracker):
            return []
        asked = tracker.get_slot("requested_slot")
        changed = await self._planning.taken_in(said(tracker), known(tracker), asked, begins=first)
        unclear = (changed.get(UNCLEAR) or {}).get("slot")
        if unclear == asked and asked is not None:
            aside = await answered_aside(self._library, dispatcher, tracker)
            if aside:
                return aside
        if text := not_found(unclear or ""):
            dispatcher.utter_message(text=text)
        return [SlotSet(name, value) for name, value in changed.items()]
