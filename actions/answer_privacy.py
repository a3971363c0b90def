"""Says what is kept of a conversation and who erases it, with what the institution publishes."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import looked_up, said, tell
from knowledge_base.advising.published import privacy
from knowledge_base.library import KnowledgeBase


class AnswerPrivacy(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_answer_privacy`: the response `utter_INTENT`, which holds for every institution, and
    an `answer` payload with what its pages say of it."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_answer_privacy"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `Library.ask` raises; the executor turns it into a `failure`."""
        words = said(tracker)
        dispatcher.utter_message(response=f"utter_{tracker.latest_message['intent']['name']}")
        answer = await privacy(self._library, words) or await looked_up(self._library, tracker)
        return [] if answer.abstained else tell(dispatcher, words, answer)
