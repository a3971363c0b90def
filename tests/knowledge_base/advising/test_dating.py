"""How far off the day of the last answer is, and until when that answer holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge_base.advising.dating import how_far, until_when
from knowledge_base.advising.following import LastAnswer
from knowledge_base.model import AnswerKind, Citation, UsedFact, Validity

TODAY = date(2027, 3, 2)
PAGE = Citation("Calendar › Sessions", "Classes start on April 5.", document_id="calendar")
FEE = Citation(
    "Fees › Late fee",
    "A late payment costs $25.",
    document_id="fees",
    validity=Validity(date(2026, 7, 1), date(2027, 6, 30), date(2027, 2, 20)),
)
START, PAST = UsedFact("start", "2027-04-05", "", "", 1), UsedFact("start", "2027-01-11", "", "", 1)
LATER = UsedFact("start", "2027-08-30", "", "", 1)


def last(*facts: UsedFact, cites: Citation = PAGE) -> LastAnswer:
    return LastAnswer("when does it start", AnswerKind.COMPUTED, (cites,), facts)


@pytest.mark.parametrize(
    "words",
    [
        "how many days from now is that",
        "how long until then?",
        "how far off is that",
        "so how many weeks is it from today",
        "how many days left",
    ],
)
def test_the_days_until_it_are_counted(words: str) -> None:
    """From today to the one day to come that was stated; a day that is over is none."""
    answer = how_far(words, last(PAST, START), TODAY)
    assert answer is not None
    assert "34 days" in answer.text
    assert answer.citations == (PAGE,)


@pytest.mark.parametrize(
    "words",
    ["how long is the program", "how many weeks does it take", "how far is it from the station"],
)
def test_another_length_is_not_counted(words: str) -> None:
    """What lasts, and what is away in space, is asked of the pages."""
    assert how_far(words, last(START), TODAY) is None


def test_each_of_a_few_days_is_counted_and_none_made_up() -> None:
    """Where none was stated, or where it is not told which of many is meant, there is no answer."""
    both = how_far("how many days from now is that", last(START, LATER), TODAY)
    assert both is not None
    assert "34 days" in both.text
    assert "181 days" in both.text
    many = [UsedFact("start", f"2027-0{month}-05") for month in range(4, 9)]
    assert how_far("how many days from now is that", last(*many), TODAY) is None
    assert how_far("how many days from now is that", last(), TODAY) is None


def test_until_when_it_holds_is_said_where_the_source_states_it() -> None:
    """A source without an end leaves it open, so does a question with words of its own, and an
    answer that speaks of days itself."""
    answer = until_when("and until when?", last(cites=FEE), TODAY)
    assert answer is not None
    assert "30 June 2027" in answer.text
    assert until_when("until when", last(), TODAY) is None
    open_days = replace(FEE, quote="Registration is open from March 1, 2027 on.")
    assert until_when("until when", last(cites=open_days), TODAY) is None
    assert until_when("until when can i apply", last(cites=FEE), TODAY) is None
