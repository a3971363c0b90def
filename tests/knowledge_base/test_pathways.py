"""Plans toward a goal: what fits, in which order, at what cost, and what to relax."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_base.catalog import readers
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.model import Cost, Join, Offering, Program, Requirement, Span, Validity
from knowledge_base.pathway.plan import Goal, Limits, Stack, Student
from knowledge_base.pathway.prerequisites import clauses
from knowledge_base.pathway.runs import cost_of
from knowledge_base.pathways import award_size, plan

SAMPLE = Path(__file__).parents[2] / "knowledge_base" / "sample"
DAY = date(2026, 11, 22)
CYBER = "Certificate in Cybersecurity Operations"


@pytest.fixture(scope="module")
def catalog() -> list[Program]:
    mapping = Mapping.load(SAMPLE / "programs.toml")
    items = readers()["csv"].read(SAMPLE / "programs.csv", mapping)
    return [item for item in items if isinstance(item, Program)]


def made(
    name: str, starts: Sequence[int], weeks: int = 4, hours: int = 10, cost: int = 100,
    needs: str = "", **facts: object,
) -> Program:  # fmt: skip
    """A program whose runs start so many weeks after the day."""
    return replace(
        Program(
            id=name,
            title=name,
            costs=(Cost("tuition", Decimal(cost)),),
            duration=Span(Decimal(weeks), Decimal(weeks), "weeks"),
            effort=Span(Decimal(hours), Decimal(hours), "hours per week"),
            offerings=tuple(Offering(DAY + timedelta(weeks=week)) for week in starts),
            prerequisites=needs,
            credits=Decimal(3),
        ),
        **facts,  # type: ignore[arg-type]
    )


def ids(stack: Stack) -> list[str]:
    return [run.program.id for run in stack.runs]


def check_stack(
    stack: Stack, programs: Sequence[Program], student: Student, limits: Limits
) -> None:
    """Whatever a plan says, it keeps prerequisites, hours, budget and dates."""
    known = {p.id for p in programs}
    for run in stack.runs:
        assert run.starts >= (limits.begin or DAY)
        assert limits.finish is None or run.ends <= limits.finish
        assert run.offering.apply_by is None or run.offering.apply_by >= DAY
        assert run.program.id not in student.credentials
        done = {other.program.id for other in stack.runs if other.ends < run.starts}
        for clause in clauses(run.program, known):
            excused = clause.otherwise and run.program.id in student.meets
            if clause.programs and not excused:
                assert set(clause.programs) & (done | set(student.credentials))
    assert len(ids(stack)) == len(set(ids(stack)))
    first = min(run.starts for run in stack.runs)
    last = max(run.ends for run in stack.runs)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        busy = sum(run.hours for run in stack.runs if run.starts <= day <= run.ends)
        assert busy <= stack.peak_hours
        assert limits.hours_per_week is None or busy <= limits.hours_per_week
    assert stack.cost == sum(run.cost for run in stack.runs)
    assert limits.budget is None or stack.cost <= limits.budget


def test_a_certificate_is_built_in_order(catalog: list[Program]) -> None:
    """All of its programs, each after what it needs, with credits and money added up."""
    student, limits = Student(), Limits(hours_per_week=Decimal(45))
    found = plan(catalog, Goal(award=CYBER), student, limits, DAY)
    assert len(found.stacks) >= 1
    for stack in found.stacks:
        check_stack(stack, catalog, student, limits)
        assert set(ids(stack)) == {"MHC-CY101", "MHC-CY110", "MHC-NT105"}
        assert (stack.credits, stack.cost) == (18, 570 + 1805 + 1215)
        assert "18 of 18 credits" in " ".join(stack.working)
        assert "security analyst" in stack.leads_to


def test_too_few_hours_say_how_many_would_do(catalog: list[Program]) -> None:
    """Nothing fits, and the limit that stands in the way is named with what would fit."""
    limits = Limits(hours_per_week=Decimal(20))
    found = plan(catalog, Goal(award=CYBER), Student(), limits, DAY)
    assert found.stacks == ()
    words = {r.limit: r.words for r in found.relax}
    assert "26 hours" in words["hours_per_week"]
    assert "9 of 18" in words["goal"]
    wider = replace(limits, hours_per_week=Decimal(26))
    assert plan(catalog, Goal(award=CYBER), Student(), wider, DAY).stacks


def test_too_small_a_budget_says_how_much_would_do(catalog: list[Program]) -> None:
    """The budget that it names is enough, and a dollar less is not."""
    goal = Goal(occupation="web developer")
    found = plan(catalog, goal, Student(), Limits(budget=Decimal(2000)), DAY)
    assert [r.words for r in found.relax] == ["with a budget of $2,280 it would fit"]
    assert plan(catalog, goal, Student(), Limits(budget=Decimal(2280)), DAY).stacks
    assert not plan(catalog, goal, Student(), Limits(budget=Decimal(2279)), DAY).stacks


def test_several_limits_that_are_too_tight_are_told_together(catalog: list[Program]) -> None:
    """When no single limit is enough to relax, the plan says what the goal takes in all."""
    limits = Limits(hours_per_week=Decimal(5), budget=Decimal(100))
    found = plan(catalog, Goal(occupation="web developer"), Student(), limits, DAY)
    assert [r.limit for r in found.relax] == ["several"]
    assert "$2,280" in found.relax[0].words


def test_an_unknown_goal_says_that_nothing_leads_there(catalog: list[Program]) -> None:
    """No program for an occupation is said so, and nothing is made up."""
    found = plan(catalog, Goal(occupation="astronaut"), Student(), Limits(), DAY)
    assert found.stacks == ()
    assert found.notes == ("no program in the catalog leads to astronaut",)


def test_what_is_held_is_not_taken_again(catalog: list[Program]) -> None:
    """A held program meets prerequisites, counts its credits once, and is not planned."""
    student = Student(credentials=("MHC-DA101",))
    found = plan(
        catalog, Goal(award="Certificate in Applied Data Analytics"), student, Limits(), DAY
    )
    for stack in found.stacks:
        check_stack(stack, catalog, student, Limits())
        assert set(ids(stack)) == {"MHC-DA120", "MHC-DA205"}
        assert stack.credits == 13
        assert any("5 credits" in note and "remain" in note for note in stack.notes)


def test_a_placement_that_is_met_saves_the_program_before(catalog: list[Program]) -> None:
    """Without the placement task the preparing program comes first, with it the plan is shorter."""
    goal = Goal(program="MHC-DA101")
    without = plan(catalog, goal, Student(), Limits(), DAY).stacks[0]
    with_it = plan(catalog, goal, Student(meets=("MHC-DA101",)), Limits(), DAY).stacks[0]
    assert ids(without) == ["MHC-DA090", "MHC-DA101"]
    assert ids(with_it) == ["MHC-DA101"]
    assert any("placement task" in note for note in with_it.notes)


def test_two_ways_when_the_cheapest_is_not_the_soonest() -> None:
    """The slow cheap way and the quick dear one are both given."""
    programs = [
        made("cheap", [20], cost=50, occupations=("welder",)),
        made("quick", [2], cost=500, occupations=("welder",)),
    ]
    found = plan(programs, Goal(occupation="welder"), Student(), Limits(), DAY)
    assert [(s.label, ids(s)) for s in found.stacks] == [
        ("cheapest", ["cheap"]),
        ("soonest", ["quick"]),
    ]


def test_skills_that_are_held_are_not_learned_again() -> None:
    """Only the missing skills decide what is planned."""
    programs = [made("a", [1], skills=("sql",)), made("b", [1], skills=("python",))]
    goal = Goal(skills=("SQL", "Python"))
    assert sorted(ids(plan(programs, goal, Student(), Limits(), DAY).stacks[0])) == ["a", "b"]
    held = plan(programs, goal, Student(skills=("sql",)), Limits(), DAY)
    assert ids(held.stacks[0]) == ["b"]
    both = plan(programs, goal, Student(skills=("sql", "python")), Limits(), DAY)
    assert both.stacks == ()
    assert "already" in both.notes[0]


def test_deadlines_and_dates_that_are_past_are_not_planned() -> None:
    """A run that began, whose deadline has passed, or whose program has ended is not offered."""
    gone = made("gone", [1], occupations=("welder",), validity=Validity(None, DAY - timedelta(1)))
    late = replace(
        made("late", [1], occupations=("welder",)),
        offerings=(Offering(DAY + timedelta(7), apply_by=DAY - timedelta(1)),),
    )
    begun = made("begun", [-1], occupations=("welder",))
    assert not plan([late, begun], Goal(occupation="welder"), Student(), Limits(), DAY).stacks
    none = plan([gone], Goal(occupation="welder"), Student(), Limits(), DAY)
    assert none.notes == ("no program in the catalog leads to welder",)


def test_an_unknown_cost_is_not_taken_for_nothing() -> None:
    """With a budget such a program is left out and named; without, the sum says what it lacks."""
    unpriced = made("a", [1], occupations=("welder",), costs=())
    goal = Goal(occupation="welder")
    strict = plan([unpriced], goal, Student(), Limits(budget=Decimal(9000)), DAY)
    assert not strict.stacks
    assert any("cost is not known" in note for note in strict.notes)
    free = plan([unpriced], goal, Student(), Limits(), DAY).stacks[0]
    assert any("not in the sum" in note for note in free.notes)


def test_amounts_by_residence_are_not_added_up() -> None:
    """One amount a purpose: the student's own, or without it the highest."""
    program = made("a", [1], costs=(
        Cost("tuition", Decimal(100), residency="in-state"),
        Cost("tuition", Decimal(300), residency="out-of-state"),
        Cost("materials fee", Decimal(20)),
    ))  # fmt: skip
    assert cost_of(program, DAY, "in-state") == 120
    assert cost_of(program, DAY, "out-of-state") == 320


