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
from knowledge_base.terms import term
from languages.speech import ENGLISH, say, say_day, speaking

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
        if goal.occupation and goal.occupation[0].casefold() in "aeiou":
            return say("work as an **{occupation}**", occupation=goal.occupation)
        if goal.occupation:
            return say("work as a **{occupation}**", occupation=goal.occupation)
        if goal.award:
            return say("earn the **{award}**", award=goal.award)
        if goal.program:
            return say("complete **{title}**", title=titles.get(goal.program, goal.program))
        return say("learn **{skills}**", skills=say(" and ").join(goal.skills))

    def conditions(self, titles: Mapping[str, str]) -> str:
        """What the plan stays within, and what is held already, in one line."""
        limits = self.limits
        held = [titles.get(i, i) for i in self.student.credentials] + list(self.student.skills)
        said = [
            say("at most {hours} hours a week", hours=f"{limits.hours_per_week:f}")
            if limits.hours_per_week is not None
            else say("any number of hours"),
            say("at most {amount}", amount=money(limits.budget))
            if limits.budget is not None
            else say("any cost"),
            say("from {day} on", day=say_day(limits.begin))
            if limits.begin
            else say("starting as soon as possible"),
            *([say("finished by {day}", day=say_day(limits.finish))] if limits.finish else []),
            say(" or ").join(map(term, limits.delivery)) if limits.delivery else say("any format"),
            *([say("you have {things}", things=", ".join(held))] if held else []),
        ]
        return " · ".join(said)

    def sentence(self, titles: Mapping[str, str]) -> str:
        """A sentence that asks for the same plan in any conversation; in English, as it is read."""
        goal, limits, held = self.goal, self.limits, self.student
        wanted = goal.occupation or goal.award or titles.get(goal.program, goal.program)
        names = [titles.get(i, i) for i in held.credentials] + list(held.skills)
        with speaking(ENGLISH):
            said = [
                f"Plan a path to {wanted or ' and '.join(goal.skills)}",
                f"I have {' and '.join(names)}" if names else "I have nothing yet",
                *([f"{limits.hours_per_week:f} hours a week"] if limits.hours_per_week else []),
                *([f"at most {money(limits.budget)}"] if limits.budget is not None else []),
                *([f"starting on {day(limits.begin)}"] if limits.begin else []),
                *([f"finished by {day(limits.finish)}"] if limits.finish else []),
                *([" or ".join(limits.delivery)] if limits.delivery else []),
                "else without limits",
            ]
        return ", ".join(said)


def _is_open(value: Any) -> bool:
    return value is None or value == ANY


def _number(value: Any) -> Decimal | None:
    return None if _is_open(value) else Decimal(value)


def _date(value: Any) -> date | None:
    return None if _is_open(value) else date.fromisoformat(value)
