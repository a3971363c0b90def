"""Forgets what was told, so that a task or the whole conversation can begin anew."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.library import Library
from knowledge_base.advising.plan_answers import SLOTS as PLAN

TOLD = {
    "plan_form": PLAN,
    "credit_form": ("credit", "credit_have"),
    "aid_form": ("aid", "aid_fact"),
}
"""The slots that each form of `bot/domain/` keeps."""
SPOKEN_OF = ("wish", "focus", "shown", "last_answer", "task")
"""What a conversation remembers beside them."""


class Forget(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_forget`: what the form that asks was told; without one, all that was told."""

    def __init__(self, library: Library) -> None:
        """Takes the library like every action, and needs nothing of it."""

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_forget"

    async def run(
        self, _dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Cannot fail."""
        form = (tracker.active_loop or {}).get("name") or ""
        every = (*SPOKEN_OF, *(slot for slots in TOLD.values() for slot in slots))
        return [SlotSet(slot, None) for slot in TOLD.get(form, every)]
