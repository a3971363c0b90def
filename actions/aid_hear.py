"""Takes what a student tells during a check of aid, whichever fact was asked for."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import in_focus, said, tell
from actions.form import answered_aside, begins, tells
from knowledge_base.advising.screening import Screening
from knowledge_base.library import KnowledgeBase


class HearAid(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`validate_aid_form`: slot `aid`, and `aid_fact` once nothing is left to ask.

    Without an event the form gives way to the rule of the message's intent.
    """

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library
        self._screening = Screening(library)

    def name(self) -> str:
        """As Rasa derives it from the form's name."""
        return "validate_aid_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        text, slot = said(tracker), tracker.get_slot("aid")
        if begins(tracker):
            told = await self._screening.begin(text, slot, in_focus(tracker))
        else:
            told = await self._screening.hear(text, slot, tells=tells(tracker))
        if told.check is None:
            return []
        events = [SlotSet("aid", told.check.to_slot())]
        if told.check.program and begins(tracker):
            events.append(SlotSet("focus", told.check.program))
        if told.words:
            aside = await answered_aside(self._library, dispatcher, tracker)
            if not aside:
                dispatcher.utter_message(text=told.words)
            return [*events, *aside]
        if told.answer is not None:
            events += tell(dispatcher, text, told.answer)
        return [*events, SlotSet("aid_fact", "settled")] if told.settled else events
