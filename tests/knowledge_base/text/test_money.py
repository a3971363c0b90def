"""Amounts of money in running text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from knowledge_base.text.money import find_money


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("It costs $1,140 in all.", "1140", "USD"),
        ("It costs $1,140.50.", "1140.50", "USD"),
        ("$25 ($60 for others)", "25", "USD"),
        ("under 1,000 dollars", "1000", "USD"),
        ("less than 50 bucks", "50", "USD"),
        ("about US$40", "40", "USD"),
        ("€ 1.500,00 je Kurs", "1500.00", "EUR"),
        ("300 € im Semester", "300", "EUR"),
        ("CHF 900 for residents", "900", "CHF"),
        ("a budget of $2k", "2000", "USD"),
        ("£1.5 million", "1500000", "GBP"),
    ],
)
def test_an_amount_is_read_with_its_currency(text: str, amount: str, currency: str) -> None:
    """Signs, codes and words before and after a figure, in both ways of parting thousands."""
    first = find_money(text)[0].value
    assert (first.amount, first.currency) == (Decimal(amount), currency)


def test_amounts_stand_in_their_order_with_their_places() -> None:
    """Each amount can be quoted from the text."""
    text = "$1,140 tuition, $60 materials and $48 technology fee: $1,248."
    assert [text[each.start : each.end] for each in find_money(text)] == [
        "$1,140",
        "$60",
        "$48",
        "$1,248",
    ]


@pytest.mark.parametrize("text", ["8 weeks", "in 2027", "room 105", "MHC-DA101", "free", "67%"])
def test_a_number_without_a_currency_is_no_money(text: str) -> None:
    """Nothing is taken for a price that does not say so."""
    assert find_money(text) == []
