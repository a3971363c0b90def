"""Kleene's three truth values in SQL, where an unknown fact is neither yes nor no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, false, func, literal, not_, or_, select, true

from knowledge_base.filters.tree import Compare, Op
from knowledge_base.schema import published_programs

Clause = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Truth:
    """Kleene's three values as two clauses that are never NULL: surely so, and surely not so."""

    yes: Clause
    no: Clause

    @property
    def unknown(self) -> Clause:
        """Whether the catalog does not say."""
        return and_(not_(self.yes), not_(self.no))

    @property
    def reversed(self) -> Truth:
        """What holds of the opposite: unknown stays unknown."""
        return Truth(self.no, self.yes)


def within(
    low: ColumnElement[Any],
    high: ColumnElement[Any],
    node: Compare,
    value: Callable[[Any], Any],
) -> Truth:
    """A range from the catalog against a bound: surely inside, surely outside, or in between."""
    bound = value(node.value)
    match node.op:
        case Op.LT:
            yes, no = high < bound, low >= bound
        case Op.LE:
            yes, no = high <= bound, low > bound
        case Op.GT:
            yes, no = low > bound, high <= bound
        case Op.GE:
            yes, no = low >= bound, high < bound
        case Op.EQ:
            yes, no = and_(low <= bound, high >= bound), or_(low > bound, high < bound)
        case Op.BETWEEN:
            top = value(node.to)
            yes, no = and_(low >= bound, high <= top), or_(low > top, high < bound)
    return Truth(func.coalesce(yes, false()), func.coalesce(no, false()))


def some_row(table: Table, one: Truth, fits: Clause) -> Truth:
    """Whether one of the program's rows that fit meets it; unknown when there is no row at all."""
    own = table.c.program_id == published_programs.c.id
    perhaps = row_exists(table, own, fits, not_(one.no))
    return Truth(row_exists(table, own, fits, one.yes), and_(row_exists(table, own), not_(perhaps)))


def row_exists(table: Table, *conditions: Clause) -> Clause:
    """Whether a row of a table is there; every other table is the row that is being looked at."""
    return select(literal(1)).select_from(table).where(*conditions).correlate_except(table).exists()


def every(truths: Sequence[Truth]) -> Truth:
    """Yes when all are, no when one is."""
    return Truth(and_(true(), *(t.yes for t in truths)), or_(false(), *(t.no for t in truths)))


def any_of(truths: Sequence[Truth]) -> Truth:
    """Yes when one is, no when all are."""
    return Truth(or_(false(), *(t.yes for t in truths)), and_(true(), *(t.no for t in truths)))
