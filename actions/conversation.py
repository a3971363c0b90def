"""What was said before, between Rasa's tracker and the knowledge base's terms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rasa_sdk.events import SlotSet

from knowledge_base.model import Answer, Utterance

EARLIER_TURNS = 4
"""Utterances that go with a question: two exchanges, which is as far as "and that one?" reaches."""


def earlier_turns(events: Iterable[dict[str, Any]]) -> list[Utterance]:
    """The last utterances before the newest message of the user, oldest first."""
    said: list[Utterance] = []
    before_latest = 0
    for event in events:
        if event.get("event") == "user":
            before_latest = len(said)
            _append(said, "user", event.get("text"))
        elif event.get("event") == "bot":
            custom = (event.get("data") or {}).get("custom") or {}
            _append(said, "agent", event.get("text") or custom.get("text"))
    return said[:before_latest][-EARLIER_TURNS:]


def remembered(
    question: str,
    answer: Answer,
    *,
    shown: Sequence[str] | None = None,
    task: str | None = None,
) -> list[dict[str, Any]]:
    """The slots of `bot/domain/memory.yml` after an answer to a question.

    `shown` holds the ids of the programs that the answer shows, in order; without it they are
    those of its facts, and what was shown before stays when it has none. An answer that shows
    several programs is about no single one: the focus is then what the answer says, or none.
    `task` is what a bare detail changes from now on; without it that stays as it was.
    """
    programs = shown
    if programs is None:
        programs = list(dict.fromkeys(fact.program for fact in answer.facts if fact.program))
    slots: dict[str, Any] = {"last_answer": _short(question, answer)}
    if programs:
        slots["shown"] = list(programs)
    if answer.focus is not None or len(programs) > 1:
        slots["focus"] = answer.focus
    if task is not None:
        slots["task"] = task
    return [SlotSet(name, value) for name, value in slots.items()]


def _short(question: str, answer: Answer) -> dict[str, Any]:
    wire = answer.to_wire()
    kept = ("kind", "citations", "facts", "nearest")
    return {"question": question} | {name: wire[name] for name in kept}


def _append(said: list[Utterance], role: str, text: str | None) -> None:
    if text:
        said.append(Utterance(role, text))
