"""The nouns of planning: what a student wants, brings and can afford, and the ways to get there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from knowledge_base.pathway.schedule import Run


@dataclass(frozen=True, slots=True)
class Goal:
    """What a student wants; several together must all be reached. Names as the catalog has them."""

    award: str = ""
    occupation: str = ""
    skills: tuple[str, ...] = ()
    program: str = ""


@dataclass(frozen=True, slots=True)
class Student:
    """What a student brings. ``credentials`` are ids of completed programs.

    ``meets`` are ids of programs whose other condition, such as a placement task, is met.
    ``residence`` picks among amounts that hold for some students only.
    """

    skills: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    transfer_credits: Decimal = Decimal(0)
    residence: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan must stay within; None and empty mean no limit. Hours are per week."""

    hours_per_week: Decimal | None = None
    budget: Decimal | None = None
    begin: date | None = None
    finish: date | None = None
    delivery: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stack:
    """One way to the goal: runs in order, what they cost and take, and what they lead to."""

    label: str
    runs: tuple[Run, ...]
    cost: Decimal
    weeks: int
    peak_hours: Decimal
    credits: Decimal
    """Toward the award, with what is held already; 0 without an award."""
    working: tuple[str, ...]
    leads_to: tuple[str, ...]
    notes: tuple[str, ...]

    def to_wire(self) -> dict[str, Any]:
        """One JSON object; dates are ISO 8601, amounts numbers."""
        return {
            "label": self.label,
            "runs": [
                {
                    "program": run.program.id,
                    "title": run.program.title,
                    "starts": run.starts.isoformat(),
                    "ends": run.ends.isoformat(),
                    "hours_per_week": float(run.hours),
                    "cost": float(run.cost),
                }
                for run in self.runs
            ],
            "cost": float(self.cost),
            "weeks": self.weeks,
            "peak_hours": float(self.peak_hours),
            "credits": float(self.credits),
            "working": list(self.working),
            "leads_to": list(self.leads_to),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A limit that stands in the way alone, and what it would have to be."""

    limit: str
    words: str
    change: str = ""
    """The part of the words that says how to plan instead: `with a budget of $1,200`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Up to two stacks; or none, with the limits to relax, or why nothing leads to the goal."""

    as_of: date
    stacks: tuple[Stack, ...] = ()
    relax: tuple[Relaxation, ...] = ()
    notes: tuple[str, ...] = ()

    def to_wire(self) -> dict[str, Any]:
        """One JSON object."""
        return {
            "as_of": self.as_of.isoformat(),
            "stacks": [stack.to_wire() for stack in self.stacks],
            "relax": [{"limit": r.limit, "words": r.words} for r in self.relax],
            "notes": list(self.notes),
        }
