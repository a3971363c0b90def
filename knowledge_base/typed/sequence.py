"""Works out programs that are taken one after another: how long they last in all, and when the last
of them is done; and the latest start from which one is done in time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from knowledge_base.filters.periods import PERIOD, period_of
from knowledge_base.model import AnswerKind, Offering, Program, Span, UsedFact, plain
from knowledge_base.program_page import day as in_words
from knowledge_base.terms import measured
from knowledge_base.typed.draft import Draft
from knowledge_base.typed.sessions import Session
from languages.speech import say, say_day

_IN_A_ROW = re.compile(
    r"\b(?:one after (?:the|an)? ?other|back to back|in a row|consecutively|after (?:that|it)"
    r"|afterwards?|then|followed by)\b",
    re.I,
)
_HOW_LONG = re.compile(r"\b(?:how many weeks|how long|weeks in (?:all|total))\b", re.I)
_MONEY = re.compile(r"\b(?:costs?|price|pay|how much|tuition|fees?)\b", re.I)
_DONE = re.compile(r"\b(?:done|finish\w*|complete\w*|over|through)\b", re.I)
_WHEN = re.compile(r"\b(?:when|earliest|what date|which date|by what day)\b", re.I)
_LATEST = re.compile(r"\b(?:latest|last)\b[^.?!]*\bstart\w*\b|\bstart\w*\b[^.?!]*\blatest\b", re.I)
_UNTIL = re.compile(r"\b(?P<side>before|by|until)\s+(?:the (?:end|start) of\s+)?$", re.I)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program with its last day, and the calendar's row that states that day."""

    program: Program
    starts: date
    ends: date
    session: Session | None
    stated: bool
    """Whether the last day is stated, and not counted from the length."""


def asks_for_a_row(question: str) -> bool:
    """Whether it asks how long programs last one after another, or when they are done."""
    asks = _HOW_LONG.search(question) or (_WHEN.search(question) and _DONE.search(question))
    return bool(asks and _IN_A_ROW.search(question) and not _MONEY.search(question))


def asks_for_latest_start(question: str) -> bool:
    """Whether it asks for the latest start from which a program is done by a day."""
    return bool(_LATEST.search(question) and _DONE.search(question))


def in_a_row(
    question: str, programs: Sequence[Program], listed: Sequence[Session], today: date, first: int
) -> Draft | None:
    """The weeks of several programs in all, or the days on which each begins and ends when the next
    follows as soon as it can. None when a length is not stated in weeks, or no run follows."""
    if not (_WHEN.search(question) and _DONE.search(question)):
        return _weeks(programs, first)
    runs: list[Run] = []
    for program in programs:
        after = runs[-1].ends if runs else today
        coming = [run for run in _runs(program, listed) if run.starts > after]
        open_ = [run for run in coming if _is_open(program, run, today)]
        if not open_:
            return None
        runs.append(min(open_, key=lambda run: run.starts))
    last = runs[-1].ends
    done = say("The last of them is done on **{day}** at the earliest.", day=say_day(last))
    return _drafted(runs, done, UsedFact("last day", last.isoformat()), first)


def latest_start(
    question: str, program: Program, listed: Sequence[Session], today: date, first: int
) -> Draft | None:
    """The last run that is over by the time that a question names; None when it names none, or no
    run is over by then."""
    until = _until(question, today)
    in_time = [
        run
        for run in _runs(program, listed)
        if until and run.ends <= until and _is_open(program, run, today)
    ]
    if not in_time or until is None:
        return None
    run = max(in_time, key=lambda run: run.starts)
    said = say(
        "To be done by {until}, the latest start is **{day}**.",
        until=say_day(until),
        day=say_day(run.starts),
    )
    return _drafted([run], said, UsedFact("start", run.starts.isoformat()), first)


def _until(question: str, today: date) -> date | None:
    said = question.casefold()
    for match in PERIOD.finditer(said):
        side = _UNTIL.search(said[: match.start()])
        period = period_of(match, today, "in") if side else None
        if side and period:
            before = side["side"].casefold() == "before"
            return period.first - timedelta(days=1) if before else period.last
    return None


def _weeks(programs: Sequence[Program], first: int) -> Draft | None:
    spans = [program.duration for program in programs]
    known = [span for span in spans if span and span.unit == "weeks"]
    if len(known) < len(programs):
        return None
    low, high = (sum((getattr(s, end) for s in known), Decimal(0)) for end in ("low", "high"))
    whole = Span(low, high, "weeks")
    lines = [
        f"- {program.title} [{number}]: {measured(span)}"
        for number, (program, span) in enumerate(zip(programs, known, strict=True), first)
    ]
    total = f"{' + '.join(measured(span) for span in known)} = **{measured(whole)}**"
    note = say("The time between one and the next is not counted.")
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join(["\n".join(lines), total, note]),
        (UsedFact("length", plain(low, high), "weeks"),),
        {p.id: (f"takes {span}",) for p, span in zip(programs, known, strict=True)},
    )


def _is_open(program: Program, run: Run, today: date) -> bool:
    until = [o.apply_by for o in program.offerings if o.starts == run.starts and o.apply_by]
    return not until or max(until) >= today


def _runs(program: Program, listed: Sequence[Session]) -> list[Run]:
    found = [_run(program, offering, listed) for offering in program.offerings]
    return [run for run in found if run is not None]


def _run(program: Program, offering: Offering, listed: Sequence[Session]) -> Run | None:
    """A run with its last day: as stated, by the calendar's session of that length, or counted."""
    starts, length = offering.starts, program.duration
    if starts is None or length is None or length.unit != "weeks":
        return None
    if offering.ends is not None:
        return Run(program, starts, offering.ends, None, stated=True)
    for session in listed:
        if session.starts == starts and session.ends and f"{length.high:f} week" in session.name:
            return Run(program, starts, session.ends, session, stated=True)
    ends = starts + timedelta(days=int(length.high * 7) - 1)
    return Run(program, starts, ends, None, stated=False)


def _drafted(runs: Sequence[Run], said: str, fact: UsedFact, first: int) -> Draft:
    rows = list(dict.fromkeys(run.session for run in runs if run.session))
    lines = []
    for number, run in enumerate(runs, first):
        row = f" [{first + len(runs) + rows.index(run.session)}]" if run.session else ""
        days = f"{say_day(run.starts)} – {say_day(run.ends)}{row}"
        lines.append(f"- {run.program.title} [{number}]: {days}")
    counted = [] if all(run.stated for run in runs) else [_counted()]
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join(["\n".join(lines), said, *counted]),
        (fact,),
        {run.program.id: (in_words(run.starts), f"takes {run.program.duration}") for run in runs},
        tuple((row.document_id, row.quote) for row in rows),
        focus=runs[0].program.id if len(runs) == 1 else None,
    )


def _counted() -> str:
    return say(
        "The catalog does not state the last day itself: breaks are not counted here, "
        "and the academic calendar may move it."
    )
