"""Finds what pages take off a price: awards, by the credits of a program or as a share of its
price."""

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
from knowledge_base.text.sentences import sentences

_BY_CREDITS = re.compile(
    r"(?P<amount>\$[\d,]+) for (?:an?|any|each|every) [^$.;]*?(?P<low>\d{1,2})"
    r" (?:to (?P<high>\d{1,2}) credits|or more credits)",
    re.I,
)
_OF_THE_FEE = re.compile(
    r"\b(?:pays?|covers?|meets?)(?: up to)? (?P<percent>\d{1,3})\s?(?:%|per ?cent\b)"
    r" of (?:the |your |its )?(?:catalogue? |course |programme? |tuition )?(?:fee|price|tuition)\b",
    re.I,
)
_AWARD = frozenset(words("scholarship award grant bursary fund the of and"))
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


def shares_paid(question: str, pages: Sequence[Passage], program: Program) -> Iterator[Grant]:
    """The shares of a program's fee, and not of what is charged besides, that an award which the
    question names is said to pay, where the program names the award or names none at all."""
    for page in _named(question, pages, program):
        for said in sentences(page.text) if _helps(page, program) else ():
            for match in _OF_THE_FEE.finditer(" ".join(said.text.split())):
                yield Grant(page, said.text, share=Decimal(match["percent"]) / 100)


def leaves_out(question: str, pages: Sequence[Passage], program: Program) -> bool:
    """Whether a question names an award that pays a share of a fee, and the program others only."""
    return any(
        _OF_THE_FEE.search(" ".join(page.text.split())) and not _helps(page, program)
        for page in _named(question, pages, program)
    )


def _named(question: str, pages: Sequence[Passage], program: Program) -> Iterator[Passage]:
    """The pages of awards that a question names."""
    asked = set(words(question)) - _AWARD - set(words(program.title))
    return (page for page in pages if asked & _name(page))


def _helps(page: Passage, program: Program) -> bool:
    """Whether a program names a page's award, or none at all."""
    return not program.aid or any(_name(page) & set(words(aid)) for aid in program.aid)


def _name(page: Passage) -> set[str]:
    """The words of an award's name."""
    return set(words(page.context.rpartition("›")[2])) - _AWARD
