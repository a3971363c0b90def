"""A question for programs of which every word is understood is answered with those that fit.

What fits is worked out here from the rows of the sample's CSV file.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date

import pytest
from editions import SAMPLE, asking

from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import AnswerKind
from knowledge_base.typed.wished import asks_for_programs

TODAY = date(2026, 11, 22)
with (SAMPLE / "programs.csv").open(newline="", encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))


@pytest.fixture(scope="module")
def knowledge_base(sample_shelf: Shelf, encoder: Encoder) -> KnowledgeBase:
    return asking(sample_shelf, encoder, TODAY)


@pytest.mark.parametrize(
    ("question", "fits"),
    [
        ("anything with no credit that is online, what u got",
         lambda row: row["credit_type"] == "non-credit" and "online" in row["delivery"]),
        ("9 credit programs", lambda row: row["credits"] == "9"),
        ("give me the big ones, 9 credits", lambda row: row["credits"] == "9"),
        ("some in person stuff beginning in june pls",
         lambda row: "in person" in row["delivery"] and "2027-06" in row["start_dates"]),
    ],
)  # fmt: skip
async def test_those_that_fit_are_listed(
    knowledge_base: KnowledgeBase, question: str, fits: Callable[[dict[str, str]], bool]
) -> None:
    """All of them, each with its facts and its page."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.PROGRAMS
    right = {row["code"]: row["title"] for row in ROWS if fits(row)}
    assert {citation.document_id for citation in answer.citations} == set(right)
    assert all(f"**{title}**" in answer.text for title in right.values())


@pytest.mark.parametrize(
    "question",
    [
        "any programs for credit?",
        "some programs about quantum baking",
        "which classes are online and taught by dancing bears",
    ],
)
async def test_what_many_fit_or_a_word_leaves_open_is_no_list(
    knowledge_base: KnowledgeBase, question: str
) -> None:
    """A list of many says little, and one word that is not understood may change it."""
    assert (await knowledge_base.ask(question)).kind is not AnswerKind.PROGRAMS


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("which medical ones can i do from home", True),
        ("is there a language class", True),
        ("whats the start-your-own-shop class gonna cost me", False),
        ("how much is something online", False),
        ("when do some classes start", False),
        ("can I get a refund", False),
    ],
)
def test_what_asks_for_programs(question: str, asks: bool) -> None:
    """A fact of one program that is only described is asked for in other words."""
    assert asks_for_programs(question) is asks
