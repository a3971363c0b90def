"""Plans stacks of programs toward a goal, within hours, money and dates, with the working."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from knowledge_base.model import Program
from knowledge_base.pathway.plan import Goal, Limits, Plan, Relaxation, Stack, Student
from knowledge_base.pathway.prerequisites import Clause, clauses
from knowledge_base.pathway.runs import among, cost_of, runs_within
from knowledge_base.pathway.schedule import Caps, Needs, Run, Schedule
from knowledge_base.program_page import money
from knowledge_base.terms import term
from languages.speech import say, say_day


@dataclass(frozen=True, slots=True)
class _Task:
    programs: tuple[Program, ...]
    goal: Goal
    student: Student
    day: date
    needs: Needs
    before: dict[str, tuple[Clause, ...]]


def plan(
    programs: Sequence[Program], goal: Goal, student: Student, limits: Limits, day: date
) -> Plan:
    """The cheapest and the soonest stack that reach the goal within the limits.

    When both are the same, the second is the cheapest that leaves out one of its programs. Only
    programs in force and runs that can still be applied for on `day` are used. A prerequisite
    counts as met by a program that is held or that has ended earlier in the plan, or by `meets`.
    """
    current = tuple(p for p in programs if p.validity.holds_on(day))
    needs, missing = _needs(current, goal, student)
    if missing:
        return Plan(day, notes=missing)
    if not needs.groups and needs.credits <= 0:
        return Plan(day, notes=(say("what you hold already reaches the goal"),))
    before = _before(current, student)
    leading = _leading(needs, before)
    useful = tuple(program for program in current if program.id in leading)
    task = _Task(useful, goal, student, day, needs, before)
    schedule, notes = _schedule(task, limits)
    cheapest = schedule.cheapest()
    if cheapest is None:
        relax = tuple(_relaxations(task, limits)) or tuple(_all_relaxed(task))
        return Plan(day, relax=relax, notes=(nothing_fits(), *notes))
    soonest = schedule.soonest()
    found = [("cheapest", cheapest)]
    if soonest is not None and _names(soonest) != _names(cheapest):
        found.append(("soonest", soonest))
    else:
        found[0] = ("cheapest and soonest", cheapest)
        if soonest is not None and soonest[-1].ends < max(run.ends for run in cheapest):
            found = [("cheapest", cheapest), ("soonest", soonest)]
        elif (other := schedule.cheapest([cheapest])) is not None:
            found.append(("another way", other))
    return Plan(day, tuple(_stack(task, label, runs) for label, runs in found), notes=notes)


def nothing_fits() -> str:
    """What a plan notes beside the limits that stand in the way."""
    return say("nothing fits")


def _names(runs: Iterable[Run]) -> set[tuple[str, date]]:
    return {(run.program.id, run.starts) for run in runs}


def _needs(
    programs: Sequence[Program], goal: Goal, student: Student
) -> tuple[Needs, tuple[str, ...]]:
    """What runs must still reach, or why no program of the catalog leads there."""
    held = [p for p in programs if p.id in student.credentials]
    groups: list[frozenset[str]] = []
    missing: list[str] = []

    def ask(words: str, members: Iterable[str]) -> None:
        ids = frozenset(members)
        if not ids:
            missing.append(words)
        elif not ids & set(student.credentials):
            groups.append(ids)

    if goal.program:
        ask(
            say("no program in the catalog is {name}", name=goal.program),
            (p.id for p in programs if goal.program in {p.id, p.code}),
        )
    if goal.occupation:
        leading = (p.id for p in programs if among(goal.occupation, p.occupations))
        ask(say("no program in the catalog leads to {name}", name=goal.occupation), leading)
    for skill in goal.skills:
        if not among(skill, student.skills):
            ask(
                say("no program in the catalog teaches {name}", name=skill),
                (p.id for p in programs if among(skill, p.skills)),
            )
    credits: dict[str, Decimal] = {}
    needed = Decimal(0)
    if goal.award:
        for program in programs:
            if among(goal.award, program.stacks_into) and program.credits:
                credits[program.id] = program.credits
        if not credits:
            missing.append(say("no program in the catalog counts toward {name}", name=goal.award))
        brought = sum((credits.get(p.id, Decimal(0)) for p in held), student.transfer_credits)
        open_ = sum((c for i, c in credits.items() if i not in student.credentials), Decimal(0))
        size = award_size(goal.award, programs)
        needed = open_ if size is None else min(open_, max(size - brought, Decimal(0)))
    return Needs(tuple(groups), needed, credits), tuple(missing)


def award_size(award: str, programs: Iterable[Program]) -> Decimal | None:
    """Credits of an award, as `Certificate in X (18 credits)` in stacking terms says it."""
    pattern = re.compile(rf"{re.escape(award)}\s*\((\d+(?:\.\d+)?) credits\)", re.I)
    for program in programs:
        match = pattern.search(program.stacking_terms)
        if match:
            return Decimal(match.group(1))
    return None


def _before(programs: Sequence[Program], student: Student) -> dict[str, tuple[Clause, ...]]:
    """Per program: the clauses that name programs and are not met by what the student brings."""
    codes = {name: p.id for p in programs for name in (p.id, p.code) if name}
    found = {}
    for program in programs:
        open_ = []
        for clause in clauses(program, codes):
            ids = tuple(codes.get(i, i) for i in clause.programs)
            met = set(ids) & set(student.credentials)
            if ids and not met and not (clause.otherwise and program.id in student.meets):
                open_.append(replace(clause, programs=ids))
        found[program.id] = tuple(open_)
    return found


def _leading(needs: Needs, before: Mapping[str, Sequence[Clause]]) -> set[str]:
    """Ids of programs that reach the goal, and of all that may have to come before those."""
    found: set[str] = set()
    waiting = {i for group in needs.groups for i in group} | set(needs.award_credits)
    while waiting:
        found |= waiting
        earlier = {j for i in waiting for clause in before.get(i, ()) for j in clause.programs}
        waiting = earlier - found
    return found


def _schedule(
    task: _Task, limits: Limits, *, award: bool = True
) -> tuple[Schedule, tuple[str, ...]]:
    runs, notes = runs_within(task.programs, task.student, limits, task.day)
    needs = task.needs if award else replace(task.needs, credits=Decimal(0))
    caps = Caps(limits.hours_per_week, limits.budget)
    return Schedule(runs, task.before, needs, caps), notes


def _stack(task: _Task, label: str, runs: Sequence[Run]) -> Stack:
    cost = sum((run.cost for run in runs), Decimal(0))
    first, last = min(run.starts for run in runs), max(run.ends for run in runs)
    weeks = ((last - first).days + 7) // 7
    peak = max(
        sum((r.hours for r in runs if r.starts <= run.starts <= r.ends), Decimal(0)) for run in runs
    )
    counted = task.needs.award_credits
    gained = sum((counted.get(run.program.id, Decimal(0)) for run in runs), Decimal(0))
    brought = sum((counted.get(i, Decimal(0)) for i in set(task.student.credentials)), Decimal(0))
    credits = gained + brought + task.student.transfer_credits if task.goal.award else Decimal(0)
    currency = next((c.currency for run in runs for c in run.program.costs), "USD")
    amounts = " + ".join(money(run.cost, currency) for run in runs)
    working = [
        say(
            "{amounts} = {total}: what the catalog lists, before other fees",
            amounts=amounts,
            total=money(cost, currency),
        ),
        say(
            "{first} to {last} = {weeks} weeks",
            first=say_day(first),
            last=say_day(last),
            weeks=weeks,
        ),
        say("at most {hours} hours in a week", hours=f"{peak.normalize():f}"),
    ]
    size = award_size(task.goal.award, task.programs) if task.goal.award else None
    if task.goal.award:
        working.append(_credits(gained, credits, size))
    leads = dict.fromkeys(
        x for run in runs for x in (*run.program.stacks_into, *run.program.occupations)
    )
    notes = tuple(_notes(task, runs, size, credits))
    return Stack(
        label, tuple(runs), cost, weeks, peak, credits, tuple(working), tuple(leads), notes
    )


def _credits(gained: Decimal, credits: Decimal, size: Decimal | None) -> str:
    """How the credits toward an award come together; `size` are those of the award."""
    shown = {
        "gained": f"{gained.normalize():f}",
        "held": f"{(credits - gained).normalize():f}",
        "credits": f"{credits.normalize():f}",
    }
    if size is None:
        return say(
            "{gained} from this plan + {held} held = {credits} credits; each program counted once",
            **shown,
        )
    return say(
        "{gained} from this plan + {held} held = {credits} of {size} credits; "
        "each program counted once",
        size=f"{size.normalize():f}",
        **shown,
    )


def _notes(
    task: _Task, runs: Sequence[Run], size: Decimal | None, credits: Decimal
) -> Iterable[str]:
    ids = {p.id for p in task.programs} | {p.code for p in task.programs}
    for run in runs:
        if cost_of(run.program, task.day, task.student.residence) is None:
            yield say("{title}: its cost is not known and not in the sum", title=run.program.title)
        for clause in clauses(run.program, ids):
            yield say(
                "{title} asks for: {condition}", title=run.program.title, condition=clause.text
            )
    if size is not None and credits < size:
        yield say(
            "{credits} credits of {award} remain, which other courses give",
            credits=f"{(size - credits).normalize():f}",
            award=task.goal.award,
        )


def _relaxations(task: _Task, limits: Limits) -> Iterable[Relaxation]:
    """Each limit that alone keeps the goal out of reach, with what it would have to be."""
    if limits.budget is not None:
        runs = _schedule(task, replace(limits, budget=None))[0].cheapest()
        if runs:
            needed = sum((run.cost for run in runs), Decimal(0))
            yield _relaxed("budget", say("with a budget of {amount}", amount=money(needed)))
    if limits.hours_per_week is not None:
        runs = _schedule(task, replace(limits, hours_per_week=None))[0].lightest()
        if runs:
            peak = f"{_stack(task, '', runs).peak_hours.normalize():f}"
            yield _relaxed("hours_per_week", say("with {hours} hours a week", hours=peak))
    if limits.finish is not None:
        runs = _schedule(task, replace(limits, finish=None))[0].soonest()
        if runs:
            last = max(run.ends for run in runs)
            yield _relaxed("finish", say("with an end on {day}", day=say_day(last)))
    if limits.begin is not None:
        runs = _schedule(task, replace(limits, begin=None))[0].soonest()
        if runs:
            first = say_day(runs[0].starts)
            yield _relaxed("begin", say("with a start on {day}", day=first))
    if limits.delivery:
        runs = _schedule(task, replace(limits, delivery=()))[0].cheapest()
        if runs:
            kinds = dict.fromkeys(term(d) for run in runs for d in run.program.delivery)
            yield _relaxed("delivery", say("with {delivery}", delivery=", ".join(kinds)))
    if task.needs.credits > 0:
        runs = _schedule(task, limits, award=False)[0].fullest()
        counted = task.needs.award_credits
        most = sum((counted.get(r.program.id, Decimal(0)) for r in runs or ()), Decimal(0))
        if most:
            yield Relaxation(
                "goal",
                say(
                    "within your limits {most} of {credits} credits toward {award} can be earned",
                    most=f"{most.normalize():f}",
                    credits=f"{task.needs.credits.normalize():f}",
                    award=task.goal.award,
                ),
            )


def _relaxed(limit: str, change: str) -> Relaxation:
    return Relaxation(limit, say("{change} it would fit", change=change), change)


def _all_relaxed(task: _Task) -> Iterable[Relaxation]:
    """What the soonest way would take without any limit, where no single limit is enough."""
    runs = _schedule(task, Limits())[0].soonest()
    if runs:
        stack = _stack(task, "", runs)
        yield Relaxation(
            "several",
            say(
                "no single limit is enough; the soonest way takes {amount}, "
                "{hours} hours a week, from {first} to {last}",
                amount=money(stack.cost),
                hours=f"{stack.peak_hours.normalize():f}",
                first=say_day(runs[0].starts),
                last=say_day(max(run.ends for run in runs)),
            ),
        )
