"""Turns one row of a mapped source into a program, or says which value it cannot take."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from knowledge_base.catalog.mapping import CostRule, Mapping, OfferingRule, Row, SpanRule
from knowledge_base.model import Cost, Offering, Program, Skipped, Span, Validity

_MONEY_NOISE = re.compile(r"[\s,$€£]")
LARGEST = 10_000_000
"""Amounts, credits and weeks above this are slips of the keyboard."""
_TAG = re.compile(r"</?[a-z!][^<>]*>", re.I)
_RANGE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(?:(?:-|–|to)\s*(\d+(?:\.\d+)?))?\s*(.*)$", re.I)


class _BadValue(Exception):
    def __init__(self, field: str, value: Any, allowed: str):
        self.field, self.value, self.allowed = field, str(value), allowed


def to_program(row: Row, mapping: Mapping) -> Program | Skipped:
    """The program that a row describes, or why it is skipped: which field, value, what is allowed.

    An empty cell is an unknown fact. A cell that holds something unreadable skips the whole row,
    so that no program is ever published with a fact missing by mistake.
    """
    for rule in mapping.skip:
        value = _text(row.get(rule.field))
        if re.search(rule.matches, value):
            return Skipped(row.where, rule.reason, field=rule.field, value=value)
    try:
        return _program(row, mapping)
    except _BadValue as bad:
        return Skipped(row.where, "cannot be read", bad.field, bad.value, bad.allowed)


def _program(row: Row, mapping: Mapping) -> Program:
    fields = mapping.fields

    def text(name: str) -> str:
        path = getattr(fields, name)
        return _text(_valued(mapping, name, row.get(path)))

    def many(name: str) -> tuple[str, ...]:
        return _list(_valued(mapping, name, row.get(getattr(fields, name))), mapping.separator)

    for name in ("id", "title"):
        if not text(name):
            raise _BadValue(getattr(fields, name), "", f"a {name}")
    runs = tuple(_offerings(row, mapping))
    return Program(
        id=text("id"),
        title=text("title"),
        institution=text("institution") or mapping.institution,
        code=text("code"),
        summary=text("summary"),
        subject=text("subject"),
        level=text("level"),
        url=text("url") or None,
        costs=tuple(_costs(row, mapping)),
        credit_bearing=_flag(
            fields.credit_bearing,
            _valued(mapping, "credit_bearing", row.get(fields.credit_bearing)),
        ),
        credits=_number(fields.credits, row.get(fields.credits)),
        credit_kind=mapping.credit_kind,
        duration=_span(row, mapping.duration),
        effort=_span(row, mapping.effort),
        delivery=many("delivery") or tuple(dict.fromkeys(r.delivery for r in runs if r.delivery)),
        offerings=runs,
        prerequisites=text("prerequisites"),
        skills=many("skills"),
        occupations=many("occupations"),
        stacks_into=many("stacks_into"),
        stacking_terms=text("stacking_terms"),
        aid=many("aid"),
        recognition=text("recognition"),
        validity=Validity(
            _day(fields.effective_from, row.get(fields.effective_from)),
            _day(fields.effective_to, row.get(fields.effective_to)),
            _day(fields.last_verified, row.get(fields.last_verified)),
        ),
    )


def _costs(row: Row, mapping: Mapping) -> Iterable[Cost]:
    seen = set()
    for rule in mapping.costs:
        found = list(_amounts(row.each(rule.each) if rule.each else [row], rule))
        several = len({(cost.amount, cost.currency) for cost in found}) > 1
        for cost in found:
            told = cost if several else replace(cost, condition=rule.condition)
            if told not in seen:
                seen.add(told)
                yield told


def _amounts(rows: Sequence[Row], rule: CostRule) -> Iterable[Cost]:
    """One cost for each row that states an amount, with the row's own condition if it has one."""
    for row in rows:
        amount = _number(rule.amount, row.get(rule.amount))
        if amount is not None:
            currency = _text(row.get(rule.currency)) or rule.default_currency
            condition = _text(row.get(rule.condition_path)).casefold() or rule.condition
            yield Cost(rule.purpose, amount, currency, condition)


