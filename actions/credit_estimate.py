"""Says what a student's earlier learning may be worth by the published rules."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import remembered, said
from knowledge_base.advising.appraising import Appraising
from knowledge_base.advising.crediting import nothing
from knowledge_base.library import KnowledgeBase


class EstimateCredit(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_estimate_credit`: one `answer` payload of the kind `credit`; the list is kept."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._appraising = Appraising(library)

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_estimate_credit"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        if tracker.get_slot("credit_have") == "nothing":
            dispatcher.utter_message(text=nothing())
            return [SlotSet("credit_have", None), SlotSet("task", "credit")]
        answer = await self._appraising.estimate(tracker.get_slot("credit"))
        dispatcher.utter_message(json_message=answer.to_wire())
        question = said(tracker)
        return [*remembered(question, answer, task="credit"), SlotSet("credit_have", None)]
