"""Reads a CSV table of what exams, courses and credentials are worth in credit."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import TypeVar

from knowledge_base.credit.equivalency import (
    Conversion,
    CreditLimit,
    Equivalency,
    Evidence,
    Needed,
    Source,
    Tier,
    to_data,
)
from knowledge_base.credit.grades import Scale, is_score
from knowledge_base.errors import SourceError
from knowledge_base.model import Skipped, Validity
from knowledge_base.record import Record
from knowledge_base.rules.reader import RulesReader
from knowledge_base.text.plain_text import text_of

_Choice = TypeVar("_Choice", bound=StrEnum)

REQUIRED = ("id", "kind", "source", "target", "credits", "status", "document_id", "quote")
OPTIONAL = (
    "minimum", "scale", "scores", "group", "subject", "max_age_years", "condition", "aliases",
    "several", "effective_from", "effective_to", "last_verified",
)  # fmt: skip
_SOURCE = ("document_id", "quote")
_LIMIT, _RESIDENCY, _CONVERSION, _EVIDENCE = "limit", "residency", "conversion", "evidence"
_TOKEN = re.compile(r"\s*(\(|\)|\bAND\b|\bOR\b)\s*")
_AWARD = re.compile(r"^(\D+?)\s+(\d+(?:\.\d+)?)(?:\s*[-–]\s*(\d+(?:\.\d+)?))?$")
_TOLD = 20
"""Columns that a message names; a file of another kind may have thousands."""
_LONGEST = 2000
_MOST_ALTERNATIVES = 200
"""A source expression that multiplies out beyond this was not written by a person."""


class BadCell(Exception):
    """A cell that cannot be read: which, what it holds, what is allowed."""

    def __init__(self, field: str, value: str, allowed: str):
        self.field, self.value, self.allowed = field, value, allowed


def read(path: Path, *, sourced: bool = True) -> Iterator[Record | Skipped]:
    """Every row as a record, or why it is skipped. Raises SourceError for the whole file.

    Without `sourced` a row needs no page, quote and day of verification: only for measuring.
    """
    seen: set[str] = set()
    table = csv.DictReader(io.StringIO(text_of(path)), strict=True)
    read = 0
    try:
        _check_header(path, list(table.fieldnames or []), sourced)
        read = table.line_num
        for row in table:
            yield _row(row, f"{path.name} line {table.line_num}", seen, sourced)
            read = table.line_num
    except csv.Error as error:  # An open quote swallows all lines after its own.
        where = f"{path}: the row that begins on line {read + 1}"
        raise SourceError(f"{where}: not a readable CSV table: {error}") from None


def _check_header(path: Path, columns: list[str], sourced: bool) -> None:
    needed = REQUIRED if sourced else [name for name in REQUIRED if name not in _SOURCE]
    missing = [name for name in needed if name not in columns]
    unknown = [name for name in columns if name not in {*REQUIRED, *OPTIONAL}]
    if missing or unknown or len(set(columns)) != len(columns):
        raise SourceError(
            f"{path}: the header must name {', '.join(REQUIRED)} and may name "
            f"{', '.join(OPTIONAL)}, each once; "
            f"missing: {', '.join(missing) or 'none'}; "
            f"unknown: {', '.join(unknown[:_TOLD]) or 'none'}"
        )


def _row(row: dict[str, str | None], where: str, seen: set[str], sourced: bool) -> Record | Skipped:
    if None in row or any(value is None for value in row.values()):
        return Skipped(where, "has not as many cells as the header")
    cells = {name: " ".join((value or "").split()) for name, value in row.items()}
    try:
        record = credit_record(cells, sourced)
    except BadCell as bad:
        return Skipped(where, "cannot be read", bad.field, bad.value[:80], bad.allowed)
    if record.id in seen:
        return Skipped(where, "stands twice in this source", "id", record.id, "a unique id")
    seen.add(record.id)
    return record


def credit_record(cells: dict[str, str], sourced: bool = True) -> Record:
    """The record of a row, by column. Raises BadCell."""
    identity, kind = _filled(cells, "id"), _filled(cells, "kind")
    source = _source(cells, sourced)
    if kind in {_LIMIT, _RESIDENCY}:
        award, low, high = _award(_filled(cells, "target"))
        groups = _groups(cells)
        most = _number(cells, "credits")
        if most is None:
            raise BadCell("credits", "", "how many credits, such as 45")
        limit = CreditLimit(identity, award, low, high, most, source, groups, kind == _RESIDENCY)
        return Record("credit_limit", identity, to_data("credit_limit", limit))
    if kind == _CONVERSION:
        conversion = Conversion(identity, _filled(cells, "source"), _factor(cells), source)
        return Record("credit_conversion", identity, to_data("credit_conversion", conversion))
    if kind == _EVIDENCE:
        evidence = Evidence(identity, source, _groups(cells))
        return Record("credit_evidence", identity, to_data("credit_evidence", evidence))
    return Record("equivalency", identity, to_data("equivalency", _rule(cells, source)))


def _groups(cells: dict[str, str]) -> tuple[str, ...]:
    """The groups of a row; none when it is about all."""
    return tuple(group for group in _many(cells["source"]) if group != "all")


def _source(cells: dict[str, str], sourced: bool) -> Source:
    validity = _validity(cells)
    if not sourced:
        return Source(cells.get("document_id", ""), cells.get("quote", ""), validity)
    if validity.last_verified is None:
        raise BadCell("last_verified", "", "the day on which somebody last checked the rule")
    return Source(_filled(cells, "document_id"), _filled(cells, "quote"), validity)


def _rule(cells: dict[str, str], source: Source) -> Equivalency:
    scale = _one_of(Scale, "scale", cells.get("scale") or Scale.NUMBER.value)
    status = _one_of(Tier, "status", cells["status"])
    if status is Tier.NO_RULE:
        raise BadCell("status", cells["status"], "any tier but no_rule")
    minimum = cells.get("minimum", "")
    if minimum and not is_score(minimum, scale):
        raise BadCell("minimum", minimum, f"a mark of the scale {scale.value}")
    pays = status is not Tier.NOT_TRANSFERABLE
    return Equivalency(
        id=cells["id"],
        alternatives=alternatives(_filled(cells, "source"), cells["kind"], minimum),
        status=status,
        source=source,
        scale=scale,
        scores=_many(cells.get("scores", "")),
        target=_filled(cells, "target") if pays else cells["target"],
        credits=_number(cells, "credits") if pays else Decimal(0),
        group=cells.get("group", ""),
        subject=cells.get("subject", ""),
        max_age_years=_years(cells.get("max_age_years", "")),
        condition=cells.get("condition", ""),
        aliases=_many(cells.get("aliases", "")),
        several=_flag(cells, "several"),
    )


def alternatives(expression: str, kind: str, minimum: str = "") -> tuple[tuple[Needed, ...], ...]:
    """OR over AND, from `A AND (B OR C)`. A part may be `[kind] name >= minimum`.

    Raises BadCell when brackets do not match or a name is missing.
    """
    bad = BadCell("source", expression, "names joined with AND, OR and brackets")
    if len(expression) > _LONGEST:
        raise bad
    tokens = [token for token in _TOKEN.split(expression) if token and token.strip()]
    position = 0

    def peek() -> str:
        return tokens[position] if position < len(tokens) else ""

    def take() -> str:
        nonlocal position
        token = peek()
        position += 1
        return token

    def either() -> list[tuple[Needed, ...]]:
        found = both()
        while peek() == "OR":
            take()
            found = found + both()
        return found

    def both() -> list[tuple[Needed, ...]]:
        found = part()
        while peek() == "AND":
            take()
            found = [(*a, *b) for a, b in product(found, part())]
            if len(found) > _MOST_ALTERNATIVES:
                raise bad
        return found

    def part() -> list[tuple[Needed, ...]]:
        part_text = take()
        if part_text == "(":
            found = either()
            if take() != ")":
                raise bad
            return found
        if part_text in {"", ")", "AND", "OR"}:
            raise bad
        return [(_needed(part_text, kind, minimum),)]

    try:
        found = either()
    except RecursionError:
        raise bad from None
    if position != len(tokens):
        raise bad
    return tuple(found)


def _needed(token: str, kind: str, minimum: str) -> Needed:
    match = re.fullmatch(r"(?:\[(\w+)\]\s*)?(.+?)(?:\s*>=\s*(\S+))?", token.strip())
    if match is None:
        raise BadCell("source", token, "a name, such as AP Statistics")
    own_kind, name, own_minimum = match.groups()
    inherited = minimum if own_kind in {None, kind} else ""
    return Needed(own_kind or kind, name, own_minimum or inherited)


def _award(text: str) -> tuple[str, Decimal, Decimal]:
    match = _AWARD.match(text)
    if match is None:
        raise BadCell("target", text, "an award with its size, such as certificate 18-24")
    name, low, high = match.groups()
    return name.casefold(), Decimal(low), Decimal(high or low)


def _factor(cells: dict[str, str]) -> str:
    try:
        factor = Fraction(cells["credits"])
    except (ValueError, ZeroDivisionError):
        factor = Fraction(0)
    if factor <= 0:
        raise BadCell("credits", cells["credits"], "a fraction such as 2/3")
    return str(factor)


def _validity(cells: dict[str, str]) -> Validity:
    days = []
    for name in ("effective_from", "effective_to", "last_verified"):
        text = cells.get(name, "")
        try:
            days.append(date.fromisoformat(text) if text else None)
        except ValueError:
            raise BadCell(name, text, "a date such as 2027-01-31") from None
    validity = Validity(*days)
    if days[0] and days[1] and days[1] < days[0]:
        raise BadCell("effective_to", str(days[1]), f"{days[0]} or later")
    return validity


def _number(cells: dict[str, str], name: str) -> Decimal | None:
    if not cells[name]:
        return None
    try:
        number = Decimal(cells[name])
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= 1000:
        raise BadCell(name, cells[name], "a number of credits from 0 to 1000")
    return number


def _flag(cells: dict[str, str], name: str) -> bool:
    text = cells.get(name, "").casefold()
    if text not in {"", "yes", "no"}:
        raise BadCell(name, text, "yes or no")
    return text == "yes"


def _years(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) < 4):
        raise BadCell("max_age_years", text, "a whole number of years")
    return int(text) if text else None


def _one_of(kinds: type[_Choice], name: str, text: str) -> _Choice:
    try:
        return kinds(text)
    except ValueError:
        raise BadCell(name, text, ", ".join(kinds)) from None


def _many(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _filled(cells: dict[str, str], name: str) -> str:
    if not cells[name]:
        raise BadCell(name, "", f"a {name.replace('_', ' ')}")
    return cells[name]


class EquivalenciesReader(RulesReader):
    """One rule a row."""

    name = "equivalencies"
    suffix = ".csv"

    def read(self, path: Path, mapping: object) -> Iterator[Record | Skipped]:  # noqa: ARG002
        """See `read`."""
        return read(path)


READER = EquivalenciesReader()
