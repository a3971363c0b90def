"""What must be so of a reply is judged as `tests/questions/README.md` says."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.measuring.turns import by_subject, unmet

REPLY: dict[str, Any] = {
    "text": "The fee is $30 [1]. Shall I go on with your hours?",
    "kind": "quote",
    "citations": [
        {"document_id": "fees", "title": "Fees 2026\u201327", "quote": "The fee is $30."}
    ],
    "choices": ["Talk to a person"],
    "abstained": False,
    "failed": None,
}
DECLINED = {**REPLY, "text": "I don't have that.", "kind": "unknown", "citations": []}
DECLINED["abstained"] = True
SMALL = {**REPLY, "text": "You're welcome!", "kind": "text", "citations": [], "choices": []}


@pytest.mark.parametrize(
    ("expect", "line", "wrong"),
    [
        ({"cites": ["aid", "fees"], "contains": ["$30", ["27", "28"]]}, REPLY, []),
        ({"cites": ["aid"], "contains": ["$300"]}, REPLY, ["cites", "contains"]),
        ({"contains": ["Fees 2026-27"]}, REPLY, []),
        ({"not_contains": ["$3"], "computed": "31"}, REPLY, ["computed"]),
        (
            {"not_contains": ["$30"], "computed": "$30", "working": "10 * 3"},
            REPLY,
            ["not_contains"],
        ),
        ({"asks": ["budget", "hours"]}, REPLY, []),
        ({"asks": ["fee"]}, REPLY, ["asks"]),
        ({"unknown": True, "refuses": True}, DECLINED, []),
        ({"unknown": True, "refuses": True}, REPLY, ["unknown", "refuses"]),
        ({"small_talk": True}, SMALL, []),
        ({"small_talk": True}, DECLINED, ["small_talk"]),
        ({"offers_person": True, "handover": True}, REPLY, ["handover"]),
        ({"offers_person": True}, SMALL, ["offers_person"]),
        ({"plan": True}, {**REPLY, "kind": "plan"}, []),
        ({"small_talk": True}, {**SMALL, "failed": "timeout"}, ["answered"]),
    ],
)
def test_each_word_is_judged(
    expect: dict[str, Any], line: dict[str, Any], wrong: list[str]
) -> None:
    """A turn that fails is never as expected; each other word is judged by itself."""
    assert unmet(expect, line) == wrong


def test_an_unknown_word_is_an_error() -> None:
    """A misspelt expectation cannot pass unseen."""
    with pytest.raises(KeyError):
        unmet({"cite": ["fees"]}, REPLY)


def test_turns_are_counted_by_subject() -> None:
    """With how often each word was unmet."""
    judged = [("aid", []), ("aid", ["cites", "asks"]), ("find", ["cites"])]
    assert by_subject(judged) == {
        "aid": {"turns": 2, "right": 1, "unmet": {"cites": 1, "asks": 1}},
        "find": {"turns": 1, "right": 0, "unmet": {"cites": 1}},
    }
