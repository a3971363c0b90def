"""A question that asks for an amount or a date is held against texts that may lack it."""

from __future__ import annotations

import pytest

from knowledge_base.text.wanted import holds_wanted, wanted

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


@pytest.mark.parametrize(
    ("question", "holding", "lacking"),
    [
        ("what time does the class begin", "It begins at 8:30 a.m.", "It begins on 4 May 2027."),
        ("at what hour do you open?", "Open from noon to 6:00 p.m.", "Open on working days."),
        ("what percent pass the exam", "Last year 86% passed.", "Graduates may sit an exam."),
        ("what is the job placement rate", "Half of them found work.", "It prepares for work."),
        ("average class size?", "Groups have at most 24 students.", "It takes 16 weeks."),
        ("how many ppl test the app", "It is tested with five users.", "It carries 3 credits."),
        ("who teaches welding", "It is taught by Ana Ruiz.", "It is taught in person."),
        ("what's the starting salary", "They earn $41,000 a year.", "It costs $41,000."),
    ],
)
def test_a_value_without_which_nothing_is_answered(
    question: str, holding: str, lacking: str
) -> None:
    """A text about the same thing that lacks the kind of value is told from one that has it."""
    kind = wanted(question)
    assert kind is not None
    assert kind.needed
    assert holds_wanted(question, holding)
    assert not holds_wanted(question, lacking)


@pytest.mark.parametrize(
    "question",
    ["my salary is 30k do i qualify", "what time zone is the deadline in", "who can apply"],
)
def test_what_only_sounds_like_it(question: str) -> None:
    """A wage that is told, and a zone of time, ask for no such value."""
    kind = wanted(question)
    assert kind is None or not kind.needed
