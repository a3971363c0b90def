"""Reads what pages charge beside a program's own price: rates and fees, row by row of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from knowledge_base.edition import Edition
from knowledge_base.lexical import words
from knowledge_base.model import Passage
from knowledge_base.retriever import Query
from knowledge_base.text.money import find_money
from knowledge_base.text.tables import Cell, cells

_WANTED = "tuition rate fee per credit application technology"
"""What tables of rates and fees are looked for by, together with the question."""
_PASSAGES = 60
"""Pages' passages in which tables are read: the few of an institution come first, being made of
these words."""
_PER_CREDIT = re.compile(r"\b(?:per|each|a) credit\b", re.I)
_TUITION = re.compile(r"\btuition\b.*\b(?:per|each|a) credit\b", re.I)
_CHARGED = re.compile(r"\b(?:amount|fee|costs?|price|charge)s?\b", re.I)
"""The head of a column of charges; in others an amount may be a limit, or what aid pays."""
_ASIDE = re.compile(r"\(([^()]*)\)")
_FOR = re.compile(r"\bfor (?P<payer>[^();,]+)", re.I)


@dataclass(frozen=True, slots=True)
class Charge:
    """One amount that a row of a table states."""

    name: str
    """What is charged, as the row says it, such as `Technology fee`; `tuition` for a rate."""
    condition: str
    """What the row's label adds, such as `hybrid and in person only`."""
    amount: Decimal
    currency: str
    per_credit: bool
    payer: str
    """Of whom it is asked, as the page says it; empty: of everybody, or of all others."""
    document_id: str
    quote: str
    """The row."""

    @property
    def stems(self) -> frozenset[str]:
        """The words of its name."""
        return frozenset(words(self.name))


def charges(edition: Edition, query: Query) -> list[Charge]:
    """What pages in force on the query's day charge, those first that the question is nearest."""
    allowed = edition.pages_in_force(query.day, query.institution)
    rows, _ = edition.lexical.search(f"{query.question} {_WANTED}", _PASSAGES, allowed)
    return [charge for passage in edition.passages(rows) for charge in charges_in(passage)]


def charges_in(passage: Passage) -> Iterator[Charge]:
    """The amounts in the tables of a passage.

    A rate stands in a column of tuition per credit, and its row says who pays it; what other rows
    charge, the row says itself.
    """
    table = list(cells(passage.text))
    rates = {cell.line for cell in table if _TUITION.search(cell.column)}
    for cell in table:
        line = passage.text[slice(*cell.line)].strip()
        if cell.line not in rates:
            if not _CHARGED.search(cell.column):
                continue
            yield from _fees(cell, passage.document_id, line)
        elif _TUITION.search(cell.column):
            for found in find_money(cell.text)[:1]:
                value, payer = found.value, cell.row
                yield Charge(
                    "tuition",
                    "",
                    value.amount,
                    value.currency,
                    True,
                    payer,
                    passage.document_id,
                    line,
                )


def _fees(cell: Cell, document_id: str, line: str) -> Iterator[Charge]:
    """The amount of a row, and those in brackets that some others pay instead."""
    name, _, condition = cell.row.partition(",")
    asides: Sequence[str] = _ASIDE.findall(cell.text)
    for text, aside in [(_ASIDE.sub(" ", cell.text), False), *((aside, True) for aside in asides)]:
        payer = _FOR.search(text) if aside else None
        for found in find_money(text)[:1] if payer or not aside else ():
            yield Charge(
                name.strip(),
                condition.strip(),
                found.value.amount,
                found.value.currency,
                bool(_PER_CREDIT.search(text)),
                payer["payer"].strip() if payer else "",
                document_id,
                line,
            )
