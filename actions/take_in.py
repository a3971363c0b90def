"""Takes in a detail that nothing asked for: it changes what was done last."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import FIND, ask, said, tell_found
from actions.credit_estimate import TASK as CREDIT
from actions.plan_path import TASK as PLAN
from actions.plan_path import changed_by
from actions.plan_path import shown as show_plan
from knowledge_base.advising.appraising import Appraising
from knowledge_base.advising.credit_claim import adds
from knowledge_base.advising.finding import changed
from knowledge_base.advising.planning import Planning
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import AnswerKind


class TakeIn(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_take_in`: the wish with the detail; without a wish the detail is a question."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library
        self._planning = Planning(library)
        self._appraising = Appraising(library)

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_take_in"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        last, words = tracker.get_slot("last_answer") or {}, said(tracker)
        if last.get("kind") in {AnswerKind.CREDIT, AnswerKind.AID}:
            return [FollowupAction(f"{last['kind']}_form")]
        credited = tracker.get_slot("task") == CREDIT and adds(words)
        if credited or await self._appraising.told(words):
            return [FollowupAction("credit_form")]
        if await self._planning.told_at_once(words):
            return [FollowupAction("plan_form")]
        if tracker.get_slot("task") == PLAN:
            detail = await changed_by(self._planning, tracker)
            if detail is not None:
                return await show_plan(self._planning, dispatcher, tracker, detail)
        wish, shown = tracker.get_slot("wish"), tracker.get_slot("shown") or ()
        if wish and tracker.get_slot("task") == FIND:
            result = await changed(self._library, words, wish, shown)
            if result is not None:
                return tell_found(dispatcher, tracker, result)
        return await ask(self._library, dispatcher, tracker)
