"""What is taken from the conversation before a message."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.conversation import pointed

CHOICES = [{"label": "Data", "question": "I mean Data"}]


@pytest.mark.parametrize(
    ("kind", "nearest", "asked"),
    [
        ("quote", [], "how much is it"),
        ("clarify", CHOICES, "how much is it"),
        ("clarify", [], ""),
        ("table", CHOICES, ""),
        ("plan", CHOICES, ""),
    ],
)
def test_a_question_is_asked_again_of_the_program_that_is_told(
    kind: str, nearest: list[dict[str, str]], asked: str
) -> None:
    """After an answer about one program, and after the question which one is meant."""
    last: dict[str, Any] = {"question": "how much is it", "kind": kind, "nearest": nearest}
    tracker = Tracker(
        "c_1", {"last_answer": last}, {"text": "I mean Data"}, [], False, None, {}, ""
    )
    assert pointed(tracker).question == asked
