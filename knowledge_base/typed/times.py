"""Works out hours, weeks, last days and days left of a program, and shows the working."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING

from knowledge_base.filters.periods import year_later
from knowledge_base.model import Offering, Program, Span, UsedFact, plain
from knowledge_base.program_page import day as in_words
from knowledge_base.text.terms import Period
from knowledge_base.typed.cells import next_run
from knowledge_base.typed.draft import Catalog, Telling, joined
from knowledge_base.typed.question import Asked

_DAYS_IN = {"day": 1, "week": 7}
"""Units in which a last day can be counted; a month has no fixed number of days."""


def _work(told: Telling) -> tuple[Span, str] | None:
    """Hours in all, and the working; None when they cannot be told."""
    program = told.program
    weeks, effort, workload = program.duration, program.effort, program.workload
    if weeks and effort and weeks.unit == "weeks" and effort.unit == "hours per week":
        hours = Span(weeks.low * effort.low, weeks.high * effort.high, "hours")
        told.use([f"takes {weeks}"], UsedFact("length", plain(weeks.low, weeks.high), "weeks"))
        told.use([str(effort)], UsedFact("effort", plain(effort.low, effort.high), effort.unit))
        return hours, f"{weeks} × {effort}"
    if workload and workload.unit in {"hours", "clock hours", "contact hours"}:
        fact = UsedFact("workload", plain(workload.low, workload.high), workload.unit)
        told.use([str(workload)], fact)
        return Span(workload.low, workload.high, "hours"), ""
    return None


def tell_hours(told: Telling, _asked: Asked, _catalog: Catalog) -> bool:
    """Hours of work in all; False when they cannot be told."""
    work = _work(told)
    if work is None:
        return False
    hours, working = work
    told.lines.append(f"{working} = **{hours}**" if working else f"**{hours}** in all")
    told.use([], UsedFact("hours in all", plain(hours.low, hours.high), "hours"))
    return True


def tell_pace(told: Telling, asked: Asked, _catalog: Catalog) -> bool:
    """Weeks at the student's hours, rounded up; False when the work cannot be told."""
    work, mine = _work(told), asked.hours
    if work is None or mine is None:
        return False
    hours, working = work
    ends = (hours.low / mine.high, hours.high / mine.low)
    low, high = (end.to_integral_value(ROUND_CEILING) for end in ends)
    weeks = Span(low, high, "weeks")
    told.lines += [f"{working} = {hours}"] if working else []
    rounded = "" if (low, high) == ends else ", rounded up"
    told.lines.append(f"{hours} ÷ {mine} = **{weeks}**{rounded}")
    told.use([], UsedFact("weeks at the student's hours", plain(low, high), "weeks"))
    told.lines += _spread(told.program, mine)
    return True


def _spread(program: Program, mine: Span) -> list[str]:
    """That a program with set dates may not wait for whoever has fewer hours."""
    if program.duration is None:
        return []
    if program.effort and mine.low >= program.effort.high:
        return [f"The program itself runs {program.duration}."]
    return [
        f"Whether {program.title} can be spread over more time is not stated: "
        f"the catalog gives it as {program.duration}."
    ]


def tell_last_day(told: Telling, asked: Asked, catalog: Catalog) -> bool:
    """When a run that starts at a time, or else the next one, ends."""
    program, length = told.program, told.program.duration
    begun = [run for run in program.offerings if run.starts]
    if not begun:
        told.lines.append(
            f"The start dates of {program.title} are not stated, so no last day can be told."
        )
        told.lines += [f"It takes {length}."] if length else []
        told.use([f"takes {length}"] if length else [])
        return True
    run = _begun(program, begun, asked.begin, catalog.day)
    if run is None or run.starts is None:
        return _other_starts(told, begun, asked.begin, catalog.day)
    start = in_words(run.starts)
    told.use([start], UsedFact("start", run.starts.isoformat()))
    if run.apply_by and run.apply_by < catalog.day:
        told.lines.append(f"The deadline for that start, {in_words(run.apply_by)}, has passed.")
    if run.ends is not None:
        told.lines.append(f"It starts on {start} and ends on **{in_words(run.ends)}**.")
        told.use([in_words(run.ends)], UsedFact("last day", run.ends.isoformat()))
        return True
    days = _DAYS_IN.get(length.unit.removesuffix("s")) if length else None
    if length is None or days is None:
        takes = f" and takes {length}" if length else ""
        told.lines.append(f"It starts on {start}{takes}; its last day is not stated.")
        told.use([f"takes {length}"] if length else [])
        return True
    told.use([f"takes {length}"], UsedFact("length", plain(length.low, length.high), length.unit))
    ends = [run.starts + timedelta(days=int(n * days) - 1) for n in (length.low, length.high)]
    told.session = run.starts
    told.use(
        [], *(UsedFact("last day without breaks", end.isoformat()) for end in dict.fromkeys(ends))
    )
    last = " to ".join(dict.fromkeys(f"**{in_words(end)}**" for end in ends))
    told.lines += [
        f"{start} + {length} = {last}",
        "The catalog does not state the last day itself: breaks are not counted here, "
        "and the academic calendar may move it.",
    ]
    return True


