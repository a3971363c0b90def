"""Takes what a student has, from any message of the form that asks for it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import said
from knowledge_base.advising.appraising import Appraising
from knowledge_base.advising.credit_claim import says_nothing
from knowledge_base.library import KnowledgeBase

TELLS = frozenset("inform estimate_credit affirm deny refuse_data correct_me".split())
"""Intents of messages that tell something; others are questions, small talk or a way out."""


class HearCredit(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`validate_credit_form`: slot `credit`, and `credit_have` once something is there.

    Without an event the form gives way to the rule of the message's intent.
    """

    def __init__(self, library: KnowledgeBase) -> None:
        self._appraising = Appraising(library)

    def name(self) -> str:
        """As Rasa derives it from the form's name."""
        return "validate_credit_form"

    async def run(
        self, _dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        text, slot = said(tracker), tracker.get_slot("credit")
        intent = (tracker.latest_message.get("intent") or {}).get("name")
        if tracker.get_slot("requested_slot") is None:
            claim = await self._appraising.begin(text, slot)
        elif intent in TELLS:
            claim = await self._appraising.hear(text, slot)
        else:
            return []
        have = "told" if claim.have else "nothing" if says_nothing(text) else None
        return [SlotSet("credit", claim.to_slot()), SlotSet("credit_have", have)]
