"""What a student's words say of hours, money, days and format."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from knowledge_base.advising.plan_details import (
    ANY,
    BUDGET,
    DELIVERY,
    FINISH,
    HOURS,
    START,
    limits_in,
)

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("asked", "words", "value"),
    [
        (HOURS, "10", "10"),
        (HOURS, "about ten", "10"),
        (HOURS, "10-12", "12"),
        (HOURS, "2 hours a day", "14"),
        (HOURS, "7.5 hrs/wk", "7.5"),
        (HOURS, "full time", "40"),
        (HOURS, "i dont know", ANY),
        (BUDGET, "2k", "2000"),
        (BUDGET, "up to $1,500", "1500"),
        (BUDGET, "two grand", "2000"),
        (BUDGET, "i have no money", "0"),
        (BUDGET, "no limit", ANY),
        (BUDGET, "rather not say", ANY),
        (START, "march", "2027-03-01"),
        (START, "next fall", "2027-08-01"),
        (START, "in 2 months", "2027-01-22"),
        (START, "after june", "2027-07-01"),
        (START, "as soon as possible", ANY),
        (DELIVERY, "from home", ["online"]),
        (DELIVERY, "not online", ["in person", "hybrid"]),
        (DELIVERY, "hybrid or online", ["online", "hybrid"]),
        (DELIVERY, "either", ANY),
    ],
)
def test_an_answer_is_read(asked: str, words: str, value: Any) -> None:
    """In the ways that people answer, "doesn't matter" and a refusal among them."""
    assert limits_in(words, {}, asked, TODAY) == {asked: value}


@pytest.mark.parametrize(
    ("asked", "words"),
    [(HOURS, "evenings"), (HOURS, "200"), (BUDGET, "900 euros"), (START, "blue"),
     (DELIVERY, "what a day")],
)  # fmt: skip
def test_what_is_no_answer_is_left_out(asked: str, words: str) -> None:
    """More hours than a week has, another currency, and words without one."""
    assert limits_in(words, {}, asked, TODAY) == {}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("10 hours a week, 2000 dollars, online, starting in january",
         {HOURS: "10", BUDGET: "2000", DELIVERY: ["online"], START: "2027-01-01"}),
        ("what if i had 3000", {BUDGET: "3000"}),
        ("done by may", {FINISH: "2027-05-31"}),
        ("finished before june", {FINISH: "2027-05-31"}),
        ("within a year", {FINISH: "2027-11-22"}),
        ("i may start", {}),
        ("plan it with other hours", {HOURS: None}),
        ("without any limit", {HOURS: ANY, BUDGET: ANY, START: ANY, DELIVERY: ANY}),
    ],
)  # fmt: skip
def test_what_nobody_asked_for_is_read(words: str, found: dict[str, Any]) -> None:
    """Each number goes to what its words say, whichever slot is asked for."""
    assert limits_in(words, {}, None, TODAY) == found


def test_hours_are_no_money_when_money_is_asked_for() -> None:
    """A correction of the hours leaves the budget open."""
    assert limits_in("actually 10 hours", {}, BUDGET, TODAY) == {HOURS: "10"}


def test_the_rest_is_left_open_and_what_is_known_stays() -> None:
    """ "Just plan it" ends the questions."""
    known = {HOURS: "8"}
    found = limits_in("skip the rest, just plan it", known, BUDGET, TODAY)
    assert found == {BUDGET: ANY, START: ANY, DELIVERY: ANY}
