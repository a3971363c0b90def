"""Finds amounts of money in running text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from knowledge_base.text.found import Found

SIGNS = {"US$": "USD", "CA$": "CAD", "C$": "CAD", "A$": "AUD", "$": "USD", "€": "EUR", "£": "GBP"}
"""ISO 4217 codes; a bare dollar sign is read as US dollars."""
US_DOLLAR = "USD"
DOLLARS = frozenset(
    "USD AUD BBD BSD BZD CAD FJD GYD HKD JMD LRD NAD NZD SBD SGD SRD TTD TWD XCD".split()
)
"""Currencies that are called dollars where they are spent (ISO 4217)."""
_NAMES = {
    "dollar": "USD",
    "buck": "USD",
    "euro": "EUR",
    "pound": "GBP",
    **{code: code.upper() for code in ("usd", "eur", "gbp", "chf", "cad", "aud")},
}
_FACTORS = {"k": 1_000, "thousand": 1_000, "million": 1_000_000}
_FIGURE = r"\d{1,3}(?:[,.]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_LARGE = r"(?:k\b|[ ](?:thousand|million)\b)"
_SIGN = "|".join(re.escape(sign) for sign in SIGNS)
_NAME = r"(?:dollars?|bucks?|euros?|pounds?|usd|eur|gbp|chf|cad|aud)"
_AMOUNT = re.compile(
    rf"(?<![\w.])(?P<sign>{_SIGN})\s?(?P<after_sign>{_FIGURE})(?P<large>{_LARGE})?(?![\w])"
    rf"|\b(?P<code>usd|eur|gbp|chf|cad|aud)\s?(?P<after_code>{_FIGURE})(?![\w])"
    rf"|(?<![\w.,$€£])(?P<before>{_FIGURE})(?P<thousands>{_LARGE})?\s?(?P<name>€|£|{_NAME}\b)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str = "USD"


def find_money(text: str) -> list[Found[Money]]:
    """Every amount in order: `$1,140`, `€ 1.500,00`, `1,000 dollars`, `CHF 900`, `$2k`.

    A number without a currency is no amount; "free" is none either.
    """
    return [_found(match) for match in _AMOUNT.finditer(text)]


def _found(match: re.Match[str]) -> Found[Money]:
    groups = match.groupdict()
    figure = _figure(groups["after_sign"] or groups["after_code"] or groups["before"])
    large = (groups["large"] or groups["thousands"] or "").strip().casefold()
    amount = figure * _FACTORS.get(large, 1)
    return Found(Money(amount, _currency(groups)), match.start(), match.end())


def _currency(groups: dict[str, str | None]) -> str:
    if groups["sign"]:
        return SIGNS[groups["sign"].upper()]
    name = groups["code"] or groups["name"] or ""
    return SIGNS.get(name) or _NAMES[name.casefold().removesuffix("s")]


def _figure(text: str) -> Decimal:
    """The number, whichever of comma and full stop parts its thousands.

    Three digits after the last mark are thousands, one or two are a fraction.
    """
    whole, mark, last = text, "", ""
    if match := re.fullmatch(r"(.*)([.,])(\d{1,2})", text):
        whole, mark, last = match.groups()
    digits = re.sub(r"[.,]", "", whole)
    return Decimal(f"{digits}.{last}" if mark else digits)
