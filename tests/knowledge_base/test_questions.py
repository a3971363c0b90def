"""The questions of one message are told apart, and a single question is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.questions import parts


@pytest.mark.parametrize(
    ("message", "pieces"),
    [
        ("how much is it and when does it start?", ["how much is it", "when does it start?"]),
        ("Is it online? And what about aid", ["Is it online", "And what about aid"]),
        ("do u take transfer credits, how many", ["do u take transfer credits", "how many"]),
        (
            "I have a GED. Can I apply? When is it due?",
            ["I have a GED. Can I apply", "When is it due?"],
        ),
        ("I work nights and have two kids, can I do this online", None),
        ("I'm from Maine, how much is welding in total", None),
        ("we sent 7 people in May, what discount was there", None),
        (
            "I passed phlebotomy, how do I get credit, and how much is the exam",
            ["I passed phlebotomy, how do I get credit", "how much is the exam"],
        ),
        (
            "i want the price of welding, when does it start",
            ["i want the price of welding", "when does it start"],
        ),
        ("What are the fees and deadlines?", None),
        ("how much does bookkeeping and payroll cost", None),
        ("why?", None),
        ("", None),
    ],
)
def test_where_a_new_question_begins(message: str, pieces: list[str] | None) -> None:
    """A question mark, or *and* before a word that opens a question, begins another."""
    assert parts(message) == (pieces or [message])


@given(st.text(max_size=300))
def test_any_text_has_parts(message: str) -> None:
    """One to three parts, whose words all stand in the message."""
    found = parts(message)
    assert 1 <= len(found) <= 3
    assert all(
        word in message.split() or word.strip("?,;.") in message
        for p in found
        for word in p.split()
    )
