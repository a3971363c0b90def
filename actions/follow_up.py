"""Answers a short follow-up from the last answer's sources and facts."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import ask, said, tell
from knowledge_base.advising.following import LastAnswer, asks_back, follow_up, read
from knowledge_base.advising.reaching import Reaching
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import AnswerKind


class FollowUp(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_follow_up`: one `answer` payload; what was last answered stays remembered, so that
    "why?" and then "since when?" speak of the same. What says more than that is asked. Who asks
    whether an estimate means no is told it again."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library
        self._reaching = Reaching(library)

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_follow_up"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        words, last = said(tracker), LastAnswer.from_slot(tracker.get_slot("last_answer"))
        reached = await self._reaching.heard(words, last)
        if reached is not None:
            return tell(dispatcher, words, reached)
        if last is not None and last.kind is AnswerKind.CREDIT and asks_back(words):
            return [FollowupAction("credit_form")]
        what = read(words)
        if what is None:
            return await ask(self._library, dispatcher, tracker)
        today = (await self._library.catalog()).day
        dispatcher.utter_message(json_message=follow_up(what, last, today).to_wire())
        return []
