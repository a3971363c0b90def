"""Cuts a passage into statements, a sentence or a cell each, and finds the typed values in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge_base.model import Span
from knowledge_base.text.dates import find_dates
from knowledge_base.text.found import Found
from knowledge_base.text.money import find_money
from knowledge_base.text.quantities import find_quantities
from knowledge_base.text.sentences import sentences
from knowledge_base.text.tables import cells

Value = Found[Span | date]
"""A value with its place in the text of its statement."""

_NUMBER = re.compile(r"(?<!\w)(?!20\d\d\b)\d+(?:\.\d+)?")
_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s", re.I)
_BARE_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)(?![\w%.])")
"""A number without a unit at the beginning of a table's cell, such as a score."""
_LONGEST = 1_500
"""Characters of a statement; of 5,185 sentences on 146 public policy pages two are longer. In one
without end no clause tells what a value is of, and time would grow with its square."""
_MOST_VALUES = 40
"""Values of a statement; one with more is a list of numbers that no word tells apart."""
_TO = re.compile(r"\s?(?:to|–|-)\s?")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, or a cell of a table; `quote` is the sentence or the whole row.

    `start` is where `text` begins in the passage; `label` and `column` are the heads of a cell's
    row and column.
    """

    text: str
    start: int
    quote: str
    label: str = ""
    column: str = ""


def statements(text: str) -> Iterator[Statement]:
    """Every cell of every table, then every sentence outside of tables, but for endless ones."""
    for cell in cells(text):
        if len(cell.text) + len(cell.row) + len(cell.column) > _LONGEST:
            continue
        quote = text[slice(*cell.line)].strip()
        yield Statement(cell.text, cell.start, quote, cell.row, cell.column)
    for sentence in sentences(text):
        if not sentence.text.startswith("|") and len(sentence.text) <= _LONGEST:
            yield Statement(sentence.text, sentence.start, sentence.text)


def values_of(statement: Statement) -> list[Value]:
    """The values of a statement in order: dates, money, quantities, and a cell's bare number."""
    text = statement.text
    found: list[Value] = [*find_dates(text), *_amounts(text)]
    for quantity in find_quantities(text):
        low, high, unit = quantity.value.low, quantity.value.high, quantity.value.unit
        found.append(Found(Span(low, high, unit), quantity.start, quantity.end))
    if statement.label and not found and (match := _BARE_NUMBER.match(text)):
        number = Decimal(match[1])
        found.append(Found(Span(number, number, "number"), match.start(1), match.end(1)))
    return sorted(found, key=lambda each: each.start) if len(found) <= _MOST_VALUES else []


def _amounts(text: str) -> Iterator[Value]:
    """Amounts of money; two with "to" between them are one range."""
    amounts = find_money(text)
    while amounts:
        first = last = amounts.pop(0)
        if amounts and _TO.fullmatch(text[first.end : amounts[0].start]):
            last = amounts.pop(0)
        low, high = sorted((first.value.amount, last.value.amount))
        yield Found(Span(low, high, first.value.currency), first.start, last.end)


def blanked(text: str, values: Sequence[Value], mark: str = " ") -> str:
    """The text with its values, and what other numbers it has but for years, blotted out."""
    for each in values:
        text = text[: each.start] + mark * (each.end - each.start) + text[each.end :]
    text = _WEEKDAY.sub(lambda match: " " * len(match.group()), text)
    return _NUMBER.sub(lambda match: mark * len(match.group()), text)
