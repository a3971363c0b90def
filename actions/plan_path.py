"""Plans a path with the answers of the plan's form, and remembers what it showed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import remembered, said
from knowledge_base.advising.plan_answers import SLOTS, UNCLEAR
from knowledge_base.advising.planning import Planning
from knowledge_base.library import KnowledgeBase

TASK = "plan"


class PlanPath(Action):  # type: ignore[misc]  # rasa-sdk has no types
    """`action_plan_path`: one `answer` payload with the stacks and their files."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._planning = Planning(library)

    def name(self) -> str:
        """As the bot's domain names it."""
        return "action_plan_path"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Raises what `Planning.plan` raises; the executor turns it into a `failure`."""
        return await shown(self._planning, dispatcher, tracker, {})


async def shown(
    planning: Planning,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    changed: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Shows the plan of a conversation with some slots changed; the events that keep it."""
    answer = await planning.plan({**known(tracker), **changed})
    dispatcher.utter_message(json_message=answer.to_wire())
    question = said(tracker)
    events = [SlotSet(name, value) for name, value in changed.items()]
    return [*events, *remembered(question, answer, task=TASK)]


async def changed_by(planning: Planning, tracker: Tracker) -> dict[str, Any] | None:
    """The slots that a detail outside the form changes; None when it says nothing of them."""
    words = said(tracker)
    changed = await planning.taken_in(words, known(tracker))
    told = {name: value for name, value in changed.items() if name != UNCLEAR}
    return told if told and None not in told.values() else None


def known(tracker: Tracker) -> dict[str, Any]:
    """The plan's slots as they are."""
    return {name: tracker.get_slot(name) for name in SLOTS}
