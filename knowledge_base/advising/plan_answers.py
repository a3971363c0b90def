"""What a student has answered to the questions of a plan, between slots and the planner's terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from knowledge_base.advising.plan_details import ANY, BUDGET, DELIVERY, FINISH, HOURS, START
from knowledge_base.pathway.plan import Goal, Limits, Student
from knowledge_base.program_page import day, money

GOAL, HAVE, UNCLEAR = "plan_goal", "plan_have", "plan_unclear"
SLOTS = (GOAL, HAVE, HOURS, BUDGET, START, FINISH, DELIVERY, UNCLEAR)
"""The slots of `bot/domain/plan.yml`."""


@dataclass(frozen=True, slots=True)
class PlanAnswers:
    """The answers so far. A limit that is left open is None, as one that was not asked for yet."""

    goal: Goal
    student: Student
    limits: Limits
    unmatched: str = ""
    """What a student has that the catalog does not know, in their own words."""

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Self:
        """From what `taken_in` gave. Raises KeyError without a goal."""
        goal, have = slots[GOAL], slots.get(HAVE) or {}
        return cls(
            Goal(
                award=goal.get("award", ""),
                occupation=goal.get("occupation", ""),
                skills=tuple(goal.get("skills", ())),
                program=goal.get("program", ""),
            ),
            Student(tuple(have.get("skills", ())), tuple(have.get("credentials", ()))),
            Limits(
                hours_per_week=_number(slots.get(HOURS)),
                budget=_number(slots.get(BUDGET)),
                begin=_date(slots.get(START)),
                finish=_date(slots.get(FINISH)),
                delivery=() if _is_open(slots.get(DELIVERY)) else tuple(slots[DELIVERY]),
            ),
            have.get("unmatched", ""),
        )

    def goal_words(self, titles: Mapping[str, str]) -> str:
        """The goal as a phrase that follows "to": `become a data analyst`."""
        goal = self.goal
        if goal.occupation:
            article = "an" if goal.occupation[0].casefold() in "aeiou" else "a"
            return f"work as {article} **{goal.occupation}**"
        if goal.award:
            return f"earn the **{goal.award}**"
        if goal.program:
            return f"complete **{titles.get(goal.program, goal.program)}**"
        return f"learn **{' and '.join(goal.skills)}**"

    def conditions(self, titles: Mapping[str, str]) -> str:
        """What the plan stays within, and what is held already, in one line."""
        limits = self.limits
        held = [titles.get(i, i) for i in self.student.credentials] + list(self.student.skills)
        said = [
            f"at most {limits.hours_per_week:f} hours a week"
            if limits.hours_per_week is not None
            else "any number of hours",
            f"at most {money(limits.budget)}" if limits.budget is not None else "any cost",
            f"from {day(limits.begin)} on" if limits.begin else "starting as soon as possible",
            *([f"finished by {day(limits.finish)}"] if limits.finish else []),
            " or ".join(limits.delivery) if limits.delivery else "any format",
            *([f"you have {', '.join(held)}"] if held else []),
        ]
        return " · ".join(said)


def _is_open(value: Any) -> bool:
    return value is None or value == ANY


def _number(value: Any) -> Decimal | None:
    return None if _is_open(value) else Decimal(value)


def _date(value: Any) -> date | None:
    return None if _is_open(value) else date.fromisoformat(value)
