"""Says that nobody's application can be seen here, with what is published on how it goes on."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import looked_up, said, tell
from knowledge_base.advising.in_hand import sure_of
from knowledge_base.advising.published import decisions
from knowledge_base.library import KnowledgeBase

SURE_OF_STATUS = 0.5
"""Confidence below which a message that something published answers is a mere question."""


class AnswerStatus(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_answer_status`: the response `utter_application_status`, and an `answer` payload with
    what surely answers the message, or else with how applications are decided."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_answer_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        answer = await looked_up(self._library, tracker)
        mine = tracker.latest_message["intent"]["confidence"] >= SURE_OF_STATUS
        if mine or answer.abstained:
            dispatcher.utter_message(response="utter_application_status")
        if mine and not sure_of(answer):
            answer = await decisions(self._library) or answer
        return [] if answer.abstained else tell(dispatcher, said(tracker), answer)
