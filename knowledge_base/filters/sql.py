"""Turns a filter tree into SQL that says of each program yes, no, or neither: unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    and_,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from knowledge_base.filters.rows import DAYS_IN, in_days
from knowledge_base.filters.text import padded, stem
from knowledge_base.filters.tree import And, Compare, Has, Node, Not, Op, Or, Order
from knowledge_base.schema import (
    published_prices,
    published_programs,
    published_runs,
    published_terms,
)

Clause = ColumnElement[bool]

_TOPIC_FIELDS = {"topic": ("title", "subject", "skill"), "summary": ("summary",)}
_OF_A_RUN = {"starts", "apply_by", "location"}
_NUMBERS = {
    "duration": (published_programs.c.days_low, published_programs.c.days_high),
    "hours": (published_programs.c.hours_low, published_programs.c.hours_high),
}


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


class Translator:
    """Translates trees for one edition, whose usual currency is used where a wish names none."""

    def __init__(self, currency: str):
        self._currency = currency

    def truth(self, node: Node) -> Truth:
        """What holds of the current row of `programs`."""
        match node:
            case And():
                return self._all(node.parts)
            case Or():
                return _any([self.truth(part) for part in node.parts])
            case Not():
                return self.truth(node.part).reversed
            case Compare(field="starts" | "apply_by") | Has(field="location"):
                return self._some_run([node])
            case Compare(field="total" | "tuition"):
                return self._price(node, ())
        return _compare(node) if isinstance(node, Compare) else _has(node)

    def order(self, order: Order, filter_: And, day: date) -> ColumnElement[Any]:
        """The number to order by, NULL where it is not known whole."""
        if order.field == "total":
            return self._best_price(order, _ways(filter_.parts))
        if order.field == "starts":
            fitting = _every([_of_run(part) for part in filter_.parts if _is_run_part(part)]).yes
            return (
                select((func.max if order.descending else func.min)(published_runs.c.starts))
                .where(published_runs.c.program_id == published_programs.c.id)
                .where(published_runs.c.starts >= day, fitting)
                .scalar_subquery()
            )
        if order.field == "credits":
            return published_programs.c.credits
        low, high = _NUMBERS[order.field]
        return low if order.descending else high

    def _all(self, parts: Sequence[Node]) -> Truth:
        """All parts; what is asked of a run must hold of one and the same run."""
        runs = [part for part in parts if _is_run_part(part)]
        if not any(_fields(part) & _OF_A_RUN for part in runs):
            runs = []
        ways = _ways(parts)
        truths = [
            self._price(part, ways)
            if isinstance(part, Compare) and part.field in {"total", "tuition"}
            else self.truth(part)
            for part in parts
            if part not in runs
        ]
        return _every([*truths, self._some_run(runs)] if runs else truths)

    def _some_run(self, parts: Sequence[Node]) -> Truth:
        one = _every([_of_run(part) for part in parts])
        return _some(published_runs, one, true())

    def _price(self, node: Compare, ways: tuple[str, ...]) -> Truth:
        table = published_prices.c
        low, high = (
            (table.tuition, table.tuition)
            if node.field == "tuition"
            else (table.total_low, table.total_high)
        )
        fits = [table.currency == (node.unit or self._currency)]
        if ways:
            fits.append(or_(table.delivery == "", table.delivery.in_(ways)))
        return _some(published_prices, _within(low, high, node, float), and_(*fits))

    def _best_price(self, order: Order, ways: tuple[str, ...]) -> ColumnElement[Any]:
        table = published_prices.c
        query = (
            select((func.max if order.descending else func.min)(table.total_low))
            .where(table.program_id == published_programs.c.id)
            .where(table.currency == self._currency, table.total_high.is_not(None))
        )
        if ways:
            query = query.where(or_(table.delivery == "", table.delivery.in_(ways)))
        return query.scalar_subquery()


def _is_run_part(node: Node) -> bool:
    """Whether a condition can be asked of one run; "does not start in" is asked of all of them."""
    if isinstance(node, Not):
        return _fields(node) <= {"delivery"}
    return _fields(node) <= _OF_A_RUN | {"delivery"}


def _fields(node: Node) -> set[str]:
    match node:
        case And() | Or():
            return {field for part in node.parts for field in _fields(part)}
        case Not():
            return _fields(node.part)
    return {node.field}


def _ways(parts: Iterable[Node]) -> tuple[str, ...]:
    """Ways of delivery that are asked for: a price that holds for another way does not count."""
    found: list[str] = []
    for part in parts:
        leaves = part.parts if isinstance(part, Or) else (part,)
        if all(isinstance(leaf, Has) and leaf.field == "delivery" for leaf in leaves):
            found += [term for leaf in leaves if isinstance(leaf, Has) for term in leaf.terms]
    return tuple(found)


def _of_run(node: Node) -> Truth:
    """What holds of the current row of `runs`."""
    runs = published_runs.c
    match node:
        case And():
            return _every([_of_run(part) for part in node.parts])
        case Or():
            return _any([_of_run(part) for part in node.parts])
        case Not():
            return _of_run(node.part).reversed
        case Compare():
            column = runs.starts if node.field == "starts" else runs.apply_by
            return _within(column, column, node, lambda value: value)
        case Has(field="location"):
            yes = or_(*(_found(runs.location, node, term) for term in node.terms))
            return Truth(yes, and_(runs.location != "", not_(yes)))
        case Has():
            here, anywhere = runs.delivery.in_(node.terms), _has(node)
            silent = runs.delivery == ""
            return Truth(
                or_(here, and_(silent, anywhere.yes)),
                or_(and_(not_(silent), not_(here)), and_(silent, anywhere.no)),
            )


def _compare(node: Compare) -> Truth:
    programs = published_programs.c
    if node.field == "credits":
        told = _within(programs.credits, programs.credits, node, float)
        none = func.coalesce(programs.credit_bearing.is_(False), false())
        if node.unit:
            kind = "" if node.unit == "academic" else node.unit
            other = and_(programs.credits.is_not(None), programs.credit_kind != kind)
            return Truth(and_(told.yes, not_(other)), or_(told.no, none, other))
        return Truth(told.yes, or_(told.no, none))
    if isinstance(node.value, bool):
        column = programs[node.field]
        return Truth(
            func.coalesce(column.is_(node.value), false()),
            func.coalesce(column.is_(not node.value), false()),
        )
    low, high = _NUMBERS[node.field]
    unit = DAYS_IN[node.unit.removesuffix("s")] if node.field == "duration" else Decimal(1)
    return _within(low, high, node, lambda value: in_days(Decimal(value), unit))


def _has(node: Has) -> Truth:
    fields = _TOPIC_FIELDS.get(node.field, (node.field,))
    terms = published_terms.c
    own = and_(terms.program_id == published_programs.c.id, terms.field.in_(fields))
    if node.terms == ("*",):
        yes = _exists(published_terms, own, terms.value != "")
    else:
        column = terms.stems if node.loose else terms.words
        named = or_(*(_found(column, node, term) for term in node.terms))
        yes = _exists(published_terms, own, named)
    if node.field in _TOPIC_FIELDS:
        return Truth(yes, not_(yes))
    source = "stack" if node.field == "award" else node.field
    told = _exists(
        published_terms, terms.program_id == published_programs.c.id, terms.field == source
    )
    return Truth(yes, and_(told, not_(yes)))


def _found(column: Column[Any] | ColumnElement[Any], node: Has, term: str) -> Clause:
    parts = [stem(word) for word in term.split()] if node.loose else term.split()
    return func.instr(column, padded(parts)) > 0


def _within(
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


def _some(table: Table, one: Truth, fits: Clause) -> Truth:
    """Whether one of the program's rows that fit meets it; unknown when there is no row at all."""
    own = table.c.program_id == published_programs.c.id
    perhaps = _exists(table, own, fits, not_(one.no))
    return Truth(_exists(table, own, fits, one.yes), and_(_exists(table, own), not_(perhaps)))


def _exists(table: Table, *conditions: Clause) -> Clause:
    """Whether a row of a table is there; every other table is the row that is being looked at."""
    return select(literal(1)).select_from(table).where(*conditions).correlate_except(table).exists()


def _every(truths: Sequence[Truth]) -> Truth:
    return Truth(and_(true(), *(t.yes for t in truths)), or_(false(), *(t.no for t in truths)))


def _any(truths: Sequence[Truth]) -> Truth:
    return Truth(or_(false(), *(t.yes for t in truths)), and_(true(), *(t.no for t in truths)))
