"""Works out hours, weeks, last days and days left of a program, and shows the working."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING

from knowledge_base.filters.periods import year_later
from knowledge_base.model import Offering, Program, Span, UsedFact, plain
from knowledge_base.program_page import day as in_words
from knowledge_base.terms import measured
from knowledge_base.text.terms import Period
from knowledge_base.typed.cells import next_run
from knowledge_base.typed.draft import Catalog, Telling
from knowledge_base.typed.question import Asked
from languages.lists import joined
from languages.speech import counted, say, say_day, say_month

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
        return hours, f"{measured(weeks)} × {measured(effort)}"
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
    shown = measured(hours)
    told.lines.append(
        f"{working} = **{shown}**" if working else say("**{hours}** in all", hours=shown)
    )
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
    told.lines += [f"{working} = {measured(hours)}"] if working else []
    told.lines.append(_divided(hours, mine, weeks, exact=(low, high) == ends))
    told.use([], UsedFact("weeks at the student's hours", plain(low, high), "weeks"))
    told.lines += _spread(told.program, mine)
    return True


def _divided(hours: Span, mine: Span, weeks: Span, *, exact: bool) -> str:
    shown = f"{measured(hours)} ÷ {measured(mine)} = **{measured(weeks)}**"
    return shown if exact else say("{division}, rounded up", division=shown)


def _spread(program: Program, mine: Span) -> list[str]:
    """That a program with set dates may not wait for whoever has fewer hours."""
    if program.duration is None:
        return []
    if program.effort and mine.low >= program.effort.high:
        return [say("The program itself runs {length}.", length=measured(program.duration))]
    return [
        say(
            "Whether {title} can be spread over more time is not stated: "
            "the catalog gives it as {length}.",
            title=program.title,
            length=measured(program.duration),
        )
    ]


def tell_last_day(told: Telling, asked: Asked, catalog: Catalog) -> bool:
    """When a run that starts at a time, or else the next one, ends."""
    program, length = told.program, told.program.duration
    begun = [run for run in program.offerings if run.starts]
    if not begun:
        told.lines.append(
            say(
                "The start dates of {title} are not stated, so no last day can be told.",
                title=program.title,
            )
        )
        told.lines += [say("It takes {length}.", length=measured(length))] if length else []
        told.use([f"takes {length}"] if length else [])
        return True
    run = _begun(program, begun, asked.begin, catalog.day)
    if run is None or run.starts is None:
        return _other_starts(told, begun, asked.begin, catalog.day)
    start = say_day(run.starts)
    told.use([in_words(run.starts)], UsedFact("start", run.starts.isoformat()))
    if run.apply_by and run.apply_by < catalog.day:
        told.lines.append(
            say("The deadline for that start, {day}, has passed.", day=say_day(run.apply_by))
        )
    if run.ends is not None:
        told.lines.append(
            say("It starts on {start} and ends on **{end}**.", start=start, end=say_day(run.ends))
        )
        told.use([in_words(run.ends)], UsedFact("last day", run.ends.isoformat()))
        return True
    days = _DAYS_IN.get(length.unit.removesuffix("s")) if length else None
    if length is None or days is None:
        told.lines.append(
            say(
                "It starts on {start} and takes {length}; its last day is not stated.",
                start=start,
                length=measured(length),
            )
            if length
            else say("It starts on {start}; its last day is not stated.", start=start)
        )
        told.use([f"takes {length}"] if length else [])
        return True
    told.use([f"takes {length}"], UsedFact("length", plain(length.low, length.high), length.unit))
    ends = [run.starts + timedelta(days=int(n * days) - 1) for n in (length.low, length.high)]
    told.session = run.starts
    told.use(
        [], *(UsedFact("last day without breaks", end.isoformat()) for end in dict.fromkeys(ends))
    )
    last = say(" to ").join(dict.fromkeys(f"**{say_day(end)}**" for end in ends))
    told.lines += [
        f"{start} + {measured(length)} = {last}",
        say(
            "The catalog does not state the last day itself: breaks are not counted here, "
            "and the academic calendar may move it."
        ),
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
    told.lines.append(" ".join([_no_start(begin), *_starts(listed)]))
    return True


def _no_start(begin: Period | None) -> str:
    if begin is None:
        return say("The catalog lists no start from today on.")
    first, last = begin.first, begin.last
    if first == last:
        return say("The catalog lists no start in {time}.", time=say_day(first))
    if (first.year, first.month) == (last.year, last.month):
        return say("The catalog lists no start in {time}.", time=say_month(first))
    return say(
        "The catalog lists no start in the time from {first} to {last}.",
        first=say_day(first),
        last=say_day(last),
    )


def _starts(days: Sequence[date]) -> list[str]:
    listed = joined([*map(say_day, days)], "or")
    return [say("It starts on {days}.", days=listed)] if days else []


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
    days = counted("**{count} day**", "**{count} days**", left)
    today, day = say_day(catalog.day), say_day(until)
    if asked.to_start:
        said = say(
            "From today, {today}, to the start on {day}: {days}", today=today, day=day, days=days
        )
    elif start is None:
        said = say(
            "From today, {today}, to the deadline on {day}: {days}", today=today, day=day, days=days
        )
    else:
        said = say(
            "From today, {today}, to the deadline on {day} for the start on {start}: {days}",
            today=today,
            day=day,
            start=say_day(start),
            days=days,
        )
    told.lines.append(said)
    told.use([in_words(until)], UsedFact(what, until.isoformat()))
    told.use([], UsedFact(f"days to the {what}", str(left), "days"))
    return True


def _nothing_left(told: Telling, what: str, past: Sequence[date]) -> bool:
    program = told.program
    runs = program.offerings
    words = [r.apply_terms if what == "deadline" else r.start_terms for r in runs]
    terms = dict.fromkeys(filter(None, words))
    if past:
        day = say_day(past[-1])
        told.lines.append(
            say("The last deadline that is listed was on {day}.", day=day)
            if what == "deadline"
            else say("The last start that is listed was on {day}.", day=day)
        )
        told.use([in_words(past[-1])], UsedFact(what, past[-1].isoformat()))
    elif terms:
        listed = joined(list(terms), "or")
        told.lines.append(
            say("The deadline is not a date: {terms}.", terms=listed)
            if what == "deadline"
            else say("The start is not an exact date: {terms}.", terms=listed)
        )
        told.use(list(terms), *(UsedFact(what, term) for term in terms))
    else:
        title = program.title
        told.lines.append(
            say("The deadline of {title} is not stated.", title=title)
            if what == "deadline"
            else say("The start of {title} is not stated.", title=title)
        )
    return True
