"""What a member of staff wants to know first of a conversation: what was asked, tried and shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from channels.model import Author
from channels.records import Timeline


@dataclass(frozen=True, slots=True)
class Packet:
    """A conversation in short, in the order in which it was had; read from its transcript."""

    answered: tuple[str, ...] = ()
    """What the student asked and got an answer with sources to."""
    unanswered: tuple[str, ...] = ()
    """What the student asked and nothing published was found for, or a turn failed."""
    shown: tuple[dict[str, Any], ...] = ()
    """The citations that were shown, each page once."""


def packet(timeline: Timeline) -> Packet | None:
    """The packet that goes with a hand-over; None while nobody is waited for."""
    entries = timeline.entries
    if not any(entry.message.kind == "handover" for entry in entries):
        return None
    asked: dict[str | None, str] = {}
    for entry in entries:
        if entry.message.author is Author.STUDENT:
            before = asked.get(entry.turn_id)
            asked[entry.turn_id] = "\n".join(filter(None, (before, entry.message.text)))
    found: dict[str, None] = {}
    missed: dict[str, None] = {}
    shown: dict[str, dict[str, Any]] = {}
    for entry in entries:
        question = asked.get(entry.turn_id)
        if question is None or entry.message.author is Author.STUDENT:
            continue
        answer = entry.message.answer or {}
        for citation in answer.get("citations", ()):
            shown.setdefault(citation["document_id"] or citation["title"], citation)
        if answer.get("abstained") or entry.message.kind == "apology":
            missed[question] = None
        elif answer.get("citations"):
            found[question] = None
    return Packet(tuple(found), tuple(missed), tuple(shown.values()))
