"""A message that leaves what was spoken of is told from one that goes on with it."""

from __future__ import annotations

import pytest

from knowledge_base.turning import turned_to


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("different question, where can I park?", "where can I park?"),
        ("ok thanks. now for something else: who fixes my login", "who fixes my login"),
        ("cool, another topic - is there a bus to campus", "is there a bus to campus"),
        ("forget welding, how much is hvac", "how much is hvac"),
        ("nvm blood is not for me. when does welding start?", "when does welding start?"),
        ("on a new matter, can my wife apply", "can my wife apply"),
    ],
)
def test_what_is_asked_anew(message: str, asked: str) -> None:
    """The words that turn away are left out, and with dropped things all that is said of them."""
    assert turned_to(message) == asked


@pytest.mark.parametrize(
    "message",
    [
        "and if i drop out",
        "is there another question on the form",
        "what if something else comes up, can i move it",
        "never mind",
        "nvm, price?",
        "forget to pay and what happens",
        "and the other one?",
    ],
)
def test_what_goes_on(message: str) -> None:
    """What only has such words, or asks nothing by itself, goes on with the conversation."""
    assert turned_to(message) is None
