"""Gives a plan once more, to keep: as text, as calendars, and in words that bring it back."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import looked_up, said, tell
from actions.plan_path import known, shown
from knowledge_base.advising.plan_answers import GOAL
from knowledge_base.advising.plan_files import kept, nothing_to_keep, saves
from knowledge_base.advising.planning import Planning
from knowledge_base.library import KnowledgeBase


class SavePlan(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_save_plan`: the plan with its files, or that there is none yet.

    Without one, what has no word of saving is a question: "can I use the plan for that".
    """

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library
        self._planning = Planning(library)

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_save_plan"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `Planning.plan` raises; the executor turns it into a `failure`."""
        if not known(tracker).get(GOAL) or (tracker.active_loop or {}).get("name"):
            answer = None if saves(said(tracker)) else await looked_up(self._library, tracker)
            if answer is not None and not answer.abstained:
                return tell(dispatcher, said(tracker), answer)
            dispatcher.utter_message(text=nothing_to_keep())
            return []
        dispatcher.utter_message(text=kept())
        return await shown(self._planning, dispatcher, tracker, {})
