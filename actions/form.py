"""What the newest message is to the form that asks: its beginning, an answer, a question aside."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.conversation import looked_up, said, tell
from knowledge_base.advising.in_hand import sure_of
from knowledge_base.library import KnowledgeBase

_TELLS = frozenset("inform affirm deny refuse_data correct_me".split())
"""Intents of messages that tell a form something; others are questions, small talk or a way out."""
BEGUN_BY = {"plan_form": "plan_path", "credit_form": "estimate_credit", "aid_form": "check_aid"}
"""The intent that begins each form, which tells it something too; that of another ends it."""
_ASKS = ("ask_", "check_credential", "next_steps")
"""Intents of questions, or how they begin."""
SURE_OF_ASIDE = 0.5
"""Confidence from which what a form cannot read is looked up as the question that it was read as
before the form took it for an answer. It is answered only if something published answers it."""


def begins(tracker: Tracker) -> bool:
    """Whether the message began the form, which has asked for nothing yet."""
    return tracker.get_slot("requested_slot") is None


def tells(tracker: Tracker) -> bool:
    """Whether it answers the form, and is not one that a rule has answered already."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            break
        if event.get("event") == "action" and not str(event.get("name")).endswith("_form"):
            return False
    intent = (tracker.latest_message.get("intent") or {}).get("name")
    form = (tracker.active_loop or {}).get("name") or ""
    return intent in _TELLS or (intent is not None and intent == BEGUN_BY.get(form))


async def answered_aside(
    library: KnowledgeBase,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    *,
    surely: bool = False,
) -> list[dict[str, Any]]:
    """Answers what no form could read, if it looks like a question and the answer is published, or
    `surely` whatever it looks like.

    The events that remember the answer; none when there is none. Raises as `KnowledgeBase.ask`.
    """
    asks = _asks(tracker)
    if not asks and not surely:
        return []
    answer = await looked_up(library, tracker)
    if answer.abstained or not (asks or sure_of(answer)):
        return []
    return tell(dispatcher, said(tracker), answer)


def _asks(tracker: Tracker) -> bool:
    """Whether the message by itself, form or no form, was read as a question."""
    ranking = tracker.latest_message.get("intent_ranking") or []
    own = [entry for entry in ranking if entry["name"] != "inform"][:1]
    return any(
        entry["name"].startswith(_ASKS) and entry["confidence"] >= SURE_OF_ASIDE for entry in own
    )
