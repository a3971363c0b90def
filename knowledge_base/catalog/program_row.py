"""Turns one row of a mapped source into a program, and tells which values it cannot take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from knowledge_base.catalog.days import FIGURES_ALLOWED, day
from knowledge_base.catalog.json_text import BadValue
from knowledge_base.catalog.mapping import Mapping, SpanRule
from knowledge_base.catalog.measures import credits_in, span
from knowledge_base.catalog.notes import omitted
from knowledge_base.catalog.row import Row, parts, said
from knowledge_base.catalog.row_costs import costs
from knowledge_base.catalog.row_runs import Runs
from knowledge_base.model import Program, Skipped, Span, Validity

_YES = frozenset({"true", "yes", "y", "1", "x", "✓", "✔"})
_NO = frozenset({"false", "no", "n", "0"})
_NEEDED = ("id", "title")
_Fact = TypeVar("_Fact")


def program_in(row: Row, mapping: Mapping) -> Iterator[Program | Skipped]:
    """The program that a row describes, then each value of it that had to be left out.

    An empty cell is an unknown fact, and so is one that cannot be read, which is told. Without a
    readable id, title, cost or date of validity the whole row is skipped: a bill without one of its
    parts, or an answer from outside its time, would mislead.
    """
    for rule in mapping.skip:
        value = row.text(rule.field)
        if re.search(rule.matches, value):
            yield Skipped(row.where, rule.reason, field=rule.field, value=value)
            return
    facts = _Facts(row, mapping)
    try:
        yield facts.program()
    except BadValue as bad:
        yield Skipped(row.where, "cannot be read", bad.field, bad.value, bad.allowed)
    else:
        yield from facts.left_out


@dataclass(frozen=True, slots=True)
class _Facts:
    """Reads the facts of one row; what cannot be read is collected in `left_out`."""

    row: Row
    mapping: Mapping
    left_out: list[Skipped] = field(default_factory=list)

    def program(self) -> Program:
        """The program. Raises BadValue for what the whole row is skipped for."""
        for name in _NEEDED:
            if not said(self._valued(name)):
                raise BadValue(self._column(name), "", f"a {name}")
        runs = tuple(Runs.of(self.mapping, self.left_out).read(self.row))
        amount, kind = self._credits()
        return Program(
            id=said(self._valued("id")),
            title=said(self._valued("title")),
            institution=self._text("institution") or self.mapping.institution,
            code=self._text("code"),
            summary=self._text("summary"),
            subject=self._text("subject"),
            level=self._text("level"),
            url=self._text("url") or None,
            costs=tuple(costs(self.row, self.mapping)),
            credit_bearing=self._flag("credit_bearing"),
            credits=amount,
            credit_kind=kind or self.mapping.credit_kind,
            duration=self._span(self.mapping.duration),
            effort=self._span(self.mapping.effort),
            delivery=self._many("delivery")
            or tuple(dict.fromkeys(run.delivery for run in runs if run.delivery)),
            offerings=runs,
            prerequisites=self._text("prerequisites"),
            skills=self._many("skills"),
            occupations=self._many("occupations"),
            stacks_into=self._many("stacks_into"),
            stacking_terms=self._text("stacking_terms"),
            aid=self._many("aid"),
            recognition=self._text("recognition"),
            validity=Validity(
                self._day("effective_from"),
                self._day("effective_to"),
                self._or_left_out(lambda: self._day("last_verified"), None),
            ),
        )

    def _or_left_out(self, read: Callable[[], _Fact], unknown: _Fact) -> _Fact:
        try:
            return read()
        except BadValue as bad:
            self.left_out.append(omitted(self.row.where, bad.field, bad.value, bad.allowed))
            return unknown

    def _column(self, name: str) -> str:
        return str(getattr(self.mapping.fields, name))

    def _value(self, name: str) -> Any:
        return self.row.get(self._column(name))

    def _valued(self, name: str) -> Any:
        """The value of a field, or what `[values]` says that it stands for. Raises BadValue."""
        value = self._value(name)
        table = self.mapping.values.get(name)
        if table is None or not said(value):
            return value
        if said(value) not in table:
            raise BadValue(self._column(name), said(value), ", ".join(table))
        return table[said(value)]

    def _text(self, name: str) -> str:
        return self._or_left_out(lambda: said(self._valued(name)), "")

    def _many(self, name: str) -> tuple[str, ...]:
        separator = self.mapping.separator
        return self._or_left_out(lambda: parts(self._valued(name), separator), ())

    def _flag(self, name: str) -> bool | None:
        return self._or_left_out(lambda: _flag(self._column(name), self._valued(name)), None)

    def _credits(self) -> tuple[Decimal | None, str]:
        """The credits that all runs agree on, and their kind; unknown where they differ."""
        name, value = self._column("credits"), self._value("credits")
        values = value if isinstance(value, list) else [value]

        def read() -> set[tuple[Decimal | None, str]]:
            return {credits_in(name, each, self.mapping.decimal) for each in values}

        unknown: set[tuple[Decimal | None, str]] = {(None, "")}
        found = self._or_left_out(read, unknown) - unknown
        return found.pop() if len(found) == 1 else (None, "")

    def _span(self, rule: SpanRule | None) -> Span | None:
        """The span that all runs agree on, widened over runs; unknown where their units differ."""
        if rule is None:
            return None
        value = self.row.get(rule.amount)
        texts = dict.fromkeys(map(said, value if isinstance(value, list) else [value]))

        def read() -> list[Span]:
            decimal = self.mapping.decimal
            return [span(rule.amount, x, rule.unit, rule.units, decimal) for x in texts if x]

        nothing: list[Span] = []
        spans = self._or_left_out(read, nothing)
        if len({each.unit for each in spans}) != 1:
            return None
        return Span(min(s.low for s in spans), max(s.high for s in spans), spans[0].unit)

    def _day(self, name: str) -> date | None:
        value = self._value(name)
        found = day(value, day_first=self.mapping.day_first) if said(value) else None
        if said(value) and found is None:
            raise BadValue(self._column(name), said(value), FIGURES_ALLOWED)
        return found


def _flag(name: str, value: Any) -> bool | None:
    text = said(value).casefold()
    if text in _YES:
        return True
    if text and text not in _NO:
        raise BadValue(name, text, "yes or no, true or false, 1 or 0, x or nothing")
    return False if text else None
