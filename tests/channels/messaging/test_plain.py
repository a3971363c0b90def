"""Markdown as plain text, split without loss, and choices that are typed."""

from __future__ import annotations

import re

import pytest
from contract import ANSWER
from hypothesis import given
from hypothesis import strategies as st

from channels.delivery.plain import plain_text, split, text_of, utf16
from channels.model import Choice
from channels.picking import picked
from languages.speech import speaking

CHOICES = (
    Choice("Data Analytics Foundations"),
    Choice("Data Analytics with Python"),
    Choice("Talk to a person", payload="/talk_to_person"),
)


def test_an_answer_keeps_its_sources_dates_and_choices() -> None:
    """In words that a short message can hold."""
    assert plain_text(ANSWER) == (
        "It costs $1,140 [1].\n\n"
        "Sources:\n"
        "[1] Tuition and fees · in force from 1 July 2026, last checked 5 October 2026 · "
        "https://www.example.edu/fees?year=2027#table\n\n"
        "1. When does it start?\n"
        "2. Talk to a person"
    )


def test_its_own_words_are_in_the_language_that_is_spoken() -> None:
    """The source's title is not translated."""
    with speaking("es"):
        assert "vigente desde el 1 de julio de 2026" in plain_text(ANSWER)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Two** *words* and `code`", "Two words and code"),
        ("[the fees](https://x.example/a)", "the fees (https://x.example/a)"),
        ("<https://x.example/a>", "https://x.example/a"),
        ("[a@x.example](mailto:a@x.example)", "a@x.example"),
        ("- one\n- two\n  - three", "• one\n• two\n  • three"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a | b | \n1 | 2 |"),
        ("# Title\n\nWords", "Title\n\nWords"),
        ("one\ntwo", "one\ntwo"),
        ("<script>x</script>", "<script>x</script>"),
    ],
)
def test_marks_go_and_words_stay(markdown: str, text: str) -> None:
    """As a person would write it without formatting."""
    assert text_of(markdown) == text


@given(st.text(max_size=400), st.integers(1, 60))
def test_split_loses_no_character(text: str, limit: int) -> None:
    """Each piece is within the limit, and together they hold all but white space."""
    limit = max(limit, 2)  # one character may take two UTF-16 units
    pieces = split(text, limit, utf16)
    assert all(utf16(piece) <= limit for piece in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("1", "Data Analytics Foundations"),
        (" 2. ", "Data Analytics with Python"),
        ("3)", "Talk to a person"),
        ("talk to person", "Talk to a person"),
        ("data analytics fundations", "Data Analytics Foundations"),
        ("DATA ANALYTICS WITH PYTHON!", "Data Analytics with Python"),
        ("4", None),
        ("0", None),
        ("how much is data analytics", None),
        ("10 hours", None),
        ("data analytics", None),
        ("", None),
    ],
)
def test_a_number_or_nearly_a_label_is_the_choice(typed: str, label: str | None) -> None:
    """Anything else is a message of its own."""
    choice = picked(typed, CHOICES)
    assert (choice.label if choice else None) == label
