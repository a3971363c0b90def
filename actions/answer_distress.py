"""Answers somebody in distress with care, and hands the conversation to staff."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.alongside import alongside
from actions.conversation import said, tell
from knowledge_base.advising.published import crisis_help
from knowledge_base.library import KnowledgeBase
from languages.speech import say

REASON = "distress"
_RECENT = 2
"""Messages after which what is said is no longer heard as said in distress."""


class AnswerDistress(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_answer_distress`: one `handover` payload with the reason `distress`, and what is
    published for a crisis."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_answer_distress"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Hands over whatever the knowledge base does."""
        return await cared_for(self._library, dispatcher, tracker)


async def cared_for(
    library: KnowledgeBase, dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[dict[str, Any]]:
    """Hands over, with what is published for a crisis; the events that remember that.

    The gateway adds the institution's crisis contacts: it knows them.
    """
    text = say(
        "I'm sorry that you are going through this. I'm an automated assistant and not able to "
        "help with it, but people are. You are not alone."
    )
    payload = {"type": "handover", "text": text, "reason": REASON}
    dispatcher.utter_message(json_message=payload)
    answer = await alongside(crisis_help(library))
    if answer is None:
        return []
    return tell(dispatcher, said(tracker), answer)


def in_distress(events: Iterable[dict[str, Any]]) -> bool:
    """Whether one of the last replies before the newest message was to somebody in distress."""
    since: int | None = None
    for event in events:
        if event.get("event") == "user" and since is not None:
            since += 1
        custom = (event.get("data") or {}).get("custom") or {}
        if event.get("event") == "bot" and custom.get("reason") == REASON:
            since = 0
    return since is not None and since <= _RECENT
