"""Asks once which of several things a message means, where the bot doubts it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from knowledge_base.advising.clarifying import choices

CLARIFY = "utter_clarify"
"""The response that asks which of several things is meant."""


def open_readings(tracker: Tracker) -> Sequence[str]:
    """The intents that the newest message may have, where `bot/components/doubt.py` doubts it; none
    when the student has just been asked."""
    if any(uttered(event) == CLARIFY for event in last_reply(tracker.events)):
        return ()
    return tracker.latest_message.get("readings") or ()


def ask_back(
    dispatcher: CollectingDispatcher, tracker: Tracker, readings: Sequence[str]
) -> list[dict[str, Any]]:
    """Asks which is meant; each choice is a command that stands for the words of this turn.

    A single reading is a courtesy, and answered as one.
    """
    if len(readings) == 1:
        dispatcher.utter_message(response=f"utter_{readings[0]}")
        return []
    turn = json.dumps({"turn": tracker.latest_message.get("message_id")})
    buttons = [
        {"title": label, "payload": f"/{intent}{turn}"} for intent, label in choices(readings)
    ]
    dispatcher.utter_message(response=CLARIFY, buttons=buttons)
    return []


def last_reply(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was said between the newest message and the one before it, as the bot's events."""
    reply: list[dict[str, Any]] = []
    before_latest: list[dict[str, Any]] = []
    for event in events:
        if event.get("event") == "user":
            reply, before_latest = [], reply
        elif event.get("event") == "bot":
            reply.append(event)
    return before_latest


def uttered(event: dict[str, Any]) -> str | None:
    """The response of the domain that a bot's event says, if it is one."""
    return (event.get("metadata") or {}).get("utter_action")
