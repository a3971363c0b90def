"""A question leans on the conversation when it points back or is too short to stand alone."""

from __future__ import annotations

import pytest

from knowledge_base.leaning import leans


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
