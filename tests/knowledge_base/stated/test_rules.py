"""Rules that pages state are worked out for what a message tells, or quoted where it leaves
something open.

What is right is reckoned here from the rows of the sample's CSV file and the words of its pages.
"""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from editions import SAMPLE

from knowledge_base.answering import Answering
from knowledge_base.editions.shelf import Shelf
from knowledge_base.encoder import Encoder
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import AnswerKind, Passage
from knowledge_base.program_page import day, money
from knowledge_base.ranking.rerank import open_reranker
from knowledge_base.settings import KnowledgeBaseSettings
from knowledge_base.stated.further import further_row
from knowledge_base.stated.offsets import offsets
from knowledge_base.stated.per_unit import charged_per_unit, counted_units, hours_per_unit

TODAY = date(2026, 11, 22)
with (SAMPLE / "programs.csv").open(newline="", encoding="utf-8") as file:
    ROWS = {row["code"]: row for row in csv.DictReader(file)}


def page_text(name: str) -> str:
    return (SAMPLE / "policies" / f"{name}.md").read_text(encoding="utf-8")


def passage(text: str) -> Passage:
    return Passage("p#1", "p", "A page", (), text, 0, len(text))


@pytest.fixture(scope="module")
def knowledge_base(sample_shelf: Shelf, encoder: Encoder) -> KnowledgeBase:
    below = KnowledgeBaseSettings().abstain_below
    answering = Answering(encoder, "/", below)
    return KnowledgeBase(sample_shelf, encoder, answering, lambda: TODAY, open_reranker())


@pytest.mark.parametrize(
    ("question", "start", "days", "document"),
    [
        ("My international file for the class that starts August 30, 2027: what is the last day "
         "to complete it?", date(2027, 8, 30), -30, "international-applicants"),
        ("I use the deferment of my employer and my class ends on May 7, 2027. When is the rest "
         "due?", date(2027, 5, 7), 45, "employer-and-veterans-benefits"),
        ("deferment, employer pays me back: spring B 2027 ends and the rest is due when?",
         date(2027, 5, 7), 45, "employer-and-veterans-benefits"),
        ("last day to ask for the workforce grant for phlebotomy technician in june?",
         date(2027, 6, 14), -21, "westmark-workforce-grant"),
    ],
)  # fmt: skip
async def test_a_day_is_counted_from_the_start_or_the_end_that_is_told(
    knowledge_base: KnowledgeBase, question: str, start: date, days: int, document: str
) -> None:
    """A date, a session of the calendar, or the run of a program in a month."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is AnswerKind.COMPUTED
    assert f"**{day(start + timedelta(days=days))}**" in answer.text
    assert document in {citation.document_id for citation in answer.citations}


@pytest.mark.parametrize(
    "question",
    [
        "When must an international file be complete?",
        "When is the rest due after a deferment of my employer?",
        "I applied on January 5, 2027. When must my international file be complete?",
        "digital marketing in the summer, apply until when",
    ],
)
async def test_without_a_start_or_an_end_the_rule_is_quoted(
    knowledge_base: KnowledgeBase, question: str
) -> None:
    """A day that neither starts nor ends anything is none to count from."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is not AnswerKind.COMPUTED


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Apply at least 21 days before the first class.", [-21]),
        ("The rest is due 6 weeks after the session ends.", [42]),
        ("Cancel 5 weeks before the\ncourse starts.", [-35]),
        ("Apply at least three working days before the start.", [-3]),
        ("Send receipts 30 days after the midpoint of the session.", []),
        ("Ask 2 weeks before the start and pay 3 days before the first day.", [-14, -3]),
    ],
)
def test_what_counts_from_starts_and_ends_is_read(text: str, days: list[int]) -> None:
    """In figures or in words; other events are left to be quoted."""
    assert [offset.days for offset in offsets(passage(text))] == days


@pytest.mark.parametrize(
    ("text", "start", "result"),
    [
        ("Apply at least 20 working days before the start.", date(2027, 2, 1), date(2027, 1, 4)),
        ("Cancel 5 business days before the first class.", date(2027, 2, 3), date(2027, 1, 27)),
        ("Answered 3 working days after the course ends.", date(2027, 1, 7), date(2027, 1, 12)),
        ("Apply 20 days before the start.", date(2027, 2, 1), date(2027, 1, 12)),
    ],
)
def test_working_days_leave_weekends_out(text: str, start: date, result: date) -> None:
    """Twenty of them are four weeks."""
    assert [offset.from_day(start) for offset in offsets(passage(text))] == [result]