def _begun(
    program: Program, runs: Sequence[Offering], begin: Period | None, day: date
) -> Offering | None:
    """The first run in the time that the student names, or the next one.

    A time that is under way and has no run left is that of the next year.
    """
    if begin is None:
        return next_run(program, day)
    inside = [run for run in runs if run.starts and begin.first <= run.starts <= begin.last]
    if begin.first <= day <= begin.last:
        later = Period(year_later(begin.first), year_later(begin.last))
        inside = [run for run in inside if run.starts and run.starts >= day] or [
            run for run in runs if run.starts and later.first <= run.starts <= later.last
        ]
    return min(inside, key=lambda run: run.starts or date.max, default=None)


def _other_starts(told: Telling, runs: Sequence[Offering], begin: Period | None, day: date) -> bool:
    """That no run starts then, and when runs do."""
    listed = sorted(run.starts for run in runs if run.starts and run.starts >= day)
    told.use([in_words(start) for start in listed])
    told.use([], *(UsedFact("start", start.isoformat()) for start in listed))
    when = f" in {_named(begin)}" if begin else " from today on"
    starts = f" It starts on {joined([*map(in_words, listed)], 'or')}." if listed else ""
    told.lines.append(f"The catalog lists no start{when}.{starts}")
    return True


def _named(period: Period) -> str:
    first, last = period.first, period.last
    if first == last:
        return in_words(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%B %Y}"
    return f"the time from {in_words(first)} to {in_words(last)}"


def tell_days_left(told: Telling, asked: Asked, catalog: Catalog) -> bool:
    """Days from today to the next deadline or start."""
    what = "start" if asked.to_start else "deadline"
    runs = [r for r in told.program.offerings if (r.starts if asked.to_start else r.apply_by)]
    dated = sorted(
        ((r.starts if asked.to_start else r.apply_by) or date.max, r.starts) for r in runs
    )
    coming = [(until, start) for until, start in dated if until >= catalog.day]
    if not coming:
        return _nothing_left(told, what, [until for until, _ in dated])
    until, start = coming[0]
    left = (until - catalog.day).days
    days = f"**{left} {'day' if left == 1 else 'days'}**"
    run = f" for the start on {in_words(start)}" if start and not asked.to_start else ""
    told.lines.append(
        f"From today, {in_words(catalog.day)}, to the {what} on {in_words(until)}{run}: {days}"
    )
    told.use([in_words(until)], UsedFact(what, until.isoformat()))
    told.use([], UsedFact(f"days to the {what}", str(left), "days"))
    return True


def _nothing_left(told: Telling, what: str, past: Sequence[date]) -> bool:
    program = told.program
    terms = dict.fromkeys(run.apply_terms for run in program.offerings if run.apply_terms)
    if past:
        told.lines.append(f"The last {what} that is listed was on {in_words(past[-1])}.")
        told.use([in_words(past[-1])], UsedFact(what, past[-1].isoformat()))
    elif terms and what == "deadline":
        told.lines.append(f"The deadline is not a date: {joined(list(terms), 'or')}.")
        told.use(list(terms), *(UsedFact(what, words) for words in terms))
    else:
        told.lines.append(f"The {what} of {program.title} is not stated.")
    return True
