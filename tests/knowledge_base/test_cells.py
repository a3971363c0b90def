"""What institutions write into the cells of their tables, and what must never be guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from contract_readers import write
from hypothesis import given
from hypothesis import strategies as st
from office_files import xlsx_file

from knowledge_base.catalog import readers
from knowledge_base.catalog.days import day
from knowledge_base.catalog.figures import amounts, code_of, number
from knowledge_base.catalog.json_text import BadValue
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.measures import credits_in, span
from knowledge_base.model import Cost, Offering, Program, Skipped

WRITINGS = [(",", "."), (".", ","), (" ", ","), (" ", "."), ("\u202f", ","), ("’", "."), ("", ",")]
"""The marks between thousands and before a fraction, as countries write them."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Free", [("0", "EUR", "")]),
        ("free of charge", [("0", "EUR", "")]),
        ("No fee", [("0", "EUR", "")]),
        ("450", [("450", "EUR", "")]),
        ("£450", [("450", "GBP", "")]),
        ("EUR 450", [("450", "EUR", "")]),
        ("450 chf", [("450", "CHF", "")]),
        ("450 euros", [("450", "EUR", "")]),
        ("450,- €", [("450", "EUR", "")]),
        ("$1,140", [("1140", "USD", "")]),
        ("1.350,00 €", [("1350", "EUR", "")]),
        ("1,350.00", [("1350", "EUR", "")]),
        ("1’350.50 CHF", [("1350.50", "CHF", "")]),
        ("1.350.000", [("1350000", "EUR", "")]),
        (
            "€450–€600",
            [("450", "EUR", "the lowest price"), ("600", "EUR", "the highest price")],
        ),
        (
            "450 - 600 USD",
            [("450", "USD", "the lowest price"), ("600", "USD", "the highest price")],
        ),
        ("from £450", [("450", "GBP", "the lowest price")]),
        ("up to 600", [("600", "EUR", "the highest price")]),
    ],
)
def test_a_price_is_read_as_it_is_written(text: str, expected: list[tuple[str, str, str]]) -> None:
    """The currency in the cell wins over the usual one; nothing to pay is zero."""
    found = [(each.amount, each.currency, each.bound) for each in amounts("fee", text, "EUR")]
    assert found == [(Decimal(amount), currency, bound) for amount, currency, bound in expected]


@pytest.mark.parametrize(
    "text",
    [
        "1.350",
        "1.350 €",
        "1,350,00",
        "1.35.00",
        "€450-£600",
        "€600–€450",
        "€450 per credit",
        "€450 + VAT",
        "450 TBC",
        "EUR 450 USD",
        "1.3505",
        "-5",
        "five hundred",
        "n/a",
        "12,34.5",
        "99999999",
        "9" * 40,
    ],
)
def test_a_price_that_could_be_another_is_refused(text: str) -> None:
    """Nothing is guessed: not the locale, not the currency, not what an addition means."""
    with pytest.raises(BadValue) as refused:
        amounts("fee", text, "EUR")
    assert (refused.value.field, refused.value.value) == ("fee", text)


def test_the_mapping_says_which_mark_is_before_a_fraction() -> None:
    """With `decimal` every shape has one meaning, and one that contradicts it is refused."""
    assert number("n", "1.350", ",") == 1350
    assert number("n", "1.350", ".") == Decimal("1.350")
    assert number("n", "7,125", ",") == Decimal("7.125")
    for text, decimal in (("1,350.00", ","), ("1.350,00", "."), ("1,5", ".")):
        with pytest.raises(BadValue):
            number("n", text, decimal)


@given(st.decimals(0, 9_999_999, places=2), st.sampled_from(WRITINGS), st.booleans(), st.booleans())
def test_no_price_is_ever_another_one(
    price: Decimal, writing: tuple[str, str], cents: bool, told: bool
) -> None:
    """However thousands and cents are parted: the amount that was meant, or none at all."""
    price = price if cents else price.to_integral()
    thousands, decimal = writing
    plain = f"{price:,}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)
    try:
        (found,) = amounts("fee", f"{plain} €", "USD", decimal if told else "")
    except BadValue:
        assert not told
        assert (thousands, plain.count(".")) == (".", 1)
    else:
        assert (found.amount, found.currency) == (price, "EUR")


