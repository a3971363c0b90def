"""What is left to pay when others pay a part or a price is reduced, and what comes back to whoever
leaves.

What is right is reckoned here from the rows of the sample's CSV file and its pages: $190,
$8 and $5 a credit for tuition, technology and campus services in 2026-27.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from knowledge_base.as_of import asked_day
from knowledge_base.typed.draft import Draft

WorkOut = Callable[[str], Draft | None]


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("a voucher gives me $400 of Medical Terminology, what is left to pay of the tuition?",
         570 - 400),
        ("my employer pays 80% of the tuition of Welding Fundamentals. What do I still pay?",
         1140 / 5),
        ("CNC Machine Operator as a resident: the whole bill minus the full $1,500 of the grant?",
         1140 + 190 + 48 + 30 - 1500),
        ("I got the Harbor Scholarship for Supply Chain and Logistics Fundamentals, tuition minus "
         "that?", 1140 - 500),
        ("my mother pays a quarter of Nursing Assistant, what do I still owe?", 1270 * 0.75),
    ],
)  # fmt: skip
def test_what_others_pay_is_taken_off(worked_out: WorkOut, question: str, left: float) -> None:
    """An amount or a share that is told, or what a page gives; never less than nothing."""
    draft = worked_out(question)
    assert draft is not None
    shown = f"{max(left, 0):,.2f}".removesuffix(".00")
    assert f"= **${shown}**" in draft.text


@pytest.mark.parametrize(
    "question",
    [
        "I make $40,000 a year, what do I pay for Welding Fundamentals?",
        "My budget is $900. What would I still owe for Medical Terminology?",
        "What do I pay for Solar Installation Fundamentals if my uncle gives me $100?",
    ],
)
def test_nothing_is_taken_off_for_an_income_or_what_is_not_wholly_stated(
    worked_out: WorkOut, question: str
) -> None:
    """An income and a budget pay nothing by themselves, and a materials fee may not be set yet."""
    draft = worked_out(question)
    assert draft is None or "−" not in draft.text


@pytest.mark.parametrize(
    ("question", "amounts"),
    [
        ("6 of us in AI Literacy for the Workplace with the group discount, how much?",
         ["$175.50", "$1,053"]),
        ("What is Hotel Front Desk Operations for a team of 5 at the reduced price, without "
         "materials?", ["$414", "$2,070"]),
        ("our firm signs up 8 workers for the forklift course, price each?",
         ["$445.50", "$480.50", "$3,564", "$3,844"]),
        ("my dad is 71, what would he pay for Hotel Front Desk Operations if seats are left",
         ["$230", "$255"]),
        ("I am 70, Small Business Start-Up at half the price and the materials?", ["$120", "$135"]),
    ],
)  # fmt: skip
def test_a_reduced_price_is_worked_out_and_cited(
    worked_out: WorkOut, question: str, amounts: list[str]
) -> None:
    """For one and for all, with the materials, which are not reduced."""
    draft = worked_out(question)
    assert draft is not None
    assert draft.quoted[0][0] in {"tuition-and-fees-2026-27", "employer-and-veterans-benefits"}
    assert all(f"**{amount}**" in draft.text for amount in amounts)


@pytest.mark.parametrize(
    "question",
    [
        "4 of us in AI Literacy for the Workplace with the group discount, how much?",
        "I am 70, Phlebotomy Technician at half the price?",
        "10 of us in Digital Marketing with the group discount, how much?",
    ],
)
def test_a_reduction_whose_condition_is_not_met_is_not_given(
    worked_out: WorkOut, question: str
) -> None:
    """Too few people, a program that is excepted, and one for credit."""
    draft = worked_out(question)
    assert draft is None or "%" not in draft.text


@pytest.mark.parametrize(
    ("question", "back"),
    [
        ("I dropped Medical Terminology on January 20, 2027, how much do I get back?",
         (570 + 24) / 2),
        ("I drop Welding Fundamentals on January 22, 2027. How much comes back?", 1140 + 48 + 30),
        ("I withdraw from Cybersecurity Essentials on June 10, 2027, how much do I get back?", 0),
    ],
)  # fmt: skip
def test_what_comes_back_is_the_share_of_the_day(
    worked_out: WorkOut, question: str, back: float
) -> None:
    """By the row of the session that runs then; the materials fee is not of what is refunded."""
    assert asked_day(question, date(2026, 11, 22)) is None
    draft = worked_out(question)
    assert draft is not None
    assert f"= **${back:,.0f}**" in draft.text
    assert draft.quoted[0][0] == "refunds-and-withdrawal"


@pytest.mark.parametrize(
    "question",
    [
        "I dropped Medical Terminology, how much do I get back?",
        "The college cancels Medical Terminology on January 20, 2027, how much do I get back?",
        "I withdraw from Medical Terminology on January 20, 2027 for orders, how much comes back?",
        "I am 70, is there a 50% refund when I drop Small Business Start-Up?",
    ],
)
def test_no_refund_is_worked_out_without_a_day_or_by_other_rules(
    worked_out: WorkOut, question: str
) -> None:
    """A college that cancels, and orders, have rules of their own, which are quoted."""
    assert worked_out(question) is None
