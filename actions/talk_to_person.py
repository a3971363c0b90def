"""Hands the conversation to staff when the student asks for a person, or complains."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.alongside import alongside
from actions.answer_distress import cared_for, in_distress
from actions.conversation import looked_up, said, tell
from knowledge_base.advising.contacts import reaches
from knowledge_base.advising.following import LastAnswer, person
from knowledge_base.advising.published import complaint_path
from knowledge_base.advising.reaching import Reaching, asks_how_to_reach
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer
from languages.speech import say

SURE_OF_PERSON = 0.5
"""Confidence below which a person is only offered beside an answer to what a message asks."""
ONLY_PERSON = 0.8
"""Confidence from which a message asks nothing beside a person, unless it begins as a question. Of
497 examples that ask for one 40 % have words that a page answers, most with "advisor"."""
_ASKS = re.compile(r"\W*(?:how|when|where|which|what)\b", re.I)


class TalkToPerson(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_talk_to_person`: one `handover` payload; the gateway does the handing over.

    Who asks how an office is reached gets its published contact instead, with a person offered;
    who names an office, asks something beside, or complains, gets what is published about it as
    well.
    """

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library
        self._reaching = Reaching(library)

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_talk_to_person"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Hands over whatever the knowledge base does."""
        if in_distress(tracker.events):
            return await cared_for(self._library, dispatcher, tracker)
        words = said(tracker)
        last = LastAnswer.from_slot(tracker.get_slot("last_answer"))
        intent = tracker.latest_message.get("intent") or {}
        complains = intent.get("name") == "complaint"
        answer: Answer | None
        if reaches(words):
            text = say(
                "Thank you. Staff find that here, with all we have written, and can reach you."
            )
            hand_over(dispatcher, text)
            return []
        if complains:
            text = say(
                "I'm sorry about that. A person can look into it, and staff can read what we have "
                "written so far."
            )
            hand_over(dispatcher, text, "complaint")
            answer = await alongside(complaint_path(self._library))
        elif asks_how_to_reach(words):
            answer = await alongside(self._reaching.answer(words, last))
            if answer is None:
                hand_over(dispatcher)
        else:
            confidence = intent.get("confidence", 1.0)
            answer = await alongside(self._beside(tracker, confidence))
            if answer is None or confidence >= SURE_OF_PERSON:
                hand_over(dispatcher)
            else:
                answer = replace(answer, nearest=(person(), *answer.nearest))
        if answer is None:
            return []
        return tell(dispatcher, words, answer)

    async def _beside(self, tracker: Tracker, confidence: float) -> Answer | None:
        """The contact of an office that the message names, or an answer to what else it asks.

        Where a person is surely wanted nothing else is; it may go on with what was asked before
        only where it is likelier not to want one.
        """
        words = said(tracker)
        named = await self._reaching.of_named(words)
        if named is not None or (confidence >= ONLY_PERSON and not _ASKS.match(words)):
            return named
        alone = confidence >= SURE_OF_PERSON
        answer = await (self._library.ask(words) if alone else looked_up(self._library, tracker))
        return None if answer.abstained else answer


def hand_over(dispatcher: CollectingDispatcher, text: str = "", reason: str = "asked") -> None:
    """Gives the conversation to staff, with other words than the usual ones if there are any.

    The gateway adds how to reach them: it knows the institution's contact.
    """
    usual = say("Of course. Staff can read what we have written so far, so you need not repeat it.")
    payload = {"type": "handover", "text": text or usual, "reason": reason}
    dispatcher.utter_message(json_message=payload)
