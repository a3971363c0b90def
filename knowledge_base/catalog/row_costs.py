"""Reads what a program costs from the row of a table or a record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from knowledge_base.catalog.figures import Amount, amounts, code_of
from knowledge_base.catalog.json_text import BadValue
from knowledge_base.catalog.mapping import CostRule, Mapping
from knowledge_base.catalog.row import Row, said
from knowledge_base.model import Cost


def costs(row: Row, mapping: Mapping) -> Iterable[Cost]:
    """Every amount that the row states, once.

    Raises BadValue for one that cannot be read: a bill without one of its parts misleads.
    """
    seen = set()
    for rule in mapping.costs:
        rows = row.each(rule.each) if rule.each else [row]
        found = [(each, amount) for each in rows for amount in _stated(each, rule, mapping.decimal)]
        several = len({amount for _, amount in found}) > 1
        for each, amount in found:
            own = each.text(rule.condition_path).casefold() if several else ""
            told = (amount.bound, own or rule.condition)
            cost = Cost(rule.purpose, amount.amount, amount.currency, ", ".join(filter(None, told)))
            if cost not in seen:
                seen.add(cost)
                yield cost


def _stated(row: Row, rule: CostRule, decimal: str) -> Sequence[Amount]:
    """The amount or range of one row; nothing where its values differ."""
    told = row.text(rule.currency)
    currency = code_of(rule.currency, told) if told else rule.default_currency
    value = row.get(rule.amount)
    values = value if isinstance(value, list) else [value]
    found = {amounts(rule.amount, each, currency, decimal) for each in values} - {()}
    if len(found) != 1:
        return ()
    (stated,) = found
    if told and stated[0].currency != currency:
        text, allowed = said(value), f"an amount in {currency}, as {rule.currency} says"
        raise BadValue(rule.amount, text, allowed)
    return stated
