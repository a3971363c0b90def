"""Works out totals, weeks, last days and days left from typed facts, and shows the working."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from knowledge_base.comparison_cells import next_run
from knowledge_base.costing import Price, amount, conditions, cost_facts, cost_words, prices
from knowledge_base.dates import Period
from knowledge_base.draft import Catalog, Draft, joined
from knowledge_base.model import AnswerKind, Offering, Program, Span, UsedFact, plain
from knowledge_base.program_page import day as in_words
from knowledge_base.program_page import money
from knowledge_base.typed_question import Asked, Task

_CENT = Decimal("0.01")
_DAYS_IN = {"day": 1, "week": 7}
"""Units in which a last day can be counted; a month has no fixed number of days."""


class _Told:
    """What is being said of one program, with its citation's number."""

    def __init__(self, program: Program, number: int):
        self.program, self.number = program, number
        self.facts: list[UsedFact] = []
        self.stated: list[str] = []
        self.lines: list[str] = []
        self.session: date | None = None

    def use(self, words: Sequence[str], *facts: UsedFact) -> None:
        """Rest on facts that stand on the program's page in some words."""
        self.stated += words
        self.facts += [replace(f, program=self.program.id, citation=self.number) for f in facts]

    def draft(self) -> Draft:
        """The lines under the program's title."""
        text = "\n\n".join([f"**{self.program.title}** [{self.number}]", *self.lines])
        stated = {self.program.id: tuple(self.stated)}
        return Draft(
            AnswerKind.COMPUTED,
            text,
            tuple(self.facts),
            stated,
            focus=self.program.id,
            session=self.session,
        )


def computed(
    asked: Asked, programs: Sequence[Program], catalog: Catalog, first: int = 1
) -> Draft | None:
    """What is asked of one program or, for a cost, of several, with citations from `first` on.

    None when the catalog does not state enough to say anything.
    """
    if asked.task is Task.COST and len(programs) > 1:
        return _sum(programs, catalog, first)
    if len(programs) != 1:
        return None
    told = _Told(programs[0], first)
    return told.draft() if _TASKS[asked.task](told, asked, catalog) else None


def _cost(told: _Told, _asked: Asked, catalog: Catalog) -> bool:
    found = prices(told.program, catalog.day, catalog.missing(told.program))
    for price in found:
        told.use(cost_words(price), *cost_facts(price))
        where = f"{price.residency}: " if price.residency else ""
        told.lines.append(where + _working(price, bold="**"))
        told.lines += [f"{line}." for line in _open(price, told.program)]
    told.lines += conditions(found)
    return bool(found)


def _working(price: Price, bold: str = "") -> str:
    """`$1,140 tuition + $60 materials fee = $1,200`; one amount needs no sum."""
    paid = [str(part) for part in price.paid]
    waived = f" (no {joined(list(price.waived), 'or')})" if price.waived else ""
    total = f"{bold}{price.total}{bold}"
    if price.missing:
        return f"{' + '.join(paid) or money(Decimal(0), price.currency)}{waived}"
    if len(paid) > 1:
        return f"{' + '.join(paid)} = {total}{waived}"
    return f"{total}{str(price.paid[0]).removeprefix(price.total) if paid else ''}{waived}"


def _open(price: Price, program: Program) -> list[str]:
    """What is not stated of a price, and what it therefore is at least."""
    if not price.missing:
        return []
    verb = "is" if len(price.missing) == 1 else "are"
    least = money(price.low, price.currency)
    return [
        f"The {joined(list(price.missing))} of {program.title} {verb} not stated, "
        f"so the total is at least **{least}**"
    ]


def _sum(programs: Sequence[Program], catalog: Catalog, first: int) -> Draft | None:
    """The cost of several programs together: a line for each, then the sum of all."""
    found = [prices(program, catalog.day, catalog.missing(program)) for program in programs]
    known = [each[0] for each in found if len(each) == 1]
    if len(known) < sum(map(bool, found)) or len({p.currency for p in known}) != 1:
        return None
    lines, facts, stated = [], list[UsedFact](), dict[str, tuple[str, ...]]()
    for number, (program, priced) in enumerate(zip(programs, found, strict=True), first):
        told = _Told(program, number)
        for price in priced:
            told.use(cost_words(price), *cost_facts(price))
            rest = "".join(f"; the {purpose} is not stated" for purpose in price.missing)
            lines.append(f"- {program.title} [{number}]: {_working(price)}{rest}")
        if not priced:
            lines.append(f"- {program.title} [{number}]: the cost is not stated")
        facts += told.facts
        stated[program.id] = tuple(told.stated)
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join(["\n".join(lines), *_whole(programs, found), *conditions(known)]),
        (*facts, *_whole_fact(found)),
        stated,
    )


