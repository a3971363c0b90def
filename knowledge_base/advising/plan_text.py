"""Says a plan: each stack as a table with its working, what it leads to, and what would fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from knowledge_base.advising.plan_answers import PlanAnswers
from knowledge_base.model import AnswerKind, Program, Topic, UsedFact, plain
from knowledge_base.pathway.plan import Plan, Relaxation, Stack
from knowledge_base.pathway.schedule import Run
from knowledge_base.pathways import nothing_fits
from knowledge_base.program_page import day, money
from knowledge_base.typed.costing import cost_facts, cost_words, prices
from knowledge_base.typed.draft import Catalog, Draft, Telling
from languages.lists import joined
from languages.speech import say, say_day

_MOST_NOTES = 5


def plan_draft(plan: Plan, answers: PlanAnswers, catalog: Catalog) -> Draft:
    """The plan with the pages that state it; or what stands in the way."""
    goal = answers.goal_words(catalog.titles)
    own = [say("Your answers: {conditions}.", conditions=answers.conditions(catalog.titles))]
    if answers.unmatched:
        own.append(
            say(
                "No program or skill here goes by “{words}”, so it counts for nothing in "
                "this plan; it may still bring credit.",
                words=answers.unmatched,
            )
        )
    if not plan.stacks:
        return _nothing(plan, goal, own)
    programs = {run.program.id: run.program for stack in plan.stacks for run in stack.runs}
    telling = {i: Telling(program, at) for at, (i, program) in enumerate(programs.items(), 1)}
    today = say_day(plan.as_of)
    if len(plan.stacks) > 1:
        head = say("To {goal}, here are two ways, worked out for {day}.", goal=goal, day=today)
    else:
        head = say("To {goal}, here is a way, worked out for {day}.", goal=goal, day=today)
    lines = [head, *own]
    facts: list[UsedFact] = []
    for number, stack in enumerate(plan.stacks, 1):
        lines += [f"**{number}. {_heading(stack)}**", *_stack(stack, telling, catalog.titles)]
        facts += _sums(stack, number if len(plan.stacks) > 1 else 0)
    lines += _left_out(plan)
    lines.append(
        say(
            "*A plan from what the catalog lists today: admission, seats and dates are the "
            "institution's to confirm.*"
        )
    )
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
        nearest=_again(),
        focus=next(iter(programs)) if len(programs) == 1 else None,
    )


def _heading(stack: Stack) -> str:
    return {
        "cheapest": say("The cheapest way"),
        "soonest": say("The soonest way"),
        "cheapest and soonest": say("The cheapest way, and the soonest"),
        "another way": say("Another way"),
    }[stack.label]


def _again() -> tuple[Topic, ...]:
    """Each leads back into the plan's questions."""
    return (
        Topic(say("Other hours"), say("Plan it with other hours")),
        Topic(say("Other budget"), say("Plan it with another budget")),
        Topic(say("Other start"), say("Plan it with another start")),
        _other_goal(),
    )


def _other_goal() -> Topic:
    return Topic(say("Other goal"), say("Plan it for another goal"))


def _stack(
    stack: Stack, telling: Mapping[str, Telling], titles: Mapping[str, str]
) -> Iterator[str]:
    rows = [_row(run, telling[run.program.id].number) for run in stack.runs]
    currency = _currency(stack.runs[0].program)
    head = say("| Program | Apply by | Starts | Ends | Hours a week | Cost |")
    total = say(
        "| **In all** | | | {weeks} weeks | at most {hours} | **{amount}** |",
        weeks=stack.weeks,
        hours=f"{stack.peak_hours.normalize():f}",
        amount=money(stack.cost, currency),
    )
    yield "\n".join([head, "|---|---|---|---|---|---|", *rows, total])
    yield "\n".join(f"- {line}" for line in stack.working)
    yield from _leads_to(stack, titles)
    if stack.notes:
        yield "\n".join([say("Mind:"), *(f"- {note}" for note in stack.notes)])


def _row(run: Run, number: int) -> str:
    apply_by, ends = run.offering.apply_by, say_day(run.ends)
    hours, unknown = f"{run.hours.normalize():f}", say("not stated")
    cells = [
        f"{run.program.title} [{number}]",
        say_day(apply_by) if apply_by else run.offering.apply_terms or unknown,
        say_day(run.starts),
        ends if run.offering.ends else say("about {day}", day=ends),
        say("up to {hours}", hours=hours) if run.program.effort else unknown,
        money(run.cost, _currency(run.program)) if run.program.costs else unknown,
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
        yield say("Jobs it leads to: {jobs}.", jobs=", ".join(jobs))
    if rest := [name for name in further if name not in part]:
        yield say("Counts toward or goes on to: {titles}.", titles=", ".join(rest))


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
    notes = [note for note in plan.notes if note != nothing_fits()]
    if notes:
        yield "\n".join([say("Not known:"), *(f"- {note}" for note in notes[:_MOST_NOTES])])


def _nothing(plan: Plan, goal: str, own: list[str]) -> Draft:
    """Why nothing fits or leads there, and which single change would help."""
    if not plan.relax:
        reasons = joined([note for note in plan.notes if note != nothing_fits()][:_MOST_NOTES])
        why = reasons or say("no run that can still be applied for leads there")
        lines = [say("I can't lay out a way to {goal}: {reason}.", goal=goal, reason=why)]
        return Draft(AnswerKind.PLAN, "\n\n".join([*lines, *own]), nearest=(_other_goal(),))
    lines = [say("Nothing fits all of your answers, if you want to {goal}.", goal=goal), *own]
    lines.append("\n".join([say("What would help:"), *(f"- {r.words}" for r in plan.relax)]))
    lines += _left_out(plan)
    offers = [topic for relax in plan.relax if (topic := _offer(relax))]
    return Draft(AnswerKind.PLAN, "\n\n".join(lines), nearest=(*offers, *_again()))


def _offer(relax: Relaxation) -> Topic | None:
    """The change as something to tap, which says what a student could type."""
    if relax.limit == "several":
        return Topic(say("Without any limit"), say("Plan it without any limit"))
    change = relax.change
    if not change:
        return None
    return Topic(change[:1].upper() + change[1:], say("Plan it {change}", change=change))
