"""Says a plan: each stack as a table with its working, what it leads to, and what would fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge_base.advising.plan_answers import PlanAnswers
from knowledge_base.model import AnswerKind, Program, Topic, UsedFact, plain
from knowledge_base.pathway.plan import Plan, Stack
from knowledge_base.pathway.schedule import Run
from knowledge_base.program_page import day, money
from knowledge_base.typed.costing import cost_facts, cost_words, prices
from knowledge_base.typed.draft import Catalog, Draft, Telling
from languages.lists import joined

_LABELS = {
    "cheapest": "The cheapest way",
    "soonest": "The soonest way",
    "cheapest and soonest": "The cheapest way, and the soonest",
    "another way": "Another way",
}
_HEAD = "| Program | Apply by | Starts | Ends | Hours a week | Cost |\n|---|---|---|---|---|---|"
_NO_PROMISE = (
    "*A plan from what the catalog lists today: admission, seats and dates are the institution's "
    "to confirm.*"
)
_NOTHING_FITS = "nothing fits"
"""What a plan notes beside the limits that stand in the way."""
_MOST_NOTES = 5
_AGAIN = (
    Topic("Other hours", "Plan it with other hours"),
    Topic("Other budget", "Plan it with another budget"),
    Topic("Other start", "Plan it with another start"),
    Topic("Other goal", "Plan it for another goal"),
)
"""Each leads back into the plan's questions."""


def plan_draft(plan: Plan, answers: PlanAnswers, catalog: Catalog) -> Draft:
    """The plan with the pages that state it; or what stands in the way."""
    goal = answers.goal_words(catalog.titles)
    own = [f"Your answers: {answers.conditions(catalog.titles)}."]
    if answers.unmatched:
        own.append(
            f"No program or skill here goes by “{answers.unmatched}”, so it counts for nothing in "
            "this plan; it may still bring credit."
        )
    if not plan.stacks:
        return _nothing(plan, goal, own)
    programs = {run.program.id: run.program for stack in plan.stacks for run in stack.runs}
    telling = {i: Telling(program, at) for at, (i, program) in enumerate(programs.items(), 1)}
    ways = "are two ways" if len(plan.stacks) > 1 else "is a way"
    lines = [f"To {goal}, here {ways}, worked out for {day(plan.as_of)}.", *own]
    facts: list[UsedFact] = []
    for number, stack in enumerate(plan.stacks, 1):
        heading = _LABELS.get(stack.label, stack.label.capitalize())
        lines += [f"**{number}. {heading}**", *_stack(stack, telling, catalog.titles)]
        facts += _sums(stack, number if len(plan.stacks) > 1 else 0)
    lines += _left_out(plan)
    lines.append(_NO_PROMISE)
    for i, told in telling.items():
        for price in prices(programs[i], catalog.day):
            told.use(cost_words(price), *cost_facts(price))
    for run in dict.fromkeys(run for stack in plan.stacks for run in stack.runs):
        _state_days(run, telling[run.program.id])
    return Draft(
        AnswerKind.PLAN,
        "\n\n".join(lines),
        (*facts, *(fact for told in telling.values() for fact in told.facts)),
        {i: tuple(told.stated) for i, told in telling.items()},
        nearest=_AGAIN,
    )


def _stack(
    stack: Stack, telling: Mapping[str, Telling], titles: Mapping[str, str]
) -> Iterator[str]:
    rows = [_row(run, telling[run.program.id].number) for run in stack.runs]
    currency = _currency(stack.runs[0].program)
    total = (
        f"| **In all** | | | {stack.weeks} weeks | at most {stack.peak_hours.normalize():f} | "
        f"**{money(stack.cost, currency)}** |"
    )
    yield "\n".join([_HEAD, *rows, total])
    yield "\n".join(f"- {line}" for line in stack.working)
    yield from _leads_to(stack, titles)
    if stack.notes:
        yield "\n".join(["Mind:", *(f"- {note}" for note in stack.notes)])


