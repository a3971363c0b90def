"""Takes what a student has, from any message of the form that asks for it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import said, tell
from actions.form import answered_aside, begins, tells
from knowledge_base.advising.appraising import Appraising
from knowledge_base.advising.credit_claim import Claim, asks_whether, says_nothing
from knowledge_base.advising.published import review_path
from knowledge_base.library import KnowledgeBase


class HearCredit(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`validate_credit_form`: slot `credit`, and `credit_have` once something is there.

    Without an event the form gives way to the rule of the message's intent.
    """

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library
        self._appraising = Appraising(library)

    def name(self) -> str:
        """As Rasa derives it from the form's name."""
        return "validate_credit_form"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        text, slot = said(tracker), tracker.get_slot("credit")
        if begins(tracker):
            claim = await self._appraising.begin(text, slot)
            if not claim.have and asks_whether(text) and (way := await review_path(self._library)):
                return [SlotSet("credit", claim.to_slot()), *tell(dispatcher, text, way)]
        elif tells(tracker):
            claim = await self._appraising.hear(text, slot)
            if claim.only_in_own_words and not says_nothing(text):
                unread = claim == Claim.from_slot(slot)
                aside = await answered_aside(self._library, dispatcher, tracker, surely=unread)
                if aside:
                    return aside
        else:
            return []
        have = "told" if claim.have else "nothing" if says_nothing(text) else None
        return [SlotSet("credit", claim.to_slot()), SlotSet("credit_have", have)]
