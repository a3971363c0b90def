"""Of the passages found, those are quoted that are likely, with what there is room for."""

from __future__ import annotations

import math

import pytest

from knowledge_base.model import Passage
from knowledge_base.quotable import beside, likely
from knowledge_base.retriever import Ranking

LONG = " ".join(["word"] * 120)


def passage(document: str, heading: str, text: str = "It is so.") -> Passage:
    return Passage(f"{document}{heading}", document, document, (heading,), text, 0, len(text))


def quoted(question: str, *found: tuple[float, Passage]) -> list[str]:
    """Documents of what is quoted, in order."""
    odds, passages = zip(*found, strict=True)
    ranking = Ranking(tuple(passages), tuple(map(math.log, odds)))
    chosen = tuple(likely(question, ranking))
    return [each.document_id for each in (*chosen, *beside(chosen, ranking))]


@pytest.mark.parametrize(
    ("first", "second", "odds", "expected"),
    [
        ("Ask at the desk.", "Come in.", (0.9, 0.05, 0.03), ["a", "b", "c"]),
        ("Ask at the desk.", LONG, (0.9, 0.05, 0.03), ["a", "b", "c"]),
        ("Ask at the desk.", "Come in.", (0.98, 0.019, 0.001), ["a"]),
        (LONG, LONG, (0.9, 0.05, 0.03), ["a", "b"]),
        (LONG, LONG, (0.5, 0.3, 0.2), ["a", "b", "c"]),
    ],
)
def test_a_short_quote_leaves_room_for_what_comes_next(
    first: str, second: str, odds: tuple[float, float, float], expected: list[str]
) -> None:
    """What is less likely is quoted too where there is room for it, unless it is most unlikely;
    what is nearly as likely always is."""
    found = passage("a", "A", first), passage("b", "B", second), passage("c", "C", "Ring twice.")
    assert quoted("what do i do", *zip(odds, found, strict=True)) == expected


@pytest.mark.parametrize(("pages", "expected"), [("ab", ["a", "b", "z"]), ("abc", ["a", "z"])])
def test_what_page_after_page_has_is_quoted_once(pages: str, expected: list[str]) -> None:
    """Of two programs either may be meant; what three of them cost is asked of none of them."""
    costs = [(0.3, passage(page, "Cost", "The cost is $5.")) for page in pages]
    applying = (0.02, passage("z", "Applying", "The fee for applying is $9."))
    assert quoted("does it cost to apply", *costs, applying) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how much is a printed parchment", ["awards", "fees"]),
        ("how much is a frame", ["awards"]),
        ("what is a printed parchment", ["awards"]),
    ],
)
def test_an_amount_that_stands_in_another_table_is_quoted(
    question: str, expected: list[str]
) -> None:
    """A page tells of the thing, and a row of the list of fees what it costs."""
    awards = passage("awards", "Parchment", "A printed parchment is sent by post.")
    table = "| What | Fee |\n|---|---|\n| Printed parchment | €28 |\n| Locker | €5 |"
    fees = passage("fees", "Other charges", table)
    assert quoted(question, (0.999, awards), (0.001, fees)) == expected
