"""Passages that are about the same thing but lack what is asked for are no answer."""

from __future__ import annotations

import pytest

from knowledge_base.answerable import Answerable
from knowledge_base.encoder import Encoder

PAYROLL = (
    "Payroll and Accounting. Students run payroll for twelve pretend employees and file the "
    "forms of a quarter with current software. A license for six months is part of the fee."
)
CAMPUS = (
    "Services. The library desk lends computers and hotspots. Bus line 4 connects the main campus "
    "with the town center. There is no housing; the fitness room is open to everybody enrolled."
)


@pytest.fixture(scope="module")
def answerable(encoder: Encoder) -> Answerable:
    return Answerable(encoder)


@pytest.mark.parametrize(
    ("question", "text", "answered"),
    [
        ("which textbook does the payroll class use", PAYROLL, False),
        ("what edition is used in payroll?", PAYROLL, False),
        ("what software do you use in payroll", PAYROLL, True),
        ("what kind of software is it", PAYROLL, True),
        ("which one is it", PAYROLL, True),
        ("is there a chapel", CAMPUS, False),
        ("do you have a gym", CAMPUS, True),
        ("does the college have a laptop i can borrow", CAMPUS, True),
        ("what time does the bus leave", CAMPUS, False),
        ("how much is the bus", CAMPUS, True),
        ("tell me about the campus", CAMPUS, True),
    ],
)
def test_what_a_passage_may_answer(
    answerable: Answerable, question: str, text: str, *, answered: bool
) -> None:
    """A thing that a question names has to stand there, or a word that means about the same; a
    price may be none."""
    assert answerable.by(question, [text]) is answered


def test_any_of_the_passages_may_hold_it(answerable: Answerable) -> None:
    """Of several passages one is enough."""
    assert answerable.by("do you have a gym", [PAYROLL, CAMPUS])


def test_a_few_words_tell_nothing(answerable: Answerable) -> None:
    """With too few words to compare with, the passage is believed."""
    assert answerable.by("which textbook is used", ["See the syllabus."])