def _row(run: Run, number: int) -> str:
    apply_by = run.offering.apply_by
    cells = [
        f"{run.program.title} [{number}]",
        day(apply_by) if apply_by else run.offering.apply_terms or "not stated",
        day(run.starts),
        day(run.ends) if run.offering.ends else f"about {day(run.ends)}",
        f"up to {run.hours.normalize():f}" if run.program.effort else "not stated",
        money(run.cost, _currency(run.program)) if run.program.costs else "not stated",
    ]
    return f"| {' | '.join(cells)} |"


def _leads_to(stack: Stack, titles: Mapping[str, str]) -> Iterator[str]:
    """The jobs of the last program first, then what the stack counts toward."""
    programs = [run.program for run in reversed(stack.runs)]
    jobs = dict.fromkeys(name for program in programs for name in program.occupations)
    into = dict.fromkeys(name for program in programs for name in program.stacks_into)
    part = {program.title for program in programs}
    further = dict.fromkeys(titles.get(name, name) for name in into)
    if jobs:
        yield f"Jobs it leads to: {', '.join(jobs)}."
    if rest := [name for name in further if name not in part]:
        yield f"Counts toward or goes on to: {', '.join(rest)}."


def _currency(program: Program) -> str:
    return next((cost.currency for cost in program.costs), "USD")


def _sums(stack: Stack, number: int) -> list[UsedFact]:
    way = f", way {number}" if number else ""
    sums = [
        UsedFact(f"cost of the plan{way}", plain(stack.cost), _currency(stack.runs[0].program)),
        UsedFact(f"weeks of the plan{way}", str(stack.weeks), "weeks"),
        UsedFact(f"busiest week{way}", plain(stack.peak_hours), "hours per week"),
    ]
    if stack.credits:
        sums.append(UsedFact(f"credits with the plan{way}", plain(stack.credits), "credits"))
    return sums


def _state_days(run: Run, told: Telling) -> None:
    days = [UsedFact("starts", run.starts.isoformat())]
    if run.offering.ends:
        days.append(UsedFact("ends", run.ends.isoformat()))
    if run.offering.apply_by:
        days.append(UsedFact("apply by", run.offering.apply_by.isoformat()))
    told.use([day(run.starts)], *days)


def _left_out(plan: Plan) -> Iterator[str]:
    notes = [note for note in plan.notes if note != _NOTHING_FITS]
    if notes:
        yield "\n".join(["Not known:", *(f"- {note}" for note in notes[:_MOST_NOTES])])


def _nothing(plan: Plan, goal: str, own: list[str]) -> Draft:
    """Why nothing fits or leads there, and which single change would help."""
    if not plan.relax:
        reasons = joined([note for note in plan.notes if note != _NOTHING_FITS][:_MOST_NOTES])
        why = reasons or "no run that can still be applied for leads there"
        lines = [f"I can't lay out a way to {goal}: {why}."]
        return Draft(AnswerKind.PLAN, "\n\n".join([*lines, *own]), nearest=_AGAIN[-1:])
    lines = [f"Nothing fits all of your answers, if you want to {goal}.", *own]
    lines.append("\n".join(["What would help:", *(f"- {r.words}" for r in plan.relax)]))
    lines += _left_out(plan)
    offers = [topic for relax in plan.relax if (topic := _offer(relax.limit, relax.words))]
    return Draft(AnswerKind.PLAN, "\n\n".join(lines), nearest=(*offers, *_AGAIN))


def _offer(limit: str, words: str) -> Topic | None:
    """The change as something to tap, which says what a student could type."""
    if limit == "goal":
        return None
    if limit == "several":
        return Topic("Without any limit", "Plan it without any limit")
    change = words.removesuffix(" it would fit")
    return Topic(change[:1].upper() + change[1:], f"Plan it {change}")
