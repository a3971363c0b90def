"""Tells for today whether one can still apply, and what comes next, from dates that are stated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge_base.model import AnswerKind, Program, UsedFact
from knowledge_base.program_page import day as in_words
from knowledge_base.typed.draft import Draft
from knowledge_base.typed.sessions import Session
from languages.speech import counted, say, say_day

_STILL = re.compile(
    r"\b(?:can|could|may|is it possible to|am i able to)\b.{0,20}\bstill\b.{0,30}"
    r"\b(?:apply|enroll?|register|join|start|get in(?:to)?|sign up|make it)\b"
    r"|\bstill (?:time to|possible to|open for|taking|accepting) ?(?:apply|applications?|enroll?"
    r"|register|join|start|sign up|students)?\b|\bapplications? still open\b"
    r"|\btoo late\b|\b(?:have|did) i miss(?:ed)?\b.*\b(?:deadline|start|date|application)\b",
    re.I,
)
_NEXT = re.compile(
    r"\b(?:next|upcoming|soonest|earliest|nearest)\b.{0,20}\b(?:deadlines?|cut-?off|apply[- ]by"
    r"|start(?:s|ing)?(?: dates?)?|session|intake|term|semester|classes"
    r"|date i can (?:start|begin))\b"
    r"|\bwhen (?:does|do|is|are|can|could)\b.{0,40}\bnext\b"
    r"|\bhow soon can (?:i|we|you) (?:start|begin)\b",
    re.I,
)
_LEFT = re.compile(
    r"\bhow (?:many (?:days|weeks)|long|much time)\b.*\b(?:left|until|till|before|remain\w*"
    r"|to apply|have)\b.*",
    re.I,
)
_DATED = re.compile(
    r"\b(?:apply|applications?|deadlines?|cut-?off|starts?|starting|begins?|enroll?|register"
    r"|sign up|classes|session|term|semester|spring|summer|fall|autumn|winter)\b",
    re.I,
)
_OTHER = re.compile(
    r"\b(?:refund\w*|drop\w*|withdraw\w*|pay\w*|paid|tuition|money|aid|grants?|scholarships?|fafsa"
    r"|installments?|international|visa|foreign\w*|transfer\w*|transcript\w*|graduat\w*|exam\w*"
    r"|holiday|break|portfolio|accommodation\w*|decision|hear back|grades?|registration opens?"
    r"|test|scores?|credit for|finish\w*|complete|last)\b",
    re.I,
)
"""What has a deadline of its own, which is not that of an application."""
_TO_START = re.compile(r"\b(?:starts?|starting|begins?|beginning|session|intake|classes)\b", re.I)
_APPLYING = re.compile(r"\b(?:apply\w*|applications?|deadlines?|cut-?off|late|sign up)\b", re.I)
_YEAR = re.compile(r"\b20\d\d\b|'\d\d\b")


@dataclass(frozen=True, slots=True)
class Run:
    """A session or a run of a program that one can apply for."""

    name: str
    starts: date
    apply_by: date | None


def asks_what_is_left(question: str) -> bool:
    """Whether it asks of today what can still be applied for, what is next, or how long is left."""
    if _OTHER.search(question):
        return False
    if _STILL.search(question):
        return True
    return bool(_DATED.search(question) and (_NEXT.search(question) or _LEFT.search(question)))


def of_sessions(question: str, found: Sequence[Session], today: date, first: int) -> Draft | None:
    """What is left of the sessions that a question names, or of all of them.

    Citations begin with `first`. None when none of them is still to come.
    """
    coming = [session for session in found if session.starts >= today]
    named = {Run(s.name, s.starts, s.apply_by): s for s in _meant(question, coming)}
    every = {Run(s.name, s.starts, s.apply_by): s for s in coming}
    told = _told(question, list(named), today)
    if told and all(_late(run, today) for run in told):
        told += [run for run in every if not _late(run, today)][:1]
    if not told:
        return None
    lines = [f"{_line(question, run, today)} [{first + n}]" for n, run in enumerate(told)]
    own = say("Programs that do not follow these sessions have dates of their own in the catalog.")
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join([*lines, own]),
        tuple(fact for n, run in enumerate(told) for fact in _facts(run, today, first + n)),
        quoted=tuple((every[run].document_id, every[run].quote) for run in told),
        focus=every[told[0]].document_id,
    )


def of_program(question: str, program: Program, today: date, first: int) -> Draft | None:
    """What is left of the runs of a program, cited as `first`; None when none is still to come."""
    dated = {Run("", r.starts, r.apply_by) for r in program.offerings if r.starts}
    runs = sorted((run for run in dated if run.starts >= today), key=lambda run: run.starts)
    year = _year(question)
    told = _told(question, [r for r in runs if r.starts.year == year] or runs, today)
    if not told:
        return None
    days = [day for run in told for day in (run.starts, run.apply_by) if day]
    lines = [_line(question, run, today) for run in told]
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join([f"**{program.title}** [{first}]", *lines]),
        tuple(replace(fact, program=program.id) for r in told for fact in _facts(r, today, first)),
        {program.id: tuple(map(in_words, days))},
        focus=program.id,
    )


def _meant(question: str, found: Sequence[Session]) -> list[Session]:
    """The sessions that a question names, such as "spring b" or "fall 2027"; else all of them.

    Who says "spring" also means its halves.
    """
    said = question.casefold()
    names = {s.short for s in found if re.search(rf"\b{re.escape(s.short)}\b", said)}
    names = {n for n in names if not any(o.startswith(f"{n} ") for o in names)}
    named = [s for s in found if any(f"{s.short} ".startswith(f"{name} ") for name in names)]
    year = _year(question)
    return [s for s in named or found if s.starts.year == year] or named or list(found)


def _year(question: str) -> int | None:
    match = _YEAR.search(question)
    return 2000 + int(match[0][-2:]) if match else None


def _late(run: Run, today: date) -> bool:
    return run.apply_by is not None and run.apply_by < today


def _told(question: str, runs: Sequence[Run], today: date) -> list[Run]:
    """The runs that are told of: the first, when it is too late for it, and the next one."""
    if not runs:
        return []
    known = [run for run in runs if run.apply_by is not None and not _late(run, today)]
    left = known if not _to_start(question) else [run for run in runs if not _late(run, today)]
    return [*(run for run in runs[:1] if _late(run, today)), *left[:1]]


def _to_start(question: str) -> bool:
    """Whether it asks for a start, and not whether one can still apply."""
    starts = _TO_START.search(question) and not _APPLYING.search(question)
    return bool(starts) and not _STILL.search(question)


def _line(question: str, run: Run, today: date) -> str:
    if _late(run, today):
        return _passed(run, today)
    if _to_start(question) or run.apply_by is None:
        return _start(run, today)
    return _deadline(run, today)


def _facts(run: Run, today: date, citation: int) -> Iterator[UsedFact]:
    yield UsedFact("start", run.starts.isoformat(), citation=citation)
    if run.apply_by is not None:
        yield UsedFact("apply by", run.apply_by.isoformat(), citation=citation)
    if run.apply_by is not None and not _late(run, today):
        yield UsedFact("days to the deadline", str((run.apply_by - today).days), "days")


def _deadline(run: Run, today: date) -> str:
    assert run.apply_by is not None
    left = (run.apply_by - today).days
    days = counted("**{count} day**", "**{count} days**", left)
    values = {
        "deadline": say_day(run.apply_by),
        "start": say_day(run.starts),
        "today": say_day(today),
        "days": days,
    }
    if run.name:
        return say(
            "You can apply for {session} until **{deadline}**: {days} from today, {today}. "
            "It starts on {start}.",
            session=run.name,
            **values,
        )
    return say(
        "You can apply until **{deadline}** for the start on {start}: {days} from today, {today}.",
        **values,
    )


def _start(run: Run, today: date) -> str:
    days = counted("**{count} day**", "**{count} days**", (run.starts - today).days)
    start, now = say_day(run.starts), say_day(today)
    said = (
        say(
            "The next start is **{start}**, with {session}: {days} from today, {today}.",
            start=start,
            session=run.name,
            days=days,
            today=now,
        )
        if run.name
        else say(
            "The next start is **{start}**: {days} from today, {today}.",
            start=start,
            days=days,
            today=now,
        )
    )
    if run.apply_by is None:
        return said
    return " ".join([said, say("Apply by **{deadline}**.", deadline=say_day(run.apply_by))])


def _passed(run: Run, today: date) -> str:
    assert run.apply_by is not None
    values = {"deadline": say_day(run.apply_by), "start": say_day(run.starts)}
    days = counted("{count} day ago", "{count} days ago", (today - run.apply_by).days)
    return say("The deadline for the start on {start} was {deadline}, {days}.", days=days, **values)
