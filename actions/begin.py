"""Answers what a message asks before, or in place of, the task that it was taken to begin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import looked_up, said, tell
from knowledge_base.advising.appraising import Appraising
from knowledge_base.advising.clarifying import offer
from knowledge_base.advising.credit_claim import asks_for_estimate
from knowledge_base.advising.in_hand import sure_of
from knowledge_base.library import KnowledgeBase

SURE_OF_TASK = 0.6
"""Confidence below which a message that something published surely answers begins no task. Of the
students' questions and conversations to tune on four had less, none of which asked for the task."""
PLAN, CREDIT = "plan_path", "estimate_credit"


class Begin(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_begin`: what is surely answered is, and the form of the rule follows.

    It does not where the message may be a mere question: then the task is offered, and what went
    on before goes on.
    """

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library
        self._appraising = Appraising(library)

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_begin"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        intent, words = tracker.latest_message["intent"], said(tracker)
        task, likely = intent["name"], intent["confidence"] >= SURE_OF_TASK
        if await self._says_all(task, likely, words, tracker):
            return []
        answer = await looked_up(self._library, tracker)
        if not sure_of(answer) and (likely or answer.abstained):
            return []
        if likely and task != CREDIT:
            return tell(dispatcher, words, answer)
        offering = replace(answer, nearest=(*answer.nearest, offer(task)))
        before = (tracker.active_loop or {}).get("name") or "action_listen"
        return [*tell(dispatcher, words, offering), FollowupAction(before)]

    async def _says_all(self, task: str, likely: bool, words: str, tracker: Tracker) -> bool:
        """Whether the task itself is the answer: to what is claimed, to a wish for a plan, or to
        what changes a check that was begun before."""
        if task == CREDIT:
            claim = await self._appraising.begin(words, tracker.get_slot("credit"))
            return bool(claim.have) or asks_for_estimate(words)
        begun = task == PLAN or tracker.get_slot("aid") is not None
        return likely and begun
