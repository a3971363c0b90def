"""What is taken from the conversation before a message."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.conversation import in_focus, pointed

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


@pytest.mark.parametrize(
    ("pages", "spoken_of", "meant"),
    [
        ([], None, None),
        ([None], "a", "a"),
        (["p"], None, "p"),
        (["p"], "a", "p"),
        (["p", "p"], "a", "a"),
        (["p", "p"], None, "p"),
        (["p", "q"], "a", "q"),
        (["p", None], "a", "a"),
    ],
)
def test_a_page_s_program_is_meant_when_the_student_comes_to_it(
    pages: list[str | None], spoken_of: str | None, meant: str | None
) -> None:
    """Afterwards what was spoken of goes first, until another page is visited."""
    events = [
        {"event": "user", "text": "how much", "metadata": {"program": page} if page else {}}
        for page in pages
    ]
    slots = {"focus": spoken_of}
    tracker = Tracker("c_1", slots, {"text": "how much"}, events, False, None, {}, "action_listen")
    assert in_focus(tracker) == meant
