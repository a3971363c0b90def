"""Takes a bare yes for what the last reply offered, where it offered one thing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import ask
from actions.form import BEGUN_BY
from actions.talk_to_person import hand_over
from knowledge_base.advising.clarifying import offer
from knowledge_base.advising.following import person
from knowledge_base.library import KnowledgeBase


class Agree(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_agree`: a person or a task where one was offered, the one question that was meant, or
    a word that nothing was asked."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_agree"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `KnowledgeBase.ask` raises; the executor turns it into a `failure`."""
        offered = _offered(tracker.events)
        if offered[:1] == [person().to_wire()]:
            hand_over(dispatcher)
            return []
        for form, task in BEGUN_BY.items():
            if offered == [offer(task).to_wire()]:
                return [FollowupAction(form)]
        if len(offered) == 1:
            return await ask(self._library, dispatcher, tracker, offered[0]["question"])
        dispatcher.utter_message(response="utter_affirm")
        return []


def _offered(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The questions that the reply before the newest message offered."""
    offered: list[dict[str, Any]] = []
    before_latest = offered
    for event in events:
        if event.get("event") == "user":
            before_latest, offered = offered, []
        elif event.get("event") == "bot":
            custom = (event.get("data") or {}).get("custom") or {}
            offered = [*offered, *(custom.get("nearest") or ())]
    return before_latest
