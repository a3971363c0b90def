"""Answers by working numbers and dates out of typed facts: which question takes which working."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from knowledge_base.model import Program
from knowledge_base.typed.costs import tell_cost, tell_per_credit, tell_sum
from knowledge_base.typed.draft import Catalog, Draft, Telling
from knowledge_base.typed.question import Asked, Task
from knowledge_base.typed.times import tell_days_left, tell_hours, tell_last_day, tell_pace

_TASKS: Mapping[Task, Callable[[Telling, Asked, Catalog], bool]] = {
    Task.COST: tell_cost,
    Task.PER_CREDIT: tell_per_credit,
    Task.PACE: tell_pace,
    Task.HOURS: tell_hours,
    Task.LAST_DAY: tell_last_day,
    Task.DAYS_LEFT: tell_days_left,
}


def computed(
    asked: Asked, programs: Sequence[Program], catalog: Catalog, first: int = 1
) -> Draft | None:
    """What is asked of one program or, for a cost, of several, with citations from `first` on.

    None when the catalog does not state enough to say anything.
    """
    if asked.task is Task.COST and len(programs) > 1:
        return tell_sum(programs, catalog, first)
    if len(programs) != 1:
        return None
    told = Telling(programs[0], first)
    return told.draft() if _TASKS[asked.task](told, asked, catalog) else None
