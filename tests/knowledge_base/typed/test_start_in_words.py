"""A start that the source gives in words is told in them, wherever a date would be."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge_base.model import Offering, Program
from knowledge_base.typed.cells import cell
from knowledge_base.typed.draft import Catalog, Telling
from knowledge_base.typed.question import Asked, Aspect, Task
from knowledge_base.typed.times import tell_days_left

BAKING = Program("b", "Baking", offerings=(Offering(start_terms="Autumn 2027"),))
CATALOG = Catalog(date(2026, 11, 22), {"b": BAKING}, {"b": "Baking"}, lambda _: frozenset())


def test_a_comparison_shows_the_words() -> None:
    """Not that no start is known."""
    assert cell(Aspect.START, BAKING, CATALOG).text == "Autumn 2027"


@pytest.mark.parametrize(
    ("to_start", "said"),
    [
        (True, "The start is not an exact date: Autumn 2027."),
        (False, "The deadline of Baking is not stated."),
    ],
)
def test_no_days_are_counted_from_words(to_start: bool, said: str) -> None:
    """What is no date is said to be none, and says nothing of the deadline."""
    telling = Telling(BAKING, 1)
    assert tell_days_left(telling, Asked(Task.DAYS_LEFT, to_start=to_start), CATALOG)
    assert telling.lines == [said]
