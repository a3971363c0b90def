"""Says what a student's earlier learning may be worth by the published rules."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import remembered, said
from knowledge_base.advising.appraising import Appraising
from knowledge_base.advising.credit_claim import Claim
from knowledge_base.advising.crediting import nothing
from knowledge_base.advising.published import review_path
from knowledge_base.library import KnowledgeBase

TASK = "credit"


class EstimateCredit(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_estimate_credit`: one `answer` payload of the kind `credit`; the list is kept.

    Where no rule names any of it, what is published on how it is looked at follows.
    """

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library
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
            return [SlotSet("credit_have", None), SlotSet("task", TASK)]
        claim = tracker.get_slot("credit")
        answer = await self._appraising.estimate(claim)
        dispatcher.utter_message(json_message=answer.to_wire())
        events = remembered(said(tracker), answer, task=TASK)
        if Claim.from_slot(claim).only_in_own_words and (way := await review_path(self._library)):
            dispatcher.utter_message(json_message=way.to_wire())
            events += [SlotSet("focus", way.focus)]
        return [*events, SlotSet("credit_have", None)]