@given(st.text(max_size=20), st.sampled_from(["", ".", ","]))
def test_any_text_is_read_or_refused(text: str, decimal: str) -> None:
    """No cell ends an import, and no amount is negative or without a currency."""
    try:
        found = amounts("fee", text, "EUR", decimal)
    except BadValue:
        found = ()
    assert all(each.amount >= 0 and len(each.currency) == 3 for each in found)
    assert day(text) is None or isinstance(day(text), date)
    for read in (credits_in, lambda name, value: span(name, value, "weeks", {})):
        try:
            assert read("n", text)
        except BadValue as refused:
            assert refused.allowed


def test_a_sign_that_currencies_share_is_the_usual_one_of_them() -> None:
    """A dollar sign in a Canadian catalog means Canadian dollars."""
    assert amounts("fee", "$450", "CAD")[0].currency == "CAD"
    assert amounts("fee", "$450", "EUR")[0].currency == "USD"
    assert (code_of("c", "€"), code_of("c", "eur")) == ("EUR", "EUR")


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_a_day_is_never_another_one(meant: date) -> None:
    """In words, in ISO 8601, and in figures where only one day can be meant."""
    words = (
        f"{meant.day} {meant:%B %Y}",
        f"{meant:%B} {meant.day}, {meant:%Y}",
        f"{meant:%a %d-%b-%Y}",
    )
    for text in (meant.isoformat(), f"{meant:%Y/%m/%d}", f"{meant.isoformat()}T09:30", *words):
        assert day(text) == meant
    for text, first in ((f"{meant:%d/%m/%Y}", True), (f"{meant:%m/%d/%Y}", False)):
        assert day(text, day_first=first) == meant
        assert day(text) in ({meant} if meant.day > 12 or meant.day == meant.month else {None})


@pytest.mark.parametrize("text", ["3/4/2027", "31 February 2027", "18/01/27", "2027", "46405"])
def test_what_could_be_two_days_is_none(text: str) -> None:
    """An order that nobody told, a day that no calendar has, a year in two figures."""
    assert day(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 weeks", "12 weeks"),
        ("12", "12 weeks"),
        ("1 wk", "1 week"),
        ("3 mths", "3 months"),
        ("6 hrs/week", "6 hours per week"),
        ("5,5 to 7 hours a week", "5.5–7 hours per week"),
        ("2 semesters", "2 semesters"),
    ],
)
def test_a_length_keeps_its_own_unit(text: str, expected: str) -> None:
    """The column's unit is for bare numbers only."""
    assert str(span("n", text, "weeks", {})) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 ECTS", ("5", "ECTS")),
        ("7,5 ECTS credits", ("7.5", "ECTS")),
        ("3 credits", ("3", "")),
        ("2 CEUs", ("2", "continuing education")),
        ("3 semester hours", ("3", "semester hour")),
    ],
)
def test_credits_keep_their_kind(text: str, expected: tuple[str, str]) -> None:
    """ECTS credits are not hours of a semester."""
    assert credits_in("n", text) == (Decimal(expected[0]), expected[1])


@pytest.mark.parametrize("text", ["150 hours", "3-4", "5 stars", "three"])
def test_what_is_no_number_of_credits_is_refused(text: str) -> None:
    """Hours of work are not credits."""
    with pytest.raises(BadValue):
        credits_in("n", text)


MAPPING = Mapping.model_validate(
    {
        "fields": {
            "id": "id",
            "title": "title",
            "credit_bearing": "credit",
            "credits": "credits",
            "effective_to": "until",
        },
        "costs": [
            {
                "purpose": "tuition",
                "amount": "fee",
                "default_currency": "EUR",
                "condition": "a year",
            }
        ],
        "offerings": {"starts": "starts", "apply_by": "apply_by"},
    }
)
HEADER = ["id", "title", "credit", "credits", "until", "fee", "starts", "apply_by"]
ROWS = [
    ["A1", "Data", "Y", "5 ECTS", "", "€450–€600", "18/01/2027", "Rolling"],
    ["A2", "Welding", "maybe", "some", "", "Free", "Autumn 2027", "03/04/2027"],
    ["A3", "Baking", "x", "3", "", "1.350", "", ""],
    ["A4", "Sewing", "n", "3", "03/04/2027", "450", "", "31 May 2027"],
    ["A5", "Pottery", "n", "3", "", "£450", "", "31 May 2027"],
]


