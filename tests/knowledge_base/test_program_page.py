"""A program's page says what is known, in sentences, and nothing that is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from knowledge_base.model import Cost, Join, Offering, Program, Requirement, Span, Validity
from knowledge_base.program_page import day, money, program_page

ONLINE = Offering(date(2027, 1, 11), date(2027, 3, 1), date(2026, 12, 18), "Online", "online")
FIRST_AID = Requirement("a first-aid certificate")
NEEDED = Requirement(program="d1")


def test_unknown_facts_are_left_out() -> None:
    """A program of which only the title is known claims nothing: no cost, no credit, no "no"."""
    assert program_page(Program("x", "Baking")).text == "Baking.\n"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1140", "USD", "$1,140"),
        ("1140.5", "USD", "$1,140.50"),
        ("900", "CHF", "CHF 900"),
        ("2419.0", "EUR", "€2,419"),
    ],
)
def test_money_is_written_as_people_write_it(amount: str, currency: str, shown: str) -> None:
    """Thousands apart, cents only where there are some, the currency always."""
    assert money(Decimal(amount), currency) == shown


def test_days_are_written_so_that_no_one_mistakes_them() -> None:
    """The month as a word."""
    assert day(date(2027, 1, 5)) == "5 January 2027"


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (Program("x", "X", costs=(Cost("tuition", Decimal(0)),)), "There is no tuition."),
        (
            Program("x", "X", costs=(Cost("tuition", Decimal(5)), Cost("fee", Decimal(2)))),
            "The cost of X: $5 tuition and $2 fee.",
        ),
        (Program("x", "X", credit_bearing=False), "X is a non-credit program."),
        (Program("x", "X", credits=Decimal("1.0")), "X carries 1 credit."),
        (
            Program("x", "X", credits=Decimal("2.0"), credit_kind="continuing education"),
            "X carries 2 continuing education credits.",
        ),
        (Program("x", "X", duration=Span(Decimal(5), Decimal(7), "weeks")), "X takes 5–7 weeks."),
        (Program("x", "X", duration=Span(Decimal(1), Decimal(1), "years")), "X takes 1 year."),
        (
            Program("x", "X", workload=Span(Decimal(160), Decimal(160), "hours")),
            "The work takes 160 hours in all.",
        ),
        (
            Program(
                "x",
                "X",
                costs=(
                    Cost(
                        "tuition",
                        Decimal(5),
                        residency="in-state",
                        validity=Validity(date(2026, 7, 1), date(2027, 6, 30)),
                    ),
                    Cost("", Decimal(2)),
                ),
            ),
            "The cost of X: $5 tuition (in-state; from 1 July 2026 until 30 June 2027) and $2.",
        ),
        (Program("x", "X", costs=(Cost("", Decimal(0)),)), "There is no charge."),
        (
            Program("x", "X", costs=(Cost("tuition", Decimal(5)), Cost("tuition", Decimal(9)))),
            "The cost of X: $5 or $9 tuition (the source does not say which applies).",
        ),
        (Program("x", "X", subject="Data", level="introductory"), "Subject: introductory Data."),
        (Program("x", "X", subject="Data", level="basic, advanced"), "Level: basic, advanced."),
        (
            Program("x", "X", requirement=Requirement(parts=(FIRST_AID, Requirement("an essay")))),
            "Requirements for X:\n\n- a first-aid certificate\n- an essay",
        ),
        (Program("x", "X", accreditation=("A", "B")), "X is accredited by A and B."),
        (Program("x", "X", credential_type="associate degree"), "It is an associate degree."),
        (Program("x", "X", prerequisites="None"), "X has no prerequisites."),
        (
            Program("x", "X", offerings=(ONLINE,)),
            "X starts on 11 January 2027 and ends on 1 March 2027 (Online); "
            "apply by 18 December 2026.",
        ),
    ],
)
def test_a_fact_is_said_in_a_sentence(program: Program, sentence: str) -> None:
    """Each kind of fact reads as a registrar would write it."""
    assert sentence in program_page(program).text


def test_a_run_without_dates_is_not_listed() -> None:
    """A run that can be begun at any time has no start date to tell."""
    program = Program("x", "X", offerings=(Offering(delivery="online", location="Online"),))
    assert "Start dates" not in program_page(program).text


def test_a_requirement_is_told_with_its_alternatives() -> None:
    """All parts stand side by side, alternatives as "any one of"; a known program has its title."""
    either = Requirement(join=Join.ANY, parts=(Requirement("Two years of work."), NEEDED))
    program = Program("x", "X", requirement=Requirement("To enter", parts=(FIRST_AID, either)))
    text = program_page(program, {"d1": "Data One"}).text
    assert (
        "Requirements for X: To enter: a first-aid certificate; "
        "any one of (Two years of work) or (Data One)." in text
    )


def test_a_required_program_without_a_name_is_still_required() -> None:
    """A requirement never vanishes because its identifier tells a student nothing."""
    opaque = "ce-23b0e606-545c-4383-8630-f97ec3b190fa"
    text = program_page(Program("x", "X", requirement=Requirement(program=opaque))).text
    assert opaque not in text
    assert "completion of a program that this catalog does not describe" in text


def test_an_opaque_target_is_named_or_left_out() -> None:
    """A registry's identifier is replaced by the program's title where the catalog has it."""
    opaque = "ce-23b0e606-545c-4383-8630-f97ec3b190fa"
    program = Program("x", "X", stacks_into=(opaque, "AS in Data"))
    assert "It stacks into AS in Data." in program_page(program).text
    named = program_page(program, {opaque: "Data Degree"}).text
    assert "It stacks into Data Degree and AS in Data." in named


def test_a_start_in_words_is_told_in_them() -> None:
    """A term without its day is neither left out nor made a date."""
    page = program_page(Program("x", "Baking", offerings=(Offering(start_terms="Autumn 2027"),)))
    assert "Baking starts: Autumn 2027." in page.text
