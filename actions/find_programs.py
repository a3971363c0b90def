"""Finds programs by a student's wish, or goes on with the wish before."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import ask, looked_up, pointed, said, tell, tell_compared, tell_found
from knowledge_base.advising.comparing import sets_side_by_side
from knowledge_base.advising.finding import ALL, found
from knowledge_base.advising.in_hand import sure_of
from knowledge_base.advising.wishing import of_all
from knowledge_base.library import KnowledgeBase


class FindPrograms(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_find_programs`: cards of what fits; what is no wish, or fits nothing, is asked as a
    question. How many there are is said to who asks what there is, or where nothing answers."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_find_programs"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        words, before, wish = said(tracker), pointed(tracker), tracker.get_slot("wish")
        if sets_side_by_side(words) and len(await self._library.mentions(words)) > 1:
            return await tell_compared(self._library, dispatcher, tracker)
        result = await found(self._library, words, wish, before.shown)
        if result is None:
            return await ask(self._library, dispatcher, tracker)
        overview = result.wish["text"] == ALL
        asked_for = result.shown or result.wish["from"] or (overview and (wish or of_all(words)))
        if not asked_for:
            answer = await looked_up(self._library, tracker)
            if sure_of(answer):
                return tell(dispatcher, words, answer)
        return tell_found(dispatcher, tracker, result)
