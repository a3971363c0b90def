"""What wishes are understood as: dates relative to a day, amounts, ands, ors and nots."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.filters.amounts import read_amount
from knowledge_base.filters.dates import read_dates
from knowledge_base.filters.parser import parse_wish
from knowledge_base.filters.rows import term_rows
from knowledge_base.filters.text import plain_wish
from knowledge_base.filters.tree import And, Compare, Has, Not, Op, Or
from knowledge_base.filters.words import Vocabulary
from knowledge_base.model import Program

DAY = date(2026, 11, 22)
PROGRAM = Program(
    "a",
    "Cloud Security with Python",
    subject="Health Care",
    level="introductory",
    institution="North College (fictional)",
    skills=("SQL queries", "artificial intelligence"),
    occupations=("data analyst",),
    aid=("payment plan",),
    stacks_into=("AS in Information Technology", "Certificate in Web Development"),
)
VOCABULARY = Vocabulary((r["field"], r["words"], r["stems"]) for r in term_rows(PROGRAM))


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("starts before march", "2026-11-22", "2027-02-28"),
        ("starts before november", "2026-11-22", "2027-10-31"),
        ("starts in november", "2026-11-22", "2026-11-30"),
        ("starting after november", "2026-12-01", None),
        ("starts on or after 1 may 2027", "2027-05-01", None),
        ("start by january 31", "2026-11-22", "2027-01-31"),
        ("begins before the end of february", "2026-11-22", "2027-02-28"),
        ("start between november and february", "2026-11-22", "2027-02-28"),
        ("starts next month", "2026-12-01", "2026-12-31"),
        ("starts next week", "2026-11-23", "2026-11-29"),
        ("starting in the next 3 months", "2026-11-22", "2027-02-22"),
        ("starts this spring", "2027-01-01", "2027-04-30"),
        ("fall 2027 start", "2027-08-01", "2027-12-31"),
        ("starts in winter", "2026-12-01", "2027-02-28"),
        ("starting february 29", "2028-02-29", "2028-02-29"),
        ("starts on 3/1/2027", "2027-03-01", "2027-03-01"),
        ("starts in 2028", "2028-01-01", "2028-12-31"),
        ("started in 2024", "2024-01-01", "2024-12-31"),
    ],
)
def test_dates_are_read_relative_to_the_day(words: str, first: str, last: str | None) -> None:
    """Names of months and terms are the coming ones, and nothing begins before the day itself."""
    found = read_dates(plain_wish(words), 0, DAY, None)
    assert found is not None
    condition, end = found
    assert (condition.field, end) == ("starts", len(words))
    assert str(condition.value) == first
    assert (str(condition.to) if condition.to else None) == last


@given(st.dates(date(2020, 1, 1), date(2090, 12, 31)), st.integers(0, 300))
def test_a_date_and_its_words_are_the_same_day(day: date, ahead: int) -> None:
    """A date in figures, in words, and in words without its year is one day."""
    meant = day + timedelta(days=ahead)
    words = [meant.isoformat(), f"{meant.day} {meant:%B %Y}", f"{meant:%B} {meant.day}"]
    for text in words if (meant.month, meant.day) != (2, 29) else words[:2]:
        found = read_dates(plain_wish(f"starts on {text}"), 0, day, None)
        assert found is not None
        assert (found[0].value, found[0].to) == (meant, meant), text


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ("under $1k", Compare("total", Op.LT, Decimal(1000), unit="USD")),
        ("less than one thousand dollars", Compare("total", Op.LT, Decimal(1000), unit="USD")),
        ("at most €1.250,50", Compare("total", Op.LE, Decimal("1250.50"), unit="EUR")),
        ("under a thousand", Compare("total", Op.LT, Decimal(1000))),
        ("$500 or less", Compare("total", Op.LE, Decimal(500), unit="USD")),
        ("500-800 dollars", Compare("total", Op.BETWEEN, Decimal(500), Decimal(800), "USD")),
        ("tuition over CHF 900", Compare("tuition", Op.GT, Decimal(900), unit="CHF")),
        ("in two weeks", None),
        ("at most two weeks", Compare("duration", Op.LE, Decimal(2), unit="weeks")),
        ("finish within a month", Compare("duration", Op.LE, Decimal(1), unit="months")),
        ("6+ credits", Compare("credits", Op.GE, Decimal(6))),
        ("no more than 5 hrs/week", Compare("hours", Op.LE, Decimal(5))),
        ("can only study like 3 or 4 hours a week", Compare("hours", Op.LE, Decimal(4))),
        ("3 or 4 weeks", Compare("duration", Op.BETWEEN, Decimal(3), Decimal(4), "weeks")),
        ("under 7", None),
    ],
)
def test_amounts_are_read_with_their_bounds(words: str, condition: Compare | None) -> None:
    """Signs, words, ranges and suffixes give one condition; a bare small number gives none."""
    found = read_amount(plain_wish(words), 0)
    assert (found[0] if found else None) == condition


@pytest.mark.parametrize(
    ("wish", "label"),
    [
        ("online or hybrid, under $500", "online or hybrid and total cost under $500"),
        ("not online", "not online"),
        ("i can't pay more than $250", "not total cost over $250"),
        ("no experience needed", "no prerequisites"),
        ("neither online nor in person", "not online and not in person"),
        ("not online or hybrid", "not online or hybrid"),
        ("python, sql or cloud", "about python or about sql or about cloud"),
        (
            "online under $200 or in person under $600",
            "either online and total cost under $200 or in person and total cost under $600",
        ),
        ("AI courses", "about ai"),
        ("healthcare", "about healthcare"),
        ("become a data analyst", "to work as data analyst"),
        ("counts toward a degree", "counts toward a degree"),
        ("counts toward the AS in Information Technology", None),
        ("courses in astrology", "about astrology"),
    ],
)
def test_conditions_are_joined_as_they_are_said(wish: str, label: str | None) -> None:
    """`or` binds its neighbours, `not` what follows, and a topic nobody teaches stays a topic."""
    found = parse_wish(wish, DAY, VOCABULARY)
    assert found.filter.label == (label or "counts toward as in information technology")
    assert found.not_understood == ()


def test_the_tree_is_what_the_label_says() -> None:
    """A choice, a negation and a bound are nodes of their own."""
    found = parse_wish("online or hybrid, not python, under $500", DAY, VOCABULARY)
    assert found.filter == And(
        (
            Or((Has("delivery", ("online",)), Has("delivery", ("hybrid",)))),
            Not(Has("topic", ("python",))),
            Compare("total", Op.LT, Decimal(500), unit="USD"),
        )
    )


def test_a_month_that_may_be_a_verb_is_not_a_month() -> None:
    """A bare "may" sets no date."""
    assert parse_wish("courses that may be online", DAY, VOCABULARY).filter.label == "online"


def test_words_that_fit_nothing_are_named() -> None:
    """What was not understood is kept, in order, once."""
    found = parse_wish("as a juggler i want cheap online juggling, juggler", DAY, VOCABULARY)
    assert found.not_understood == ("juggler", "cheap", "juggling")


def test_a_slip_of_the_keyboard_in_a_long_word_is_forgiven() -> None:
    """One letter wrong in a long word finds the catalog's, and is shown back; short words stay."""
    found = parse_wish("inteligence courses, i like pythn", DAY, VOCABULARY)
    assert found.filter.label == "about intelligence"
    assert found.not_understood == ("pythn",)


