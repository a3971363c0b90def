"""Moves the bound of a condition just so far that something meets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from knowledge_base.filters.rows import DAYS_IN
from knowledge_base.filters.tree import Compare, Node, Op, Order

_ORDERED = {"total", "duration", "hours", "workload", "credits", "starts", "apply_by"}
_UPPER = {Op.LT, Op.LE, Op.BETWEEN, Op.EQ}


def loosened(node: Node, values: Callable[[Order], Sequence[Any]]) -> tuple[float, Compare] | None:
    """How far, relative to the bound, and to what a condition has to move.

    `values` gives what programs that meet all other conditions have, in an order. None where the
    condition has no bound to move, or the programs lie on its other side.
    """
    if not isinstance(node, Compare) or node.field not in _ORDERED:
        return None
    upward = node.op in _UPPER
    found = values(Order(node.field, descending=not upward))
    if not found:
        return None
    if isinstance(node.value, date):
        return _later(node, found)
    nearest = _in_unit(Decimal(str(found[0])), node, upward)
    bound = Decimal(node.to if isinstance(node.to, Decimal) else node.value)
    if (nearest < bound) if upward else (nearest > bound):
        return None
    change = float(abs(nearest - bound) / (bound or 1))
    if node.op in {Op.BETWEEN, Op.EQ}:
        return change, replace(node, op=Op.BETWEEN, to=nearest)
    return change, replace(node, op=Op.LE if upward else Op.GE, value=nearest)


def _later(node: Compare, found: Sequence[date]) -> tuple[float, Compare] | None:
    """The first start after a range of dates; the change is counted in months."""
    if not isinstance(node.to, date) or found[0] <= node.to:
        return None
    return (found[0] - node.to).days / 30, replace(node, to=found[0])


def _in_unit(value: Decimal, node: Compare, upward: bool) -> Decimal:
    """A value of the catalog in the condition's unit, rounded so that it is still inside."""
    unit = DAYS_IN[node.unit.removesuffix("s")] if node.field == "duration" else Decimal(1)
    rounding = ROUND_CEILING if upward else ROUND_FLOOR
    exact = (value / unit).quantize(Decimal("0.01"), rounding)
    return exact.quantize(Decimal(1)) if exact == exact.to_integral() else exact
