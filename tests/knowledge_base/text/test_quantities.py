"""Durations, hours, credits, percentages and scores in running text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from knowledge_base.text.quantities import DURATIONS, Bound, bound_of, find_quantities


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("lasts 8 weeks", "8", "8", "weeks"),
        ("the first two weeks", "2", "2", "weeks"),
        ("a 16-week session", "16", "16", "weeks"),
        ("within 10 business days", "10", "10", "business days"),
        ("takes 5 to 7 hours per week", "5", "7", "hours per week"),
        ("16–18 hours a week", "16", "18", "hours per week"),
        ("at least 150 clock hours", "150", "150", "clock hours"),
        ("a 6-credit program", "6", "6", "credits"),
        ("45 transfer credits", "45", "45", "credits"),
        ("67% of the price", "67", "67", "percent"),
        ("10 percent off", "10", "10", "percent"),
        ("a score of 50", "50", "50", "score"),
        ("a grade average of at least 2.0", "2.0", "2.0", "score"),
        ("1,200 words", "1200", "1200", "words"),
    ],
)
def test_a_quantity_is_read_with_its_unit(text: str, low: str, high: str, unit: str) -> None:
    """Figures and words, single values and ranges, each with one canonical unit."""
    (found,) = find_quantities(text)
    assert (found.value.low, found.value.high) == (Decimal(low), Decimal(high))
    assert found.value.unit == unit


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("at least 6 credits", Bound.AT_LEAST),
        ("6 or more credits", Bound.AT_LEAST),
        ("6 credits or more", Bound.AT_LEAST),
        ("a minimum of 6 credits", Bound.AT_LEAST),
        ("up to 6 credits", Bound.AT_MOST),
        ("at most 6 credits", Bound.AT_MOST),
        ("within 6 weeks", Bound.AT_MOST),
        ("6 credits or fewer", Bound.AT_MOST),
        ("more than 6 credits", Bound.OVER),
        ("fewer than 6 credits", Bound.UNDER),
        ("6 credits", Bound.EXACT),
    ],
)
def test_the_words_around_a_value_say_how_it_limits(text: str, bound: Bound) -> None:
    """A threshold is told from an exact value."""
    (found,) = find_quantities(text)
    assert bound_of(text, found.start, found.end) is bound


def test_durations_leave_out_what_is_no_length_of_time() -> None:
    """Asked for durations, credits and hours of work are not given."""
    text = "6 credits over 16 weeks take 16 to 18 hours a week"
    assert [text[each.start : each.end] for each in find_quantities(text, DURATIONS)] == [
        "16 weeks"
    ]


@pytest.mark.parametrize("text", ["MHC-DA101", "$25", "room 105", "WCAG 2.2 at level AA", "2027"])
def test_a_number_without_a_unit_is_no_quantity(text: str) -> None:
    """Codes, prices, rooms and years are not taken for quantities."""
    assert find_quantities(text) == []
