"""Several programs: what they cost together with fees, how bills differ, and when they are done.

What is right is reckoned here from the rows of the sample's CSV file and of its pages' tables.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from knowledge_base.edition import Edition
from knowledge_base.model import Citation
from knowledge_base.retriever import Query
from knowledge_base.typed.answers import TypedAnswers
from knowledge_base.typed.draft import Draft

Draw = Callable[[str], Draft | None]


@pytest.fixture(scope="module")
def drawn(sample_edition: Edition) -> Draw:
    """What typed facts make of a question on 22 November 2026."""
    typed = TypedAnswers(sample_edition, lambda passage, quote: Citation(passage.title, quote))
    return lambda question: typed.draft(Query(question, date(2026, 11, 22)))


@pytest.mark.parametrize(
    ("question", "total"),
    [
        ("tuition only for UX Design Foundations and UX Research Methods for somebody from Ohio",
         2 * 3 * 228),
        ("Welding Fundamentals and CNC Machine Operator with all fees, first time applying",
         2 * 6 * (190 + 8 + 5) + 210 + 190 + 25),
        ("what do Medical Terminology and Digital Marketing cost an international student together",
         2 * 3 * (340 + 8)),
        ("how much is Medical Terminology plus AI Literacy for the Workplace with all the fees",
         3 * (190 + 8) + 195 + 25),
    ],
)  # fmt: skip
def test_several_bills_are_added_up(drawn: Draw, question: str, total: int) -> None:
    """Each at the student's rate; what is paid once is added once."""
    draft = drawn(question)
    assert draft is not None
    assert f"**${total:,}**" in draft.text


@pytest.mark.parametrize(
    ("question", "difference"),
    [
        ("how much more does an international student pay than a resident in tuition for Digital "
         "Marketing", 3 * (340 - 190)),
        ("what is the difference in price between online and hybrid for Data Analytics "
         "Foundations", 6 * 5),
        ("how much less does a resident pay than a non-resident for the tuition of Welding "
         "Fundamentals", 6 * (285 - 190)),
    ],
)  # fmt: skip
def test_two_bills_of_one_program_are_set_side_by_side(
    drawn: Draw, question: str, difference: int
) -> None:
    """Of two students, or of two ways of study."""
    draft = drawn(question)
    assert draft is not None
    assert f"= **${difference:,}**" in draft.text


@pytest.mark.parametrize(
    ("question", "result"),
    [
        ("how many weeks are UX Design Foundations and UX Research Methods one after the other",
         "16 weeks"),
        ("Medical Terminology and after that Medical Coding and Billing, when is all of it done",
         "17 December 2027"),
        ("Bookkeeping Essentials followed by Payroll and Accounting Software, when am I finished",
         "17 December 2027"),
        ("what is the latest start of Cybersecurity Essentials to be done before June 2027",
         "15 March 2027"),
        ("latest start of Warehouse and Forklift Operations to be finished by April 2027",
         "25 January 2027"),
    ],
)  # fmt: skip
def test_programs_follow_one_another(drawn: Draw, question: str, result: str) -> None:
    """A session's last day is the calendar's; the next program begins after it."""
    draft = drawn(question)
    assert draft is not None
    assert f"**{result}**" in draft.text


@pytest.mark.parametrize(
    "question",
    [
        "how many weeks are Medical Terminology and Building Energy Auditing, and then the price?",
        "CNC Machine Operator and after that Building Energy Auditing, when is all of it done",
        "what is the latest start of Welding Fundamentals to be done before January 2027",
    ],
)
def test_no_day_is_made_up(drawn: Draw, question: str) -> None:
    """More is asked for, a program has no start, or none is over by then."""
    draft = drawn(question)
    said = draft.text if draft else ""
    assert "at the earliest" not in said
    assert "latest start" not in said


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("what is your most expensive program", "HVAC Installation and Service"),
        ("the cheapest course in person please", "Refrigerant Handling Exam Preparation"),
        ("I want to become a scrum master, what do you have", "Agile Project Management"),
    ],
)
def test_the_first_of_all_is_listed(drawn: Draw, question: str, title: str) -> None:
    """By an order, or by the work that a student wants to do."""
    draft = drawn(question)
    assert draft is not None
    assert f"**{title}**" in draft.text


def test_a_list_shows_the_start_that_is_asked_for(drawn: Draw) -> None:
    """Not the next one, when the wish is about a later one."""
    draft = drawn("programs with a start in April 2027")
    assert draft is not None
    assert "12 April 2027" in draft.text
    assert "February" not in draft.text


@pytest.mark.parametrize(
    "question", ["the cheapest way to pay", "earliest I can register", "shortest way to campus"]
)
def test_an_order_of_other_things_lists_no_programs(drawn: Draw, question: str) -> None:
    """Only programs are put in order."""
    assert drawn(question) is None
