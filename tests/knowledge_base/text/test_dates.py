"""Dates and periods in running text."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge_base.text.dates import find_dates, find_periods

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on Monday, January 11, 2027", date(2027, 1, 11)),
        ("by 5 Jan 2027", date(2027, 1, 5)),
        ("until the 1st of July 2027", date(2027, 7, 1)),
        ("starts 2027-08-30", date(2027, 8, 30)),
        ("due 1/31/2027", date(2027, 1, 31)),
        ("due 31/1/2027", date(2027, 1, 31)),
    ],
)
def test_a_whole_date_is_read(text: str, day: date) -> None:
    """Months as words in both orders, ISO 8601, and figures that can be read one way only."""
    assert [found.value for found in find_dates(text)] == [day]


@pytest.mark.parametrize("text", ["2/3/2027", "February 30, 2027", "24/7", "1-2 weeks"])
def test_a_date_that_could_be_another_or_none_is_left_out(text: str) -> None:
    """Nothing is guessed about 2/3/2027, and February has no thirtieth day."""
    assert find_dates(text) == []


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("last fall", date(2025, 8, 1), date(2025, 12, 31)),
        ("this fall", date(2026, 8, 1), date(2026, 12, 31)),
        ("next fall", date(2027, 8, 1), date(2027, 12, 31)),
        ("fall 2027", date(2027, 8, 1), date(2027, 12, 31)),
        ("the spring term of 2025", date(2025, 1, 1), date(2025, 4, 30)),
        ("winter 2025", date(2025, 12, 1), date(2026, 2, 28)),
        ("in 2025, what was it", date(2025, 1, 1), date(2025, 12, 31)),
        ("last year", date(2025, 1, 1), date(2025, 12, 31)),
        ("next year", date(2027, 1, 1), date(2027, 12, 31)),
        ("next academic year", date(2027, 7, 1), date(2028, 6, 30)),
        ("in 2025-26", date(2025, 7, 1), date(2026, 6, 30)),
        ("in 2025–2026", date(2025, 7, 1), date(2026, 6, 30)),
        ("before March", date(2027, 3, 1), date(2027, 3, 31)),
        ("in December", date(2026, 12, 1), date(2026, 12, 31)),
        ("last May", date(2026, 5, 1), date(2026, 5, 31)),
        ("March of 2028", date(2028, 3, 1), date(2028, 3, 31)),
    ],
)
def test_a_period_is_read_as_seen_from_today(text: str, first: date, last: date) -> None:
    """Years, academic years, terms and months, named or relative to 22 November 2026."""
    (found,) = find_periods(text, TODAY)
    assert (found.value.first, found.value.last) == (first, last)


@pytest.mark.parametrize(
    "text", ["you may apply", "fall behind", "$2026", "2026%", "on July 1, 2027", "2025-30"]
)
def test_what_names_no_period_is_left_out(text: str) -> None:
    """Verbs, prices and whole dates are no periods."""
    assert find_periods(text, TODAY) == []
