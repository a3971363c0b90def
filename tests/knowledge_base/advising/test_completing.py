"""What is applied for goes without saying, and is searched by all the same."""

from __future__ import annotations

import pytest

from knowledge_base.advising.completing import completed
from knowledge_base.typed.mentions import Mention


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("how do i apply", "how do i apply for a program"),
        ("ok how can I sign up?", "ok how can I sign up for a program?"),
        ("How do I register now", "How do I register for a program now"),
    ],
)
def test_an_object_that_is_left_out_is_a_program(question: str, whole: str) -> None:
    """All who ask here how somebody applies mean a program."""
    assert completed(question) == whole


def test_a_program_is_one_like_any() -> None:
    """The steps stand on no program's page, so that its name would lead to the wrong one."""
    question = "how do i apply for the Welding Fundamentals course?"
    name = Mention(question.index("Welding"), question.index(" course"), ("MHC-WE110",))
    assert completed(question, [name]) == "how do i apply for a program"


@pytest.mark.parametrize(
    "question",
    ["how do i apply for the grant", "when do i apply", "how do i apply to stack", "how do i pay"],
)
def test_another_question_stays_as_it_is(question: str) -> None:
    """It says what it is about, or asks for something else."""
    assert completed(question) is None