def _whole(programs: Sequence[Program], found: Sequence[Sequence[Price]]) -> list[str]:
    known = [price for each in found for price in each]
    low, high = sum(p.low for p in known), sum(p.high for p in known)
    currency = known[0].currency
    sums = " + ".join(price.total for price in known)
    open_ = [f"the cost of {p.title}" for p, each in zip(programs, found, strict=True) if not each]
    open_ += [
        f"the {purpose} of {program.title}"
        for program, each in zip(programs, found, strict=True)
        for price in each
        for purpose in price.missing
    ]
    if not open_:
        return [f"{sums} = **{amount(Decimal(low), Decimal(high), currency)}**"]
    verb = "is" if len(open_) == 1 else "are"
    listed = joined(open_)
    return [
        f"{sums} = at least **{money(Decimal(low), currency)}**",
        f"{listed[:1].upper()}{listed[1:]} {verb} not stated.",
    ]


def _whole_fact(found: Sequence[Sequence[Price]]) -> list[UsedFact]:
    known = [price for each in found for price in each]
    if len(known) < len(found) or any(price.missing for price in known):
        return []
    low, high = sum(p.low for p in known), sum(p.high for p in known)
    return [UsedFact("total cost", plain(Decimal(low), Decimal(high)), known[0].currency)]


def _per_credit(told: _Told, asked: Asked, catalog: Catalog) -> bool:
    program = told.program
    if not program.credits:
        lead = (
            f"{program.title} is a non-credit program, so nothing is paid per credit."
            if program.credit_bearing is False
            else f"How many credits {program.title} carries is not stated."
        )
        told.lines.append(lead)
        told.use(["non-credit" if program.credit_bearing is False else "academic credit"])
        return _cost(told, asked, catalog)
    found = prices(program, catalog.day, catalog.missing(program))
    if len(found) != 1:
        return False
    (price,) = found
    credits = f"{program.credits.normalize():f}"
    carried = f"{credits} {'credit' if program.credits == 1 else 'credits'}"
    told.use(cost_words(price), *cost_facts(price))
    told.use([f"carries {credits}"], UsedFact("credits", credits, "credits"))
    tuition = [part for part in price.paid if part.purpose == "tuition"]
    shares = [(str(part), part.low, part.high) for part in tuition]
    if not price.missing and (price.low, price.high) not in [(p.low, p.high) for p in tuition]:
        shares.append((f"{price.total} in all", price.low, price.high))
    for words, low, high in shares:
        each = [(end / program.credits).quantize(_CENT, ROUND_HALF_UP) for end in (low, high)]
        share = amount(each[0], each[1], price.currency)
        told.lines.append(f"{words} ÷ {carried} = **{share} per credit**")
        told.use([], UsedFact("cost per credit", plain(*each), price.currency))
    told.lines += [f"{line}." for line in _open(price, program)] + conditions(found)
    return bool(shares)


def _work(told: _Told) -> tuple[Span, str] | None:
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


def _hours(told: _Told, _asked: Asked, _catalog: Catalog) -> bool:
    work = _work(told)
    if work is None:
        return False
    hours, working = work
    told.lines.append(f"{working} = **{hours}**" if working else f"**{hours}** in all")
    told.use([], UsedFact("hours in all", plain(hours.low, hours.high), "hours"))
    return True


def _pace(told: _Told, asked: Asked, _catalog: Catalog) -> bool:
    """Weeks at the student's hours, rounded up to whole weeks."""
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


def _last_day(told: _Told, asked: Asked, catalog: Catalog) -> bool:
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
    """The first run in the time that the student names, or the next one."""
    if begin is None:
        return next_run(program, day)
    inside = [run for run in runs if run.starts and begin.first <= run.starts <= begin.last]
    return min(inside, key=lambda run: run.starts or date.max, default=None)


def _other_starts(told: _Told, runs: Sequence[Offering], begin: Period | None, day: date) -> bool:
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


def _days_left(told: _Told, asked: Asked, catalog: Catalog) -> bool:
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


def _nothing_left(told: _Told, what: str, past: Sequence[date]) -> bool:
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


_TASKS: Mapping[Task, Callable[[_Told, Asked, Catalog], bool]] = {
    Task.COST: _cost,
    Task.PER_CREDIT: _per_credit,
    Task.PACE: _pace,
    Task.HOURS: _hours,
    Task.LAST_DAY: _last_day,
    Task.DAYS_LEFT: _days_left,
}
