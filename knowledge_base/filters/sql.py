"""Turns a filter tree into SQL that says of each program yes, no, or neither: unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    and_,
    false,
    func,
    not_,
    or_,
    select,
    true,
)

from knowledge_base.filters.rows import DAYS_IN, in_days
from knowledge_base.filters.text import padded, stem
from knowledge_base.filters.tree import And, Compare, Has, Node, Not, Or, Order
from knowledge_base.filters.truth import Clause, Truth, any_of, every, row_exists, some_row, within
from knowledge_base.schema import (
    published_prices,
    published_programs,
    published_runs,
    published_terms,
)
from knowledge_base.text.money import DOLLARS, US_DOLLAR

_TOPIC_FIELDS = {"topic": ("title", "subject", "skill"), "summary": ("summary",)}
_OF_A_RUN = {"starts", "apply_by", "location"}
_NUMBERS = {
    "duration": (published_programs.c.days_low, published_programs.c.days_high),
    "hours": (published_programs.c.hours_low, published_programs.c.hours_high),
    "workload": (published_programs.c.workload_low, published_programs.c.workload_high),
}


class Translator:
    """Translates trees for one edition, by the currencies of its prices, the usual one first.

    The usual one is meant where a wish names none, and where it says dollars, or `$`, and no price
    is in US dollars but the usual one is another country's dollar.
    """

    def __init__(self, currencies: Sequence[str]):
        self._currency = currencies[0] if currencies else ""
        theirs = self._currency in DOLLARS and US_DOLLAR not in currencies
        self._dollar = self._currency if theirs else US_DOLLAR

    def truth(self, node: Node) -> Truth:
        """What holds of the current row of `programs`."""
        match node:
            case And():
                return self._all(node.parts)
            case Or():
                return any_of([self.truth(part) for part in node.parts])
            case Not():
                return self.truth(node.part).reversed
            case Compare():
                return self._compared(node)
        return self._some_run([node]) if node.field == "location" else _has(node)

    def _compared(self, node: Compare) -> Truth:
        if node.field in {"starts", "apply_by"}:
            return self._some_run([node])
        return self._price(node, ()) if node.field in {"total", "tuition"} else _compare(node)

    def order(self, order: Order, filter_: And, day: date) -> ColumnElement[Any]:
        """The number to order by, NULL where it is not known whole."""
        if order.field == "total":
            return self._best_price(order, filter_.parts)
        if order.field in {"starts", "apply_by"}:
            found = published_runs.c[order.field]
            fitting = every([_of_run(part) for part in filter_.parts if _is_run_part(part)]).yes
            return (
                select((func.max if order.descending else func.min)(found))
                .where(published_runs.c.program_id == published_programs.c.id)
                .where(found >= day, fitting)
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
        truths = [
            self._price(part, parts)
            if isinstance(part, Compare) and part.field in {"total", "tuition"}
            else self.truth(part)
            for part in parts
            if part not in runs
        ]
        return every([*truths, self._some_run(runs)] if runs else truths)

    def _some_run(self, parts: Sequence[Node]) -> Truth:
        one = every([_of_run(part) for part in parts])
        return some_row(published_runs, one, true())

    def _price(self, node: Compare, beside: Sequence[Node]) -> Truth:
        """Whether a price for the ways and the residency that stand `beside` meets a bound.

        How to study is a choice, where one lives is not: a student who does not say it is sure
        only of what holds for residents of every place.
        """
        table = published_prices.c
        low, high = (
            (table.tuition, table.tuition)
            if node.field == "tuition"
            else (table.total_low, table.total_high)
        )
        unit = self._dollar if node.unit == US_DOLLAR else node.unit or self._currency
        fits = and_(table.currency == unit, _of_way(beside))
        mine = and_(fits, _of_residency(beside))
        one = within(low, high, node, float)
        told = some_row(published_prices, one, mine)
        own = table.program_id == published_programs.c.id
        if _named(beside, "residency"):
            others = and_(
                row_exists(published_prices, own, fits),
                not_(row_exists(published_prices, own, mine)),
            )
            return Truth(told.yes, and_(told.no, not_(others)))
        dearer = row_exists(published_prices, own, fits, table.residency != "", not_(one.yes))
        return Truth(
            and_(told.yes, not_(or_(dearer, _of_one_group()))), and_(told.no, not_(_of_one_group()))
        )

    def _best_price(self, order: Order, beside: Sequence[Node]) -> ColumnElement[Any]:
        table = published_prices.c
        query = (
            select((func.max if order.descending else func.min)(table.total_low))
            .where(table.program_id == published_programs.c.id)
            .where(table.currency == self._currency, table.total_high.is_not(None))
            .where(_of_way(beside), _of_residency(beside))
        )
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


def _of_way(parts: Iterable[Node]) -> Clause:
    """Whether a price is for a way of delivery that is asked for."""
    delivery, ways = published_prices.c.delivery, _named(parts, "delivery")
    return or_(delivery == "", delivery.in_(ways)) if ways else true()


def _of_one_group() -> Clause:
    """Whether all prices that a program states are for those who live in one place."""
    table = published_prices.c
    query = select(
        and_(func.count(table.residency.distinct()) == 1, func.max(table.residency) != "")
    )
    return (
        query.where(table.program_id == published_programs.c.id)
        .correlate_except(published_prices)
        .scalar_subquery()
    )


def _of_residency(parts: Iterable[Node]) -> Clause:
    """Whether a price is for students who live where it is said; for all if it is not."""
    residency, named = published_prices.c.residency, _named(parts, "residency")
    if not named:
        return true()
    return or_(residency == "", *(func.instr(residency, name) > 0 for name in named))


def _named(parts: Iterable[Node], field: str) -> tuple[str, ...]:
    """What a field is asked to be, by parts that say nothing else."""
    found: list[str] = []
    for part in parts:
        leaves = part.parts if isinstance(part, Or) else (part,)
        if all(isinstance(leaf, Has) and leaf.field == field for leaf in leaves):
            found += [term for leaf in leaves if isinstance(leaf, Has) for term in leaf.terms]
    return tuple(found)


def _of_run(node: Node) -> Truth:
    """What holds of the current row of `runs`."""
    runs = published_runs.c
    match node:
        case And():
            return every([_of_run(part) for part in node.parts])
        case Or():
            return any_of([_of_run(part) for part in node.parts])
        case Not():
            return _of_run(node.part).reversed
        case Compare():
            column = runs.starts if node.field == "starts" else runs.apply_by
            return within(column, column, node, lambda value: value)
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
        told = within(programs.credits, programs.credits, node, float)
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
    return within(low, high, node, lambda value: in_days(Decimal(value), unit))


def _has(node: Has) -> Truth:
    if node.field == "residency":
        return Truth(true(), false())
    fields = _TOPIC_FIELDS.get(node.field, (node.field,))
    terms = published_terms.c
    own = and_(terms.program_id == published_programs.c.id, terms.field.in_(fields))
    if node.terms == ("*",):
        yes = row_exists(published_terms, own, terms.value != "")
    else:
        column = terms.stems if node.loose else terms.words
        named = or_(*(_found(column, node, term) for term in node.terms))
        yes = row_exists(published_terms, own, named)
    if node.field in _TOPIC_FIELDS:
        return Truth(yes, not_(yes))
    source = "stack" if node.field == "award" else node.field
    told = row_exists(
        published_terms, terms.program_id == published_programs.c.id, terms.field == source
    )
    return Truth(yes, and_(told, not_(yes)))


def _found(column: Column[Any] | ColumnElement[Any], node: Has, term: str) -> Clause:
    parts = [stem(word) for word in term.split()] if node.loose else term.split()
    return func.instr(column, padded(parts)) > 0