def test_a_pace_that_the_catalog_does_not_have_is_reported() -> None:
    """A course at part time is no fact of the catalog; a student's full-time work is not one."""
    found = parse_wish("part-time online courses", DAY, VOCABULARY)
    assert found.not_understood == ("part time",)
    assert parse_wish("i work full time, online", DAY, VOCABULARY).not_understood == ()


def test_a_negation_is_never_lost() -> None:
    """`not` turns what follows around, over an `or` too; where nothing follows it is reported."""
    found = parse_wish("courses that don't start in january or march", DAY, VOCABULARY)
    (turned,) = found.filter.parts
    assert isinstance(turned, Not)
    assert isinstance(turned.part, Or)
    assert [str(part.value) for part in turned.part.parts if isinstance(part, Compare)] == [
        "2027-01-01",
        "2027-03-01",
    ]
    assert parse_wish("i am not, online", DAY, VOCABULARY).not_understood == ("not",)


def test_what_is_shortened_is_written_out() -> None:
    """Texting shorthand means the same, and a name that looks like it stays."""
    assert plain_wish("im free n want smth w/ data, wich r cheap") == (
        "i'm free and want something w/ data , which r cheap"
    )
    assert plain_wish("c++ and u-boats") == "c++ and u boats"


def test_one_stands_for_a_program_or_counts() -> None:
    """Before a unit it is a number; else it points at something."""
    assert plain_wish("which one takes one week") == "which one takes 1 week"
