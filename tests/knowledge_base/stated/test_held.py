"""What a student's words name is told with its rule, where a published rule decides it.

Scores and credits are those of the sample's table of equivalencies.
"""

from __future__ import annotations

from datetime import date

import pytest
from editions import SAMPLE

from advisor.measuring.transfer import load_table
from knowledge_base.credit.equivalency import EquivalencyTable
from knowledge_base.stated.held import worth_of_held

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def table() -> EquivalencyTable:
    """The sample's rules of credit."""
    rules, _ = load_table(SAMPLE / "equivalencies.csv")
    return rules


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("got a 4 on AP Calculus AB, what credit is that", "4 credits, Calculus I [3]"),
        ("CLEP Financial Accounting, I scored 49", "at least 50 in CLEP Financial Accounting"),
        ("I took IB Standard Level Spanish and got a 6", "gives no credit [3]"),
        ("I was 4 years in the navy, is the service worth credits?", "gives no credit [3]"),
        ("does AP Calculus AB count here?", "at least 3 is needed"),
    ],
)
def test_what_a_thing_gives_is_told_with_its_rule(
    table: EquivalencyTable, question: str, said: str
) -> None:
    """Cited behind what was cited before; without a score the rule says what decides."""
    draft = worth_of_held(question, table, TODAY, 3)
    assert draft is not None
    assert said in draft.text
    assert [document for document, _ in draft.quoted] == ["exam-and-military-credit"]
    assert "last verified 8 October 2026" in draft.text


@pytest.mark.parametrize(
    "question",
    [
        "how do I send my AP Calculus AB score",
        "can an AP Calculus AB score of 4 count toward a micro-credential?",
        "I have a B in ENG 101",
        "which score was needed in CLEP Financial Accounting",
        "max number of students in one Nursing Assistant class",
        "is AP Underwater Basketry with a 5 worth credit",
    ],
)
def test_what_a_review_decides_or_asks_for_more_is_left_to_the_pages(
    table: EquivalencyTable, question: str
) -> None:
    """They are quoted for it."""
    assert worth_of_held(question, table, TODAY, 1) is None
