"""Chooses runs of programs under limits, as a small integer program that HiGHS solves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from knowledge_base.model import Offering, Program
from knowledge_base.pathway.prerequisites import Clause

_SECONDS = 10.0
"""Time for one solution; 45 programs with 120 runs take a few hundredths of a second."""
_SLACK = 1e-6
"""What a second objective may lose on the first: the solver's own tolerance."""


@dataclass(frozen=True, slots=True)
class Run:
    """One dated run of a program. ``hours`` are per week, ``cost`` is in the catalog's currency."""

    program: Program
    offering: Offering
    starts: date
    ends: date
    hours: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Needs:
    """What a choice of runs must reach: any one program of each group, and credits of an award."""

    groups: tuple[frozenset[str], ...] = ()
    credits: Decimal = Decimal(0)
    award_credits: Mapping[str, Decimal] = field(default_factory=dict)
    """Per program id: what it counts toward the award."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits on a choice of runs as a whole; None means no limit."""

    hours: Decimal | None = None
    budget: Decimal | None = None


_Row = tuple[dict[int, float], float, float]


class Schedule:
    """The integer program: one binary variable a run, then finish day, then peak hours a week."""

    def __init__(
        self,
        runs: Sequence[Run],
        before: Mapping[str, Sequence[Clause]],
        needs: Needs,
        caps: Caps,
    ):
        """`before` holds, per program id, the clauses that are not met yet."""
        self._runs = runs
        self._finish, self._peak = len(runs), len(runs) + 1
        self._origin = min((run.starts for run in runs), default=date.min)
        self._rows: list[_Row] = [
            *self._once(),
            *self._in_order(before),
            *self._goals(needs),
            *self._finishes(),
            *self._hours(caps.hours),
        ]
        if caps.budget is not None:
            self._rows.append((self._costs(), -np.inf, float(caps.budget)))
        self._needs = needs

    def cheapest(self, other_than: Iterable[Sequence[Run]] = ()) -> list[Run] | None:
        """The runs with the least cost, and among them those that end first."""
        return self._solve(
            [self._costs(), {self._finish: 1.0}, self._number(), self._waits()], other_than
        )

    def soonest(self, other_than: Iterable[Sequence[Run]] = ()) -> list[Run] | None:
        """The runs that end first, and among them those with the least cost."""
        return self._solve(
            [{self._finish: 1.0}, self._costs(), self._number(), self._waits()], other_than
        )

    def lightest(self) -> list[Run] | None:
        """The runs with the fewest hours in their busiest week."""
        return self._solve([{self._peak: 1.0}, self._costs(), self._number(), self._waits()], ())

    def fullest(self) -> list[Run] | None:
        """The runs with the most credits toward the award, and among them the cheapest."""
        most = {
            i: -float(self._needs.award_credits.get(run.program.id, 0))
            for i, run in enumerate(self._runs)
        }
        return self._solve([most, self._costs(), self._number(), self._waits()], ())

    def _costs(self) -> dict[int, float]:
        return {i: float(run.cost) for i, run in enumerate(self._runs)}

    def _number(self) -> dict[int, float]:
        return dict.fromkeys(range(len(self._runs)), 1.0)

    def _waits(self) -> dict[int, float]:
        """Less is later: between equals, runs stand close to the end and not far apart."""
        return {i: float((self._origin - run.starts).days) for i, run in enumerate(self._runs)}

    def _once(self) -> Iterable[_Row]:
        for same in self._by_program().values():
            yield dict.fromkeys(same, 1.0), 0, 1

    def _by_program(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, run in enumerate(self._runs):
            found.setdefault(run.program.id, []).append(i)
        return found

    def _in_order(self, before: Mapping[str, Sequence[Clause]]) -> Iterable[_Row]:
        """A run is chosen only with an earlier one that has ended, for each clause."""
        for i, run in enumerate(self._runs):
            for clause in before.get(run.program.id, ()):
                row = {
                    j: -1.0
                    for j, other in enumerate(self._runs)
                    if other.program.id in clause.programs and other.ends < run.starts
                }
                yield {**row, i: 1.0}, -np.inf, 0

    def _goals(self, needs: Needs) -> Iterable[_Row]:
        for group in needs.groups:
            members = [i for i, run in enumerate(self._runs) if run.program.id in group]
            yield dict.fromkeys(members, 1.0), 1, np.inf
        if needs.credits > 0:
            yield {
                i: float(needs.award_credits[run.program.id])
                for i, run in enumerate(self._runs)
                if run.program.id in needs.award_credits
            }, float(needs.credits), np.inf  # fmt: skip

    def _finishes(self) -> Iterable[_Row]:
        for i, run in enumerate(self._runs):
            yield {i: float((run.ends - self._origin).days), self._finish: -1.0}, -np.inf, 0

    def _hours(self, most: Decimal | None) -> Iterable[_Row]:
        """The busiest week begins with the start of some run."""
        for day in sorted({run.starts for run in self._runs}):
            active = {
                i: float(run.hours)
                for i, run in enumerate(self._runs)
                if run.starts <= day <= run.ends
            }
            yield {**active, self._peak: -1.0}, -np.inf, 0
            if most is not None:
                yield active, -np.inf, float(most)

    def _solve(
        self, objectives: Sequence[dict[int, float]], other_than: Iterable[Sequence[Run]]
    ) -> list[Run] | None:
        """Optimise each objective in turn without losing the ones before; None if impossible."""
        if not self._runs:
            return None
        rows = [*self._rows, *(self._unlike(chosen) for chosen in other_than)]
        values = None
        for objective in objectives:
            solved = self._optimum(objective, rows)
            if solved is None:
                break
            values = solved
            best = sum(weight * values[i] for i, weight in objective.items())
            rows.append((objective, -np.inf, best + _SLACK * max(1.0, abs(best))))
        if values is None:
            return None
        chosen = [run for i, run in enumerate(self._runs) if values[i] > 0.5]
        return sorted(chosen, key=lambda run: (run.starts, run.program.id))

    def _unlike(self, chosen: Sequence[Run]) -> _Row:
        """At least one of the programs of an earlier choice is left out."""
        programs = {run.program.id for run in chosen}
        row = {i: 1.0 for i, run in enumerate(self._runs) if run.program.id in programs}
        return row, -np.inf, len(programs) - 1

    def _optimum(self, objective: dict[int, float], rows: Sequence[_Row]) -> list[float] | None:
        width = len(self._runs) + 2
        cost = np.zeros(width)
        for i, weight in objective.items():
            cost[i] = weight
        entries = [(r, c, v) for r, (row, _, _) in enumerate(rows) for c, v in row.items()]
        at, columns, numbers = zip(*entries, strict=True) if entries else ((), (), ())
        matrix = csr_array((numbers, (at, columns)), shape=(len(rows), width))
        limits = LinearConstraint(
            matrix, np.array([low for _, low, _ in rows]), np.array([high for _, _, high in rows])
        )
        integral = np.array([1] * len(self._runs) + [0, 0])
        upper = np.array([1.0] * len(self._runs) + [np.inf, np.inf])
        result = milp(
            cost,
            constraints=limits,
            integrality=integral,
            bounds=Bounds(np.zeros(width), upper),
            options={"time_limit": _SECONDS},
        )
        return None if result.x is None else [float(value) for value in result.x]