@pytest.mark.parametrize(
    ("question", "code", "fees"),
    [
        ("cnc machine operator on the payment plan as a resident, how much is each installment?",
         "MHC-MF110", 8 + 5),
        ("Nursing Assistant on the monthly plan: what do I pay at first and what is each part?",
         "MHC-HC130", 0),
    ],
)  # fmt: skip
async def test_a_plan_splits_what_a_program_costs(
    knowledge_base: KnowledgeBase, question: str, code: str, fees: int
) -> None:
    """A quarter at once and the rest by the length of the program, beside the set-up fee."""
    row = ROWS[code]
    total = Decimal(row["tuition_usd"]) + Decimal(row["materials_fee_usd"])
    total += fees * Decimal(row["credits"] or 0)
    parts = 4 if int(row["weeks"]) >= 16 else 2
    assert re.search(r"\| 6 to 9 weeks \| 2 \|.*\| 16 weeks or more \| 4 \|",
                     page_text("payment-plans"), re.S)  # fmt: skip
    answer = await knowledge_base.ask(question)
    assert f"**{money(total / 4)}**" in answer.text
    assert f"**{money(total / 4 + 25)}**" in answer.text
    assert f"**{money(total * 3 / 4 / parts)}** each" in answer.text
    assert {code, "payment-plans"} <= {c.document_id for c in answer.citations}


@pytest.mark.parametrize(
    "question",
    [
        "AI Literacy for the Workplace on the payment plan, how much is each installment?",
        "what does it cost when I miss an installment for welding fundamentals?",
        "how much is each installment of the payment plan?",
    ],
)
async def test_a_plan_is_not_split_where_there_is_none(
    knowledge_base: KnowledgeBase, question: str
) -> None:
    """Short or cheap programs have no plan; without a program there is nothing to split."""
    answer = await knowledge_base.ask(question)
    assert answer.kind is not AnswerKind.COMPUTED


FEES = """| Service | Fee |
|---|---|
| Portfolio assessment | $75 for each course |
| Credit awarded through a portfolio | $40 for each credit awarded |
| Challenge exam | $90 for each exam |
| Review | no fee |"""


@pytest.mark.parametrize(
    ("question", "total"),
    [
        ("what does a portfolio for a 4 credit course cost in total", "$235"),
        ("portfolio for two 3 credit courses, total cost?", "$390"),
        ("how much are three challenge exams", "$270"),
        ("how much is a challenge exam", None),
        ("how much are portfolios", None),
        ("how much is the review of 3 licenses", None),
        ("when is the portfolio for a 4 credit course due", None),
    ],
)
def test_charges_for_each_are_added_up_for_as_many_as_are_told(
    question: str, total: str | None
) -> None:
    """The rows that the question names; what leaves a number open is quoted."""
    found = charged_per_unit(question, [passage(FEES)])
    assert (found.lines[0].split("**")[1] if found else None) == total


@pytest.mark.parametrize(
    ("question", "counts"),
    [
        ("one accepted 4 credit course", {"credit": 4, "course": 1}),
        ("two 3 credit courses", {"credit": 6, "course": 2}),
        ("a course", {"course": 1}),
        ("courses and credits", {}),
    ],
)
def test_a_number_counts_what_follows_it(question: str, counts: dict[str, int]) -> None:
    """In "a 4 credit course" the four are credits and the course is one."""
    assert counted_units(question, {"credit", "course"}) == counts


def test_hours_are_told_for_as_many_credits_as_are_meant() -> None:
    """One credit means so many hours; how many are six?"""
    said = [passage("One credit means about 45 hours of class and study.")]
    found = hours_per_unit("6 credits are how many hours in total", said)
    assert found is not None
    assert found.facts[0].value == "270"
    assert hours_per_unit("how many hours is that in total", said) is None


LIMITS = """Limits of income.

| People in the household | Income limit |
|---|---|
| 1 | $46,000 |
| 2 | $62,000 |
| each further person | add $16,000 |"""


@pytest.mark.parametrize(
    ("question", "limit"),
    [
        ("we are a family of five, what may we earn", "$110,000"),
        ("there's 3 of us", "$78,000"),
        ("there's 2 of us", None),
        ("what may I earn", None),
    ],
)
def test_a_table_goes_on_for_each_further_person(question: str, limit: str | None) -> None:
    """What has a row of its own is quoted."""
    found = further_row(question, [passage(LIMITS)])
    assert (found.lines[0].split("**")[1] if found else None) == limit
