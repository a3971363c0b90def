"""What pages take off a price is read from the ways in which institutions put it, and given only to
whoever tells to be meant."""

from __future__ import annotations

from decimal import Decimal

import pytest

from knowledge_base.model import Passage, Program
from knowledge_base.stated.discounts import discounts
from knowledge_base.stated.grants import leaves_out, shares_paid

COURSE = Program("p", "Welding", "Pine Tarn College", aid=("Tarn Skills Fund",))
RATES = (
    "| Learners of one employer | Reduction of the fee |\n|---|---|\n| 5 to 9 | 8% |\n| 10+ | 15% |"
)
GRADUATES = "Graduates of the College get 10% off the course fee."
FUND = "The Fund pays 80% of the course\nfee of a course that names it."


def page(text: str, heading: str = "Discounts") -> Passage:
    return Passage("f#1", "f", "Fees", (heading,), text, 0, len(text))


def shares(question: str, text: str, program: Program = COURSE) -> set[Decimal | None]:
    return {grant.share for grant in discounts(question, [page(text)], program, named=False)}


@pytest.mark.parametrize(
    ("question", "rule", "share"),
    [
        ("we send 6 staff, what is the fee each", RATES, "0.08"),
        ("price for my crew of 12", RATES, "0.15"),
        ("what does my company pay for 5 people",
         "Employers who enrol five or more people get 12% off.", "0.12"),
        ("my shop wants to put 7 people through it, what is the fee per person",
         "Employers who enrol five or more people get 12% off.", "0.12"),
        ("i graduated from here in 2020, how much", GRADUATES, "0.1"),
        ("as a graduate of Pine Tarn what do i pay", GRADUATES, "0.1"),
        ("i'm 70, what do i pay", "People aged 66 or\nover pay half the course fee.", "0.5"),
        ("my mum is 67, how much", "People of 66 or older pay 75% of the fee.", "0.25"),
        ("how much for a 68 year old", "For learners of 60 or over we take a quarter off.", "0.25"),
        ("I am a veteran, what's the price",
         "Veterans get a reduction of the course fee of 20 per cent.", "0.2"),
    ],
)  # fmt: skip
def test_a_share_is_taken_off_for_whom_the_rule_is(question: str, rule: str, share: str) -> None:
    """By a sentence or a table, in figures or in words."""
    assert shares(question, rule) == {Decimal(share)}


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("we send 4 staff, what is the fee each", RATES),
        ("6 of us friends want to join, how much each", RATES),
        ("i graduated from Harvard, how much", GRADUATES),
        ("how much is it for me when i graduate", GRADUATES),
        ("what would a graduate pay", GRADUATES),
        ("i'm 60, what do i pay", "People aged 66 or over pay half the course fee."),
        ("i want 60 credits, what do i pay", "People aged 50 or over pay half the fee."),
        ("i am a graduate, how much", "Graduates who finished since 2024 get 10% off."),
        ("i am a student, how much", "Students get 10% off the course fee."),
        ("i am 70, how much", "People aged 66 or over get 10% off, members get 20% off."),
        ("i am 70, how much", "People aged 66 or over pay half the materials fee."),
    ],
)
def test_nothing_is_taken_off_for_others_or_where_a_rule_says_more(
    question: str, rule: str
) -> None:
    """Then the pages are quoted."""
    assert shares(question, rule) == set()


def test_a_rule_of_micro_credentials_is_not_for_courses_without_credit() -> None:
    """What such a course costs with it is not stated."""
    rule = GRADUATES.replace("the course fee", "the fee of every micro-credential")
    badge = Program("b", "Badge", "Pine Tarn College", credit_bearing=False)
    assert shares("i am a graduate, how much", rule) == {Decimal("0.1")}
    assert shares("i am a graduate, how much", rule, badge) == set()


def test_what_a_fund_pays_is_a_share_of_the_fee_of_courses_that_name_it() -> None:
    """Others, and who does not name the fund, get none of it."""
    asked, fund = "the skills fund pays 80%, what is left", page(FUND, "Tarn Skills Fund")
    assert [grant.share for grant in shares_paid(asked, [fund], COURSE)] == [Decimal("0.8")]
    assert not list(shares_paid("my boss pays 80%, what is left", [fund], COURSE))
    other = Program("o", "Baking", aid=("Bread Award",))
    assert not list(shares_paid(asked, [fund], other))
    assert leaves_out(asked, [fund], other)
    assert not leaves_out(asked, [fund], COURSE)
