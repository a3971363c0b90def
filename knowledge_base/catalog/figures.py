"""Reads numbers and amounts of money as catalogs write them, and refuses what could be two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision, is_currency

from knowledge_base.catalog.json_text import BadValue, clean
from knowledge_base.text.money import DOLLARS, SIGNS, US_DOLLAR

LARGEST = 10_000_000
"""Amounts, credits and weeks above this are slips of the keyboard."""
NUMBER_ALLOWED = f"a number from 0 to {LARGEST:,}, such as 1140 or 1,140.50"
MONEY_ALLOWED = (
    "one amount such as 1140, 1,140.50, €450 or EUR 450, a range of two, or `free`; "
    "an amount such as 1.350 needs `decimal` in the mapping"
)
_GROUPED = re.compile(r"\d{1,3}(?:([ ’',.])\d{3})(?:\1\d{3})*")
_FRACTION = re.compile(r"(.*\d)([.,])(\d+)|([.,])(\d+)")
_NUMBER = r"\d(?:[\d.,’' ]*\d)?"
_SIGN = "|".join(re.escape(sign) for sign in SIGNS)
_WORD = rf"(?:{_SIGN}|[A-Za-z]{{3}}|euros?|pounds?|dollars?)"
_AMOUNT = re.compile(rf"({_WORD})?\s*({_NUMBER})(?:[.,][-–—])?\s*({_WORD})?", re.I)
_RANGE = re.compile(r"\s*(?:[-–—]|\bto\b)\s*", re.I)
_BOUND = re.compile(r"(from|starting at|at least|up to|at most)\s+(.*)", re.I)
_LOWEST, _HIGHEST = "the lowest price", "the highest price"
_FREE = re.compile(
    r"free(?: of (?:charge|cost))?|(?:no|without|nil|zero) (?:charge|cost|fee|fees)|gratis|nil",
    re.I,
)
_NAMES = {"euro": "EUR", "pound": "GBP"}


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money, in the currency that the cell itself names, if it does."""

    amount: Decimal
    currency: str
    """ISO 4217 code."""
    bound: str = ""
    """What the amount is of a range, such as `the lowest price`."""


def number(name: str, value: Any, decimal: str = "") -> Decimal | None:
    """The number in the cell of column `name`, None when it is empty. Raises BadValue.

    `decimal` is the mark before a fraction where the source always writes the same one.
    """
    text = clean(str(value)) if value is not None else ""
    if not text:
        return None
    found = _typed(value) if isinstance(value, int | float | Decimal) else _written(text, decimal)
    if found is None or not found.is_finite() or not 0 <= found <= LARGEST:
        raise BadValue(name, text, NUMBER_ALLOWED)
    return found


def amounts(name: str, value: Any, currency: str, decimal: str = "") -> tuple[Amount, ...]:
    """What the cell of column `name` costs: nothing when empty, two amounts for a range.

    A currency in the cell wins over `currency`; a sign that several share, such as `$`, stands for
    that one where it can. Raises BadValue.
    """
    text = clean(str(value)) if value is not None else ""
    if not text:
        return ()
    if _FREE.fullmatch(text):
        return (Amount(Decimal(0), currency),)
    if isinstance(value, int | float | Decimal):
        plain = number(name, value)
        assert plain is not None
        return (Amount(plain, currency),)
    found = tuple(_amounts(text, currency, decimal))
    if not found:
        raise BadValue(name, text, MONEY_ALLOWED)
    return found


def code_of(name: str, text: str) -> str:
    """The ISO 4217 code of a currency's cell: `EUR`, `eur` or `€`. Raises BadValue."""
    code = _currency(text, "")
    if not code:
        raise BadValue(name, text, "a currency's code, such as EUR")
    return code


def _amounts(text: str, currency: str, decimal: str) -> Iterator[Amount]:
    """Nothing where the text is no price."""
    if bound := _BOUND.fullmatch(text):
        least = bound[1].casefold() in {"from", "starting at", "at least"}
        if one := _amount(bound[2], currency, decimal):
            yield Amount(*one, _LOWEST if least else _HIGHEST)
        return
    if one := _amount(text, currency, decimal):
        yield Amount(*one)
        return
    ends = _RANGE.split(text)
    if len(ends) != 2:
        return
    named = [code for end in ends if (code := _named_in(end, currency))]
    low, high = (_amount(end, named[0] if named else currency, decimal) for end in ends)
    if low and high and low[1] == high[1] and low[0] <= high[0]:
        yield Amount(*low, _LOWEST)
        yield Amount(*high, _HIGHEST)


def _named_in(text: str, currency: str) -> str:
    match = _AMOUNT.fullmatch(text)
    return _currency((match[1] or match[3] or "") if match else "", currency)


def _amount(text: str, currency: str, decimal: str) -> tuple[Decimal, str] | None:
    match = _AMOUNT.fullmatch(text)
    figure = _written(match[2], decimal) if match else None
    if match is None or figure is None or figure > LARGEST:
        return None
    codes = {_currency(word, currency) for word in (match[1], match[3]) if word} or {currency}
    code = codes.pop()
    whole = round(figure, max(2, get_currency_precision(code))) == figure
    return (figure, code) if whole and code and not codes else None


def _currency(word: str, usual: str) -> str:
    """The code of a currency's sign, name or code; `usual` decides where several share one."""
    plain = word.casefold().removesuffix("s")
    if word == "$" or plain == "dollar":
        return usual if usual in DOLLARS else US_DOLLAR
    code = SIGNS.get(word.upper()) or _NAMES.get(plain) or word.upper()
    return code if is_currency(code) else ""


def _typed(value: float | Decimal) -> Decimal | None:
    """A number that the format itself tells from text; what is true or false is none."""
    return None if isinstance(value, bool) else Decimal(str(value))


def _written(text: str, decimal: str) -> Decimal | None:
    """The number that a text can only mean, or None.

    `1.350` may be either of two numbers unless `decimal` says which mark is before a fraction; a
    comma before just three digits parts thousands unless it says otherwise.
    """
    text = text.replace("\xa0", " ").replace("\u202f", " ")
    if _is_grouped(text, decimal):
        return None if text.count(".") == 1 and not decimal else _plain(text)
    if text.isdecimal():
        return _plain(text)
    match = _FRACTION.fullmatch(text)
    if match is None:
        return None
    whole, mark, fraction = match[1] or "0", match[2] or match[4], match[3] or match[5]
    grouped = _is_grouped(whole, mark)
    if (decimal and mark != decimal) or not (whole.isdecimal() or grouped):
        return None
    return Decimal(f"{_plain(whole)}.{fraction}")


def _is_grouped(text: str, decimal: str) -> bool:
    """Whether a text is digits in threes, parted by another mark than the one before fractions."""
    match = _GROUPED.fullmatch(text)
    return match is not None and match[1] != decimal and not text.startswith("0")


def _plain(digits: str) -> Decimal | None:
    try:
        return Decimal(re.sub(r"[ ’',.]", "", digits))
    except InvalidOperation:
        return None
