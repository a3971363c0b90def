"""Says which aid the published rules give, after what was told."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import remembered, said
from knowledge_base.advising.screening import Screening
from knowledge_base.library import KnowledgeBase


class CheckAid(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_check_aid`: one `answer` payload of the kind `aid`; the facts are kept."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._screening = Screening(library)

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_check_aid"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        answer, check = await self._screening.verdicts(tracker.get_slot("aid"))
        dispatcher.utter_message(json_message=answer.to_wire())
        question = said(tracker)
        events = remembered(question, answer, task="aid")
        return [*events, SlotSet("aid", check.to_slot()), SlotSet("aid_fact", None)]
