"""What was said before, read from Rasa's tracker in the knowledge base's terms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from knowledge_base.model import Utterance

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


def _append(said: list[Utterance], role: str, text: str | None) -> None:
    if text:
        said.append(Utterance(role, text))
