"""What a conversation may expect of a turn; each expectation fails with what came instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Turn = dict[str, Any]
Expectation = Callable[[Turn], None]


def custom(turn: Turn) -> dict[str, Any]:
    """The one custom payload of a turn."""
    payloads = [reply["custom"] for reply in turn["replies"] if "custom" in reply]
    assert len(payloads) == 1, turn["replies"]
    return dict(payloads[0])


def says(*words: str) -> Expectation:
    """The reply is text, and holds all the words in any case."""

    def check(turn: Turn) -> None:
        text = " ".join(reply.get("text", "") for reply in turn["replies"])
        assert text, turn["replies"]
        for word in words:
            assert word.casefold() in text.casefold(), text

    return check


def intent(name: str) -> Expectation:
    """What the message was understood as."""

    def check(turn: Turn) -> None:
        assert turn["intent"]["name"] == name, turn["intent"]

    return check


def kind(*kinds: str) -> Expectation:
    """An answer of one of these kinds (`quote`, `unknown`), or a payload of this type."""

    def check(turn: Turn) -> None:
        payload = custom(turn)
        assert payload.get("kind", payload["type"]) in kinds, payload

    return check


def because(reason: str) -> Expectation:
    """A hand-over with this reason."""

    def check(turn: Turn) -> None:
        payloads = [reply["custom"] for reply in turn["replies"] if "custom" in reply]
        reasons = [each["reason"] for each in payloads if each["type"] == "handover"]
        assert reasons == [reason], turn["replies"]

    return check


def cites(document_id: str) -> Expectation:
    """An answer that has this document among its sources, quoted in its own words."""

    def check(turn: Turn) -> None:
        citations = custom(turn)["citations"]
        assert document_id in [c["document_id"] for c in citations], citations
        assert all(c["quote"] and c["title"] for c in citations), citations

    return check


def offers(*payloads: str) -> Expectation:
    """The reply offers exactly these commands, each with a label."""

    def check(turn: Turn) -> None:
        choices = [choice for reply in turn["replies"] for choice in reply.get("choices", [])]
        assert [choice["payload"] for choice in choices] == list(payloads), choices
        assert all(choice["label"] and choice["text"] for choice in choices), choices

    return check


def hands_over(turn: Turn) -> None:
    """The turn hands over to a person, whatever is quoted beside that."""
    types = [reply["custom"]["type"] for reply in turn["replies"] if "custom" in reply]
    assert types.count("handover") == 1, turn["replies"]


looked_up = kind("quote", "computed", "unknown")
outside = says("I can't help with that one")
