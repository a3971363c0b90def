"""Of passages that say the same, one is ranked."""

from __future__ import annotations

from datetime import date

import numpy as np

from knowledge_base.model import Passage, Validity
from knowledge_base.ranking.duplicates import without_repeats

TEXT = "Students pay by the first day of class. A payment plan is open to whoever owes over $500."


def passage(name: str, text: str = TEXT, verified: date | None = None, **own: str) -> Passage:
    title, institution = own.get("title", "Payment"), own.get("institution", "Fictional College")
    return Passage(
        name, name, title, (), text, 0, len(text), institution, None, Validity(None, None, verified)
    )


def kept(*passages: Passage, count: int = 10) -> list[str]:
    places = without_repeats(np.arange(len(passages)), passages, count)
    return [passages[place].id for place in places]


def test_a_page_under_two_addresses_is_ranked_once() -> None:
    """A missing full stop makes no other passage, and the next one moves up."""
    other = passage("c", "Refunds are made within ten days.")
    assert kept(passage("a"), passage("b", TEXT[:-1]), other, count=2) == ["a", "c"]


def test_of_repeats_the_last_verified_is_ranked() -> None:
    """It takes the place of the one that was found first."""
    old, new = passage("old", verified=date(2025, 1, 1)), passage("new", verified=date(2026, 1, 1))
    assert kept(passage("first", "Other words."), old, new) == ["first", "new"]


def test_another_figure_is_another_passage() -> None:
    """This year's amount does not hide last year's."""
    assert kept(passage("a"), passage("b", TEXT.replace("500", "600"))) == ["a", "b"]


def test_the_same_words_of_something_else_are_another_passage() -> None:
    """Another title, or another institution, makes it another fact."""
    twins = [passage("a"), passage("b", title="Loans"), passage("c", institution="Other College")]
    assert kept(*twins) == ["a", "b", "c"]
