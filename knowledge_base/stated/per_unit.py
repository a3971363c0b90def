"""Multiplies what a page states for each one by how many a message tells of, and adds it up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from knowledge_base.lexical import words
from knowledge_base.model import Passage, Span, UsedFact
from knowledge_base.program_page import money
from knowledge_base.stated.working import Working
from knowledge_base.terms import measured
from knowledge_base.text.money import find_money
from knowledge_base.text.quantities import NUMBER_WORDS, number
from knowledge_base.text.sentences import statements
from knowledge_base.text.tables import cells

_EACH = re.compile(
    r"\b(?:for each|for every|per|each|a) (?:(?-i:[A-Z]{3,}) )?(?P<unit>[a-z]{4,})\b", re.I
)
_TOTAL = re.compile(
    r"\b(?:total|altogether|in all|all (?:in|up)|sum|how much|costs?|price|rates?|pay|paid|spen[dt]"
    r"|owe|damage|bill|run me|set me back)\b",
    re.I,
)
_MEANS = re.compile(
    r"\b(?:one|1|each|a) (?P<unit>[a-z]{4,}) (?:stands for|means|is|equals|takes|counts as)"
    r"(?: about| roughly| at least)? (?P<count>\d{1,3}) (?P<what>(?:clock |contact )?hours)\b",
    re.I,
)
_HOURS = re.compile(r"\bhow many (?:\w+ ){0,2}hours\b|\bhours\b.*\b(?:total|altogether|in all)\b")
_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)?", re.I)
_RATE = re.compile(r"\brates?\b", re.I)
"""What is asked for is then the amount at a rate, whatever fees come on top of it."""
_MOST_RATES = 4
_REACH = 3
"""Words between a number and what it counts: "one accepted 4 credit course"."""


@dataclass(frozen=True, slots=True)
class Row:
    """An amount for each unit that a row of a table states."""

    name: str
    amount: Decimal
    currency: str
    unit: str
    line: str


def asks_for_units(question: str) -> bool:
    """Whether it asks for a sum, or for hours."""
    return bool(_TOTAL.search(question) or _HOURS.search(question.casefold()))


def charged_per_unit(question: str, pages: Sequence[Passage]) -> Working | None:
    """The sum of the charges of the best page that a question names, for as many as it says.

    None when it names none, when it does not say how many, or when one of one is all.
    """
    if not pages or not _TOTAL.search(question):
        return None
    page = pages[0]
    if _RATE.search(question):
        return _at_each_rate(question, page)
    found = list(_rows(page))
    counts = counted_units(question, {row.unit for row in found})
    chosen = _named(question, found)
    if not chosen or any(row.unit not in counts for row in chosen):
        return None
    parts = [(row, counts[row.unit]) for row in chosen]
    if all(count == 1 for _, count in parts) or len({row.currency for row in chosen}) > 1:
        return None
    total = sum((row.amount * count for row, count in parts), Decimal(0))
    currency = chosen[0].currency
    working = " + ".join(_told(row, count) for row, count in parts)
    return Working(
        page,
        _table(page, chosen),
        (f"{working} = **{money(total, currency)}**",),
        (UsedFact("total cost", str(total), currency),),
    )


def _at_each_rate(question: str, page: Passage) -> Working | None:
    """What as many come to at the rates of a table: those that a question names, or else all,
    one of which is paid."""
    found = list(_rates(page))
    counts = counted_units(question, {row.unit for row in found})
    chosen = [row for row in _named(question, found) or found if row.unit in counts]
    columns = {row.name for row in chosen}
    if not chosen or len(columns) < len(chosen) or len(chosen) > _MOST_RATES:
        return None
    lines, facts = [], []
    for row in chosen:
        count = counts[row.unit]
        total = money(row.amount * count, row.currency)
        each = money(row.amount, row.currency)
        lines.append(f"{row.name}: {_number(count)} × {each} = **{total}**")
        facts.append(UsedFact(row.name, str(row.amount * count), row.currency))
    return Working(page, _table(page, chosen), tuple(lines), tuple(facts))


def hours_per_unit(question: str, pages: Sequence[Passage]) -> Working | None:
    """The hours of as many as a question tells of, where a page says what one of them means."""
    if not pages or not _HOURS.search(question.casefold()):
        return None
    for said in statements(pages[0].text):
        for match in _MEANS.finditer(said.text):
            unit = match["unit"].casefold()
            count = counted_units(question, {unit}).get(unit)
            if count and count != 1:
                hours = count * int(match["count"])
                total = measured(Span(hours, hours, "hours"))
                line = f"{_number(count)} × {match['count']} = **{total}**"
                fact = UsedFact("hours in all", _number(hours), "hours")
                return Working(pages[0], said.text, (line,), (fact,))
    return None


def counted_units(question: str, units: set[str]) -> Mapping[str, Decimal]:
    """How many of each unit a question tells of; one that is named in the singular is one.

    In "two 4 credit courses" the four count the credits of each course, so that there are eight.
    """
    tokens = [token.group().casefold() for token in _TOKEN.finditer(question)]
    of_each = {at: unit for at, token in enumerate(tokens) if (unit := _unit(token, units))}
    found: dict[str, Decimal] = {}
    for at, unit in of_each.items():
        count, inside = _count_before(tokens, at, of_each)
        if count is not None and unit not in found:
            found[unit] = count
            if inside in found:
                found[inside] *= count
    return found


def _unit(token: str, units: set[str]) -> str:
    return next((unit for unit in units if token in {unit, f"{unit}s"}), "")


def _count_before(
    tokens: Sequence[str], at: int, of_each: Mapping[int, str]
) -> tuple[Decimal | None, str]:
    """How many of what stands at a place, and what else is counted between, of each of them."""
    inside = ""
    for place in range(at - 1, max(at - 2 - _REACH, -1), -1):
        counted = _as_number(tokens[place])
        if counted is not None and place + 1 in of_each and place + 1 != at:
            inside = of_each[place + 1]
        elif counted is not None:
            return counted, inside
    return (None if tokens[at].endswith("s") else Decimal(1)), inside


def _as_number(token: str) -> Decimal | None:
    if token in {"a", "an"}:
        return Decimal(1)
    return number(token) if token in NUMBER_WORDS or token[0].isdigit() else None


def _rows(page: Passage) -> Iterator[Row]:
    for cell in cells(page.text):
        each, amounts = _EACH.search(cell.text), find_money(cell.text)
        if each and len(amounts) == 1:
            value, line = amounts[0].value, page.text[slice(*cell.line)].strip()
            unit = each["unit"].casefold()
            yield Row(cell.row, value.amount, value.currency, unit, line)


def _rates(page: Passage) -> Iterator[Row]:
    """The amounts of columns that say what they are for each of, in rows that say who pays."""
    for cell in cells(page.text):
        each, amounts = _EACH.search(cell.column), find_money(cell.text)
        if each and len(amounts) == 1 and not _EACH.search(cell.text):
            value, line = amounts[0].value, page.text[slice(*cell.line)].strip()
            yield Row(cell.row, value.amount, value.currency, each["unit"].casefold(), line)


def _named(question: str, found: Sequence[Row]) -> list[Row]:
    """The rows that share words with the question beside what they count; of two of which one
    shares all that the other does and more, the first."""
    asked = set(words(question)) - {stem for row in found for stem in words(row.unit)}
    shared = [(row, asked & set(words(row.name))) for row in found]
    return [row for row, own in shared if own and not any(own < other for _, other in shared)]


def _told(row: Row, count: Decimal) -> str:
    amount = money(row.amount * count, row.currency)
    each = f" ({_number(count)} × {money(row.amount, row.currency)})" if count != 1 else ""
    return f"{amount} {row.name[:1].lower()}{row.name[1:]}{each}"


def _table(page: Passage, chosen: Sequence[Row]) -> str:
    """The head of the table and the rows that are added up."""
    lines = page.text.split("\n")
    first = next(n for n, line in enumerate(lines) if line.strip() == chosen[0].line)
    head = first
    while head and lines[head - 1].lstrip().startswith("|"):
        head -= 1
    return "\n".join([*lines[head : head + 2], *(row.line for row in chosen)])


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