def test_requirement_trees_are_read() -> None:
    """All of, any of, and conditions in words become clauses that must each be met."""
    tree = Requirement(join=Join.ALL, parts=(
        Requirement(join=Join.ANY, parts=(Requirement(program="a"), Requirement(program="b"))),
        Requirement(join=Join.ANY, parts=(Requirement(program="c"), Requirement(text="a test"))),
        Requirement(text="age 18"),
    ))  # fmt: skip
    found = clauses(made("x", [1], requirement=tree), set())
    assert [(c.programs, c.otherwise) for c in found] == [
        (("a", "b"), False),
        (("c",), True),
        ((), True),
    ]


def test_prerequisites_in_words_are_read(catalog: list[Program]) -> None:
    """Programs by code: alternatives, other ways in, and what is only recommended."""
    known = {p.id for p in catalog}
    by_id = {p.id: p for p in catalog}

    def read(program: str) -> list[tuple[tuple[str, ...], bool]]:
        return [(c.programs, c.otherwise) for c in clauses(by_id[program], known) if c.programs]

    assert read("MHC-DA205") == [(("MHC-DA101", "MHC-DA120"), False)]
    assert read("MHC-CY110") == [(("MHC-CY101",), True)]
    assert read("MHC-EC130") == [(("MHC-EC101",), False)]
    assert read("MHC-GE120") == []
    both = made("x", [1], needs="MHC-DA101 and MHC-DA120 with a grade of C or better.")
    assert [c.programs for c in clauses(both, known)] == [("MHC-DA101",), ("MHC-DA120",)]


