"""Forgets the answers of a plan, so that it can begin anew."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.library import Library
from knowledge_base.advising.plan_answers import SLOTS


class ForgetPlan(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_forget_plan`: empties the slots of `bot/domain/plan.yml`."""

    def __init__(self, library: Library) -> None:
        """Takes the library like every action, and needs nothing of it."""

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_forget_plan"

    async def run(
        self, _dispatcher: CollectingDispatcher, _tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Cannot fail."""
        return [SlotSet(name, None) for name in SLOTS]