def _offerings(row: Row, mapping: Mapping) -> Iterable[Offering]:
    rule = mapping.offerings
    if rule is None:
        return
    if rule.each:
        for run in row.each(rule.each):
            yield _offering(run, rule)
        return
    starts = _list(row.get(rule.starts), mapping.separator)
    ends = _list(row.get(rule.ends), mapping.separator)
    deadlines = _list(row.get(rule.apply_by), mapping.separator)
    for name, column in ((rule.ends, ends), (rule.apply_by, deadlines)):
        if column and len(column) != len(starts):
            raise _BadValue(name, "; ".join(column), f"{len(starts)} dates, one for each start")
    for position, start in enumerate(starts):
        yield Offering(
            starts=_day(rule.starts, start),
            ends=_day(rule.ends, ends[position]) if ends else None,
            apply_by=_day(rule.apply_by, deadlines[position]) if deadlines else None,
            location=_text(row.get(rule.location)),
        )


def _offering(run: Row, rule: OfferingRule) -> Offering:
    return Offering(
        starts=_day(rule.starts, run.get(rule.starts)),
        ends=_day(rule.ends, run.get(rule.ends)),
        apply_by=_day(rule.apply_by, run.get(rule.apply_by)),
        delivery=_text(run.get(rule.delivery)).casefold(),
        location=_text(run.get(rule.location)),
    )


def _span(row: Row, rule: SpanRule | None) -> Span | None:
    """The span that all runs agree on, widened over runs; unknown when their units differ."""
    if rule is None:
        return None
    texts = [text for text in map(_text, _each(row.get(rule.amount))) if text]
    spans = [_one_span(text, rule) for text in dict.fromkeys(texts)]
    if len({span.unit for span in spans}) != 1:
        return None
    return Span(min(s.low for s in spans), max(s.high for s in spans), spans[0].unit)


def _one_span(text: str, rule: SpanRule) -> Span:
    match = _RANGE.match(text)
    if match is None:
        raise _BadValue(rule.amount, text, "a number or a range such as 5-7")
    low, high, rest = match.groups()
    unit = rule.units.get(rest) or " ".join(rest.replace("/", " per ").split()).casefold()
    if not (unit or rule.unit):
        raise _BadValue(rule.amount, text, "a number with a unit, such as 6 weeks")
    span = Span(Decimal(low), Decimal(high or low), unit or rule.unit)
    if span.low > span.high or span.high > LARGEST:
        raise _BadValue(rule.amount, text, "a range from the smaller number to the larger")
    return span


def _valued(mapping: Mapping, name: str, value: Any) -> Any:
    table = mapping.values.get(name)
    if table is None or value is None or _text(value) == "":
        return value
    key = _text(value)
    if key not in table:
        raise _BadValue(name, key, ", ".join(table))
    return table[key]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    return " ".join(html.unescape(_TAG.sub(" ", str(value))).split())


def _each(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _list(value: Any, separator: str) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else _text(value).split(separator)
    return tuple(t for t in map(_text, parts) if t)


def _flag(name: str, value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    text = _text(value).casefold()
    if not text:
        return None
    if text in {"true", "yes", "1"}:
        return True
    if text in {"false", "no", "0"}:
        return False
    raise _BadValue(name, value, "true or false")


def _number(name: str, value: Any) -> Decimal | None:
    """The number, or what all runs agree on; unknown when they differ."""
    numbers = {_one_number(name, each) for each in _each(value)} - {None}
    return numbers.pop() if len(numbers) == 1 else None


def _one_number(name: str, value: Any) -> Decimal | None:
    text = _MONEY_NOISE.sub("", _text(value))
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _BadValue(name, value, "a number such as 1140 or 1,140.00") from None
    if not number.is_finite() or not 0 <= number <= LARGEST:
        raise _BadValue(name, value, f"a number from 0 to {LARGEST:,}")
    return number


def _day(name: str, value: Any) -> date | None:
    text = _text(value)
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise _BadValue(name, value, "a date such as 2027-01-31") from None