def test_the_size_of_an_award_is_read_from_its_terms(catalog: list[Program]) -> None:
    """As the catalog says it; unknown when it does not."""
    assert award_size(CYBER, catalog) == 18
    assert award_size("Certificate in Juggling", catalog) is None


_PROGRAMS = st.lists(
    st.tuples(
        st.lists(st.integers(1, 30), min_size=1, max_size=2, unique=True),
        st.integers(1, 10),
        st.integers(1, 30),
        st.integers(0, 900),
        st.lists(st.integers(0, 4), max_size=2),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)
_LIMITS = st.builds(
    Limits,
    hours_per_week=st.none() | st.integers(5, 50).map(Decimal),
    budget=st.none() | st.integers(0, 2000).map(Decimal),
    finish=st.none() | st.integers(10, 200).map(lambda days: DAY + timedelta(days=days)),
)


@settings(max_examples=60, deadline=None)
@given(_PROGRAMS, _LIMITS)
def test_no_plan_breaks_a_limit_and_none_is_overlooked(
    drawn: list[tuple[list[int], int, int, int, list[int], bool]], limits: Limits
) -> None:
    """Against every choice of runs, tried one by one: within limits, and cheapest and soonest."""
    programs = [
        made(
            f"p-{n}", starts, weeks, hours, cost,
            " or ".join(f"p-{m}" for m in sorted(set(before)) if m < n and m < len(drawn)),
            occupations=("welder",) if last or n == len(drawn) - 1 else (),
        )
        for n, (starts, weeks, hours, cost, before, last) in enumerate(drawn)
    ]  # fmt: skip
    found = plan(programs, Goal(occupation="welder"), Student(), limits, DAY)
    for stack in found.stacks:
        check_stack(stack, programs, Student(), limits)
    possible = list(_every_choice(programs, limits))
    assert bool(found.stacks) == bool(possible)
    if possible:
        assert min(s.cost for s in found.stacks) == min(cost for cost, _ in possible)
        ends = [max(run.ends for run in s.runs) for s in found.stacks]
        assert min(ends) == min(end for _, end in possible)


def _every_choice(programs: list[Program], limits: Limits) -> list[tuple[Decimal, date]]:
    """Cost and end of every choice of runs that reaches the goal within the limits."""
    known = {p.id for p in programs}
    choices = [
        [None, *((p, o.starts, o.starts + timedelta(weeks=int(p.duration.high), days=-1))
                 for o in p.offerings if o.starts and p.duration)]
        for p in programs
    ]  # fmt: skip
    found = []
    for picked in product(*choices):
        runs = [run for run in picked if run]
        if not any("welder" in p.occupations for p, _, _ in runs):
            continue
        cost = sum((p.costs[0].amount for p, _, _ in runs), Decimal(0))
        end = max(ends for _, _, ends in runs)
        fits = (limits.budget is None or cost <= limits.budget) and (
            limits.finish is None or end <= limits.finish
        )
        for p, starts, _ in runs:
            busy = sum(q.effort.high for q, s, e in runs if q.effort and s <= starts <= e)
            fits &= limits.hours_per_week is None or busy <= limits.hours_per_week
            done = {q.id for q, _, e in runs if e < starts}
            fits &= all(set(c.programs) & done for c in clauses(p, known) if c.programs)
        if fits:
            found.append((cost, end))
    return found
