"""A question leans on the conversation when it points back or is too short to stand alone."""

from __future__ import annotations

import math

import pytest

from knowledge_base.ranking.leaning import Bearing, continuation, leans


@pytest.mark.parametrize(
    "question", ["how much is it", "and for residents?", "Is that online?", "why", "cost??", "yes"]
)
def test_it_leans(question: str) -> None:
    """Pronouns, single words and answers to a question cannot stand alone."""
    assert leans(question)


@pytest.mark.parametrize(
    "question",
    [
        "What are the prerequisites for Data Analytics Foundations?",
        "Do you accept transfer credit from community colleges?",
    ],
)
def test_it_stands_alone(question: str) -> None:
    """A question that names its subject is asked for itself."""
    assert not leans(question)


def test_what_is_found_elsewhere_speaks_for_a_new_subject() -> None:
    """The better another document fits the question alone, the less it goes on with the talk."""
    asked = [Bearing.of("how do I get a transcript", 0.9, gap) for gap in (0.0, 0.1, 0.2, 0.4)]
    chances = [continuation(bearing) for bearing in asked]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.5 > chances[-1]


def test_a_word_that_points_back_speaks_for_the_same_subject() -> None:
    """With all else equal, *it* makes it likelier that the question goes on."""
    alone = Bearing.of("what does the badge cost", 0.8, 0.1)
    pointing = Bearing.of("what does it cost with the badge", 0.8, 0.1)
    assert continuation(pointing) > continuation(alone)


def test_what_the_question_alone_finds_there_speaks_for_the_same_subject() -> None:
    """The likelier the answer stands in the conversation's document, the more it goes on."""
    chances = [
        continuation(Bearing.of("how do I get a transcript", 0.8, 0.1, at_home=math.log(home)))
        for home in (0.001, 0.1, 0.9)
    ]
    assert chances == sorted(chances)
