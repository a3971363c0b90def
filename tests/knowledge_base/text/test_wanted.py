"""A question that asks for an amount or a date is held against texts that may lack it."""

from __future__ import annotations

import pytest

from knowledge_base.text.wanted import holds_wanted

AMOUNT = "The fee is $25."
DATE = "Classes begin on 11 January 2027."
NEITHER = "Sign up in the student portal."


@pytest.mark.parametrize(
    ("question", "holding"),
    [
        ("how much is it", {AMOUNT}),
        ("tuition?", {AMOUNT}),
        ("what do i pay to apply", {AMOUNT}),
        ("when do classes start", {DATE}),
        ("last day to drop and get the fee back", {DATE}),
        ("how much time does it take a week", {AMOUNT, DATE, NEITHER}),
        ("how much of my old credits count", {AMOUNT, DATE, NEITHER}),
        ("can i take it when i am 17", {AMOUNT, DATE, NEITHER}),
        ("is it online", {AMOUNT, DATE, NEITHER}),
    ],
)
def test_what_holds_the_value(question: str, holding: set[str]) -> None:
    """Money for a price, a day for a date, and anything where neither is asked for."""
    assert {text for text in (AMOUNT, DATE, NEITHER) if holds_wanted(question, text)} == holding