@pytest.mark.parametrize("format_name", ["csv", "xlsx"])
def test_a_cell_that_cannot_be_read_does_not_lose_its_row(tmp_path: Path, format_name: str) -> None:
    """The program comes without that fact, which is told; only a cost or its time loses it."""
    if format_name == "csv":
        text = "".join(",".join(row) + "\n" for row in [HEADER, *ROWS])
        path = write(tmp_path / "t.csv", text)
    else:
        path = write(tmp_path / "t.xlsx", xlsx_file([HEADER, *ROWS]))
    found = list(readers()[format_name].read(path, MAPPING))
    data, welding, pottery = (item for item in found if isinstance(item, Program))
    low, high = "the lowest price, a year", "the highest price, a year"
    assert data.costs == (
        Cost("tuition", Decimal(450), "EUR", low),
        Cost("tuition", Decimal(600), "EUR", high),
    )
    assert (data.credit_bearing, data.credits, data.credit_kind) == (True, 5, "ECTS")
    assert data.offerings == (Offering(starts=date(2027, 1, 18), apply_terms="Rolling"),)
    assert (welding.credit_bearing, welding.credits) == (None, None)
    assert welding.costs == (Cost("tuition", Decimal(0), "EUR", "a year"),)
    assert welding.offerings == (Offering(start_terms="Autumn 2027"),)
    assert pottery.costs == (Cost("tuition", Decimal(450), "GBP", "a year"),)
    assert pottery.offerings == (Offering(apply_by=date(2027, 5, 31)),)
    notes = [item for item in found if isinstance(item, Skipped)]
    assert [note.kept for note in notes] == [note.reason != "cannot be read" for note in notes]
    assert all(note.allowed and note.where.startswith(path.name) for note in notes)
    assert [(note.reason, note.field, note.value) for note in notes] == [
        ("is no exact date; it is kept in words", "apply_by", "Rolling"),
        ("is no exact date; it is kept in words", "starts", "Autumn 2027"),
        ("is left out of the program", "apply_by", "03/04/2027"),
        ("is left out of the program", "credits", "some"),
        ("is left out of the program", "credit", "maybe"),
        ("cannot be read", "fee", "1.350"),
        ("cannot be read", "until", "03/04/2027"),
    ]


def test_an_amount_against_its_column_of_currencies_is_refused(tmp_path: Path) -> None:
    """Pounds in the cell and euros beside it: nobody can tell which is meant."""
    mapping = Mapping.model_validate(
        {
            "fields": {"id": "id", "title": "title"},
            "costs": [{"purpose": "tuition", "amount": "fee", "currency": "money"}],
        }
    )
    rows = '{"id": "a", "title": "A", "fee": "£450", "money": "EUR"}\n'
    rows += '{"id": "b", "title": "B", "fee": 450.5, "money": "€"}\n'
    refused, program = readers()["json_records"].read(write(tmp_path / "r.jsonl", rows), mapping)
    assert isinstance(refused, Skipped)
    assert (refused.field, refused.value) == ("fee", "£450")
    assert isinstance(program, Program)
    assert program.costs == (Cost("tuition", Decimal("450.5"), "EUR"),)


def test_a_fraction_of_an_excel_cell_is_no_thousand(tmp_path: Path) -> None:
    """The cell is a number already, so that its full stop says nothing about thousands."""
    path = write(tmp_path / "t.xlsx", xlsx_file([["id", "title", "n"], ["A1", "Data", 1.125]]))
    mapping = Mapping.model_validate({"fields": {"id": "id", "title": "title", "credits": "n"}})
    (program,) = readers()["xlsx"].read(path, mapping)
    assert isinstance(program, Program)
    assert program.credits == Decimal("1.125")
