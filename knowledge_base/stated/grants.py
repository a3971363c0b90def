"""Finds what pages take off a price: awards by the credits of a program, and prices reduced for so
many people or from an age on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from knowledge_base.edition import Edition
from knowledge_base.lexical import words
from knowledge_base.model import Passage, Program
from knowledge_base.retriever import Query
from knowledge_base.text.money import find_money
from knowledge_base.text.quantities import NUMBER_WORDS, number

_HALF = Decimal("0.5")
_PERCENT = re.compile(r"(?<![\d.])(?P<percent>\d{1,2})\s?(?:%|percent\b)", re.I)
_OFF = re.compile(
    r"\b(?P<percent>\d{1,2})\s?% (?:off|less)\b"
    r"|\b(?P<half>half (?:of )?the (?:price|fee|cost))\b",
    re.I,
)
_NUMBER = rf"\d{{1,3}}|{'|'.join(NUMBER_WORDS[2:])}"
_PEOPLE = re.compile(
    rf"\b(?P<count>{_NUMBER}) (?:of (?:us|them|my|our)|(?:[a-z]+ )?(?:men|women|people|persons?"
    r"|employees|workers|staff|students|colleagues|folks|guys))\b"
    rf"|\b(?:team|group|crew|staff) of (?P<size>{_NUMBER})\b",
    re.I,
)
_LEAST_PEOPLE = re.compile(
    rf"\b(?P<count>{_NUMBER}) or more (?:people|persons|employees|students|learners)\b", re.I
)
_AGED = re.compile(r"\b(?:aged?|i'?m|i am|he is|she is|turned)\s(?P<age>[4-9]\d)\b", re.I)
_LEAST_AGE = re.compile(r"\b(?P<age>[4-9]\d) (?:or (?:older|over|more)|and (?:older|over))\b", re.I)
_BY_CREDITS = re.compile(
    r"(?P<amount>\$[\d,]+) for (?:an?|any|each|every) [^$.;]*?(?P<low>\d{1,2})"
    r" (?:to (?P<high>\d{1,2}) credits|or more credits)",
    re.I,
)
_AWARD = frozenset(words("scholarship award grant bursary the of and"))
"""Words of an award's heading that are said of any."""
_WANTED = "percent off the price discount half the price employers people scholarship gives credits"
_PASSAGES = 40


@dataclass(frozen=True, slots=True)
class Grant:
    """What a page takes off: an amount, or a share (0-1) of the price."""

    passage: Passage
    quote: str
    amount: Decimal | None = None
    share: Decimal | None = None


def pages_of_grants(edition: Edition, query: Query) -> list[Passage]:
    """Passages in force on the query's day that may take something off."""
    allowed = edition.pages_in_force(query.day, query.institution)
    rows, _ = edition.lexical.search(f"{query.question} {_WANTED}", _PASSAGES, allowed)
    return edition.passages(rows)


def by_credits(question: str, pages: Sequence[Passage], program: Program) -> Iterator[Grant]:
    """What an award that the question names gives for a program of so many credits."""
    asked = set(words(question)) - _AWARD - set(words(program.title))
    for page in pages if program.credits else ():
        if not asked & set(words(page.context.rpartition("›")[2])):
            continue
        for line in page.text.split("\n"):
            for match in _BY_CREDITS.finditer(line):
                high = Decimal(match["high"]) if match["high"] else program.credits
                if Decimal(match["low"]) <= (program.credits or 0) <= (high or 0):
                    amount = find_money(match["amount"])[0].value.amount
                    yield Grant(page, line.strip(), amount=amount)


def discounts(question: str, pages: Sequence[Passage], program: Program) -> Iterator[Grant]:
    """Reduced prices whose condition of number or age the question tells to be met."""
    people, age, said = people_in(question), _AGED.search(question), _PERCENT.search(question)
    for page in pages:
        credit_only = program.credits and "non-credit" in f"{page.context} {page.text}".casefold()
        for line in () if credit_only else page.text.split("\n"):
            off = _OFF.search(line)
            if off is None or _excepted(line, program):
                continue
            share = Decimal(off["percent"]) / 100 if off["percent"] else _HALF
            many, old = _LEAST_PEOPLE.search(line), _LEAST_AGE.search(line)
            meets = (many and people and people >= number(many["count"])) or (
                old and age and int(age["age"]) >= int(old["age"])
            )
            if meets and (said is None or Decimal(said["percent"]) / 100 == share):
                yield Grant(page, line.strip(" -"), share=share)


def _excepted(line: str, program: Program) -> bool:
    """Whether a rule says that it does not hold for programs of such a subject."""
    _, excepted, rest = line.partition("not apply to")
    return bool(excepted) and bool(set(words(program.subject)) & set(words(rest)))


def people_in(question: str) -> int | None:
    """How many people a message tells of."""
    match = _PEOPLE.search(question)
    return int(number(match["count"] or match["size"])) if match else None
