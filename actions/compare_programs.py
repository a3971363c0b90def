"""Sets two to four programs side by side."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import ask, said, tell_compared
from knowledge_base.advising.comparing import adds_up
from knowledge_base.library import KnowledgeBase


class ComparePrograms(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_compare_programs`: a table, or the question which programs are meant.

    What they come to together is asked as a question.
    """

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_compare_programs"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        if adds_up(said(tracker)):
            return await ask(self._library, dispatcher, tracker)
        return await tell_compared(self._library, dispatcher, tracker)
