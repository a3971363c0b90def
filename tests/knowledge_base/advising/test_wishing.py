"""Which words of a message are a wish for programs, and whether it goes on with the one before."""

from __future__ import annotations

import pytest

from knowledge_base.advising.wishing import asking_pieces, corrected, of_all, wish_in


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("im a baker since 6 years, anything in languages?", "anything in languages"),
        ("i worked in a bank, i was fired. evening classes in math", "evening classes in math"),
        ("i live in a small town and want something online", "and want something online"),
        ("thats too long with my kids. any quicker ones", "any quicker ones"),
        ("my sister did welding. what do you have for me", "what do you have for me"),
        ("i'm free on mondays, something in sewing", "i'm free on mondays, something in sewing"),
        ("i can only do 6 hours a week, cheap", "i can only do 6 hours a week, cheap"),
        ("i'm a baker", "i'm a baker"),
        ("online, under $500, in may", "online, under $500, in may"),
    ],
)
def test_what_students_tell_of_themselves_is_no_wish(words: str, wish: str) -> None:
    """A story is left out, but not what a student has to spend, and never everything."""
    assert wish_in(words) == wish


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("no, the evening ones", "the evening ones"),
        ("no i meant sewing", "sewing"),
        ("nope, sorry, i wanted pottery", "pottery"),
        ("no prerequisites please", "no prerequisites please"),
        ("no experience needed", "no experience needed"),
    ],
)
def test_a_correction_is_told_from_a_condition(words: str, rest: str) -> None:
    """A "no" before what is meant goes away, and one that says what must not be stays."""
    assert corrected(words) == rest


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("which classes start in summer", True),
        ("wich courses r online", True),
        ("smth with animals maybe", True),
        ("i moved here. what do u have in sewing", True),
        ("what courses do i need before the advanced one", False),
        ("when does the class start", False),
        ("how much is the course", False),
    ],
)
def test_programs_are_asked_for_in_many_ways(words: str, asks: bool) -> None:
    """Such words stand beside what is wanted; a question about one program has none of them."""
    assert bool(asking_pieces(words)) is asks


@pytest.mark.parametrize(
    ("words", "every"),
    [
        ("what programs do you have", True),
        ("what is the cheapest you offer", True),
        ("list all courses", True),
        ("any interest", False),
        ("what program must it be", False),
    ],
)
def test_who_asks_what_there_is(words: str, every: bool) -> None:
    """A wish without a subject is only then about all programs."""
    assert of_all(words) is every
