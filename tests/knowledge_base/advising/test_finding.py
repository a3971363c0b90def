"""Programs found by wish: what goes on, what begins anew, and what is left to other answers."""

from __future__ import annotations

import pytest
from editions import asking

from knowledge_base.advising.finding import Found, changed, found, sought
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase


@pytest.fixture
def library(sample_shelf: Shelf, encoder: Encoder) -> KnowledgeBase:
    return asking(sample_shelf, encoder)


async def _found(library: KnowledgeBase, words: str, before: Found | None = None) -> Found:
    kept, shown = (before.wish, before.shown) if before else (None, ())
    result = await found(library, words, kept, shown)
    assert result is not None
    return result


async def test_a_wish_without_a_subject_goes_on(library: KnowledgeBase) -> None:
    """A bound alone narrows what was found, and words for all programs begin anew."""
    health = await _found(library, "health care programs")
    cheap = await _found(library, "just under 800 bucks", health)
    assert cheap.wish["text"] == "about health care, and total cost under $800"
    anew = await _found(library, "all courses under 800 bucks", health)
    assert anew.wish["text"] == "total cost under $800"


async def test_another_subject_begins_anew(library: KnowledgeBase) -> None:
    """A wish that names what it is about does not keep the subject before."""
    health = await _found(library, "health care programs")
    trades = await _found(library, "show me skilled trades", health)
    assert "health" not in trades.wish["text"]


async def test_what_no_detail_says_changes_nothing(library: KnowledgeBase) -> None:
    """Words that the catalog does not have are no condition that nothing meets."""
    health = await _found(library, "health care programs")
    assert await changed(library, "im 19 btw", health.wish, health.shown) is None


async def test_the_next_by_an_order_follows_the_first(library: KnowledgeBase) -> None:
    """ "Next cheapest" shows the one behind, once more the one behind that."""
    first = await _found(library, "cheapest health care program")
    second = await changed(library, "and the next cheapest", first.wish, first.shown)
    assert second is not None
    third = await changed(library, "next cheapest", second.wish, second.shown)
    assert third is not None
    shown = [*first.shown, *second.shown, *third.shown]
    ordered = (await library.find("health care, cheapest programs")).matches
    assert shown == [match.id for match in ordered[:3]]


async def test_a_story_does_not_hide_its_wish(library: KnowledgeBase) -> None:
    """What a student was and did is no condition of what they look for."""
    told = await _found(library, "i was a roofer for 12 years, something with cloud maybe?")
    assert set(told.shown) == {"MHC-CL130", "MHC-CL230"}


async def test_a_word_may_be_the_beginning_of_the_catalogs(library: KnowledgeBase) -> None:
    """A subject that is cut short is found by its beginning."""
    assert "MHC-HO120" in (await _found(library, "hospit courses")).shown


@pytest.mark.parametrize(
    ("words", "program"),
    [
        ("which courses start in june 2027", "MHC-DA090"),
        ("i drive a truck. what do you have in supply chain", "MHC-SC110"),
        ("what programs take the workforce grant and are online", "MHC-DA101"),
    ],
)
async def test_questions_for_programs_are_wishes(
    library: KnowledgeBase, words: str, program: str
) -> None:
    """Whatever topic a question was taken for, it gets cards."""
    result = await sought(library, words, None)
    assert result is not None
    matches = (await library.find(result.wish["text"])).matches
    assert program in [match.id for match in matches]


@pytest.mark.parametrize(
    "words",
    [
        "do you have a payment plan",
        "do you have tutoring",
        "what classes do i need before cybersecurity analyst",
        "what is the deadline for the workforce grant",
        "which programs does my cousin teach",
    ],
)
async def test_other_questions_are_left_to_the_pages(library: KnowledgeBase, words: str) -> None:
    """A way to pay or a service is no wish, nor is what has a word that is not understood."""
    assert await sought(library, words, None) is None
