"""Identifiers that are known by their own form and check digits, whatever is said beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.es import dni, nie
from stdnum.mx import curp

from channels.privacy.kinds import Kind, Stretch

BEGIN, END = r"(?<![\w+.,/$€£-])", r"(?![\w-])"
"""A number stands alone: it is no part of an address, an amount, a longer number or a name."""


@dataclass(frozen=True, slots=True)
class Form:
    """How an identifier is written, and the check that tells it from any other number."""

    kind: Kind
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]


def _form(kind: Kind, pattern: str, holds: Callable[[str], bool] = lambda _: True) -> Form:
    return Form(kind, re.compile(BEGIN + pattern + END), holds)


def _is_card(written: str) -> bool:
    digits = re.sub(r"[ -]", "", written)
    # ISO/IEC 7812: issuers' first digits; anything else with good check digits is chance.
    issued = re.match(r"3|4|5|6|2[2-7]|2131|1800", digits)
    return bool(issued) and bool(luhn.is_valid(digits))


_MIXED = r"(?=[a-z]*\d)[a-z0-9]"
"""A group with a digit, so that the word after an account number is no part of it."""
FORMS = (
    _form(Kind.CARD, r"\d{12,19}", _is_card),
    _form(Kind.CARD, r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?", _is_card),
    _form(Kind.CARD, r"\d{4}([ -])\d{6}\1\d{4,5}", _is_card),
    # Social security and individual taxpayer numbers share this form (SSA RM 10201, IRS 857).
    _form(Kind.SOCIAL_SECURITY, r"\d{3}([ .-])\d{2}\1\d{4}"),
    _form(Kind.BANK, r"[a-z]{2}\d{2}[a-z0-9]{11,30}", iban.is_valid),
    _form(
        Kind.BANK,
        rf"[a-z]{{2}}\d{{2}} [a-z0-9]{{4}}(?: {_MIXED}{{4}}){{1,6}}(?: {_MIXED}{{1,4}})?",
        iban.is_valid,
    ),
    _form(Kind.IDENTITY, r"\d{8}-?[a-z]", dni.is_valid),
    _form(Kind.IDENTITY, r"[xyz]-?\d{7}-?[a-z]", nie.is_valid),
    _form(Kind.IDENTITY, r"[a-z]{4}\d{6}[a-z]{6}[a-z0-9]\d", curp.is_valid),
    _form(Kind.IDENTITY, r"\d{3}\.\d{3}\.\d{3}-\d{2}", cpf.is_valid),
    # A SEVIS number, which foreign students are given: N and ten digits (ICE, SEVP).
    _form(Kind.IDENTITY, r"n\d{10}"),
)


def numbers_in(text: str) -> Iterator[Stretch]:
    """The identifiers in a text that `channels.privacy.plain` made plain."""
    for form in FORMS:
        for match in form.pattern.finditer(text):
            if form.holds(match[0]):
                yield Stretch(*match.span(), form.kind)
