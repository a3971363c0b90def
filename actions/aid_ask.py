"""Asks for the fact that changes most in a check of aid."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from knowledge_base.advising.screening import Screening
from knowledge_base.library import KnowledgeBase


class AskAidFact(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_ask_aid_form_aid_fact`: the question with answers to choose, which are typed text."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._screening = Screening(library)

    def name(self) -> str:
        """As Rasa derives it from the form and its slot."""
        return "action_ask_aid_form_aid_fact"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        text, choices, check = await self._screening.question(tracker.get_slot("aid"))
        buttons = [{"title": choice.label, "payload": choice.question} for choice in choices]
        dispatcher.utter_message(text=text, buttons=buttons)
        return [SlotSet("aid", check.to_slot())]
