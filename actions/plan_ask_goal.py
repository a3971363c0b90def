"""Asks what a student wants to get to, and offers what their words may mean."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from knowledge_base.advising.plan_answers import UNCLEAR
from knowledge_base.advising.planning import Planning
from knowledge_base.library import KnowledgeBase


class AskGoal(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_ask_plan_form_plan_goal`: one `answer` payload of the kind `clarify`."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._planning = Planning(library)

    def name(self) -> str:
        """As Rasa's form calls it."""
        return "action_ask_plan_form_plan_goal"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `Planning.goal_question` raises; the executor turns it into a `failure`."""
        answer = await self._planning.goal_question(tracker.get_slot(UNCLEAR))
        dispatcher.utter_message(json_message=answer.to_wire())
        return []
