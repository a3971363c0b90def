"""Takes back a misunderstanding: the last question is answered about what was meant."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import FIND, ask, said, tell_found
from knowledge_base.advising.finding import changed
from knowledge_base.advising.wishing import corrected
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import AnswerKind


class Correct(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_correct`: another program, or another wish where that was what was misread."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_correct"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        last = tracker.get_slot("last_answer") or {}
        if last.get("kind") in {AnswerKind.CREDIT, AnswerKind.AID}:
            return [FollowupAction(f"{last['kind']}_form")]
        words = corrected(said(tracker))
        wish, shown = tracker.get_slot("wish"), tracker.get_slot("shown") or ()
        if wish and last.get("kind") == "programs" and tracker.get_slot("task") == FIND:
            result = await changed(self._library, words, wish, shown)
            if result is not None:
                return tell_found(dispatcher, tracker, result)
        return await ask(self._library, dispatcher, tracker, words)
