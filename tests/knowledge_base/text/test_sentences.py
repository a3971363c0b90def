"""Sentences and statements are stretches of the text that together hold every word of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from written_text import TEXTS

from knowledge_base.text.sentences import Sentence, sentences, statements


@pytest.mark.parametrize("cut", [sentences, statements])
@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_every_character_is_in_just_one(cut: Callable[[str], list[Sentence]], text: str) -> None:
    """Places are exact, in order, apart; what lies between is white space."""
    position = 0
    for found in cut(text):
        assert text[found.start : found.end] == found.text == found.text.strip()
        assert text[position : found.start].strip() == ""
        assert found.start >= position
        position = found.end
    assert text[position:].strip() == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("See e.g. Section 3. Then ask.", ["See e.g. Section 3.", "Then ask."]),
        ("The U.S. Department pays. Ask.", ["The U.S. Department pays.", "Ask."]),
        ("It costs $3.50. Pay at 9 a.m. Monday.", ["It costs $3.50.", "Pay at 9 a.m. Monday."]),
        ("Bring:\n- a card\n- a form", ["Bring:", "- a card", "- a form"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["| a | b |", "|---|---|", "| 1 | 2 |"]),
        ("1. Apply. Ask us.\n2. Pay.", ["1. Apply.", "Ask us.", "2. Pay."]),
        ("First\n\nSecond", ["First", "Second"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    """Abbreviations and amounts do not end one; list items and table rows do."""
    assert [found.text for found in sentences(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Bring these:\n\n- a card\n- a form",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "The fees are:\n\n| a | b |\n|---|---|\n| 1 | 2 |",
        "1. Apply.\n2. Pay.",
    ],
)
def test_lists_and_tables_are_one_statement(text: str) -> None:
    """A list with the line that leads to it, and a table, are quoted whole or not at all."""
    assert [found.text for found in statements(text)] == [text]
