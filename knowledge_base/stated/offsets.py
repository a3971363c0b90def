"""Works out the day that a rule puts some days or weeks before or after a start or an end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge_base.filters.periods import PERIOD, period_of
from knowledge_base.lexical import words
from knowledge_base.model import Passage, Program, Span, UsedFact
from knowledge_base.program_page import day as in_words
from knowledge_base.retriever import Query
from knowledge_base.stated.working import Working
from knowledge_base.terms import measured
from knowledge_base.text.quantities import NUMBER_WORDS, number
from knowledge_base.text.sentences import statements
from knowledge_base.text.terms import Period
from knowledge_base.typed.cells import next_run
from knowledge_base.typed.session_dates import named_sessions
from knowledge_base.typed.sessions import Session
from languages.speech import say, say_day

_RULE = re.compile(
    rf"\b(?P<count>\d{{1,3}}|{'|'.join(NUMBER_WORDS[1:])}) (?P<working>(?:working|business) )?"
    r"(?P<unit>days?|weeks?) (?P<side>before|after) (?P<event>(?:(?! and )[^.;:,()]){3,50})",
    re.I,
)
_WHAT = r"(?:class(?:es)?|session|course|programme|program|training|term|it)"
_AT_START = re.compile(
    r"^(?:the |your |a |its )?(?:first (?:day of )?(?:the )?class(?:es)?|first day|start|beginning"
    rf"|{_WHAT} (?:starts?|begins?)|session$|class(?:es)?$)",
    re.I,
)
_AT_END = re.compile(
    r"^(?:the |your |a |its )?(?:last day|end|program$|completion"
    rf"|{_WHAT} ends?)",
    re.I,
)
_ASKS_FOR_A_DAY = re.compile(
    r"\b(?:when|(?:what|which) (?:\w+ ){0,2}(?:day|date)|latest|last (?:possible )?(?:day|date)"
    r"|deadline|cut-?off|due|how late)\b",
    re.I,
)
_STARTS = re.compile(r"\b(?:starts?|starting|begin\w*|first day|from)\b", re.I)
_ENDS = re.compile(r"\b(?:ends?|ended|ending|over|finish\w*|last day)\b", re.I)
_BEHIND = re.compile(r"\b(?:in|for|this|next|starting|starts?|start)\s+$")
_NEAR = 25
"""Characters on each side of a day in which a word tells whether it starts or ends something."""
_DAYS = {"day": 1, "week": 7}
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Offset:
    """`length` before or after a start or an end, in the words of a passage."""

    length: Span
    days: int
    """Negative: before it."""
    of_end: bool
    quote: str
    working: bool = False
    """Whether only working days are counted."""

    def from_day(self, day: date) -> date:
        """The day that it leads to; public holidays are working days here."""
        if not self.working:
            return day + timedelta(days=self.days)
        step = timedelta(days=1 if self.days > 0 else -1)
        left = abs(self.days)
        while left:
            day += step
            left -= day.weekday() < _SATURDAY
        return day


@dataclass(frozen=True, slots=True)
class Anchor:
    """The day from which is counted, and what says so; without any the student does."""

    day: date
    of_end: bool
    program: Program | None = None
    session: Session | None = None


def asks_for_a_day(question: str) -> bool:
    """Whether a day is asked for."""
    return bool(_ASKS_FOR_A_DAY.search(question))


def day_worked_out(
    query: Query, pages: Sequence[Passage], program: Program | None, known: Sequence[Session]
) -> Working | None:
    """The day of the rule that stands in the best page, when the question gives what it counts
    from: a day, a session, or the program of which a start is meant.

    None when the page has no such rule, or several that fit alike.
    """
    if not pages:
        return None
    for of_end in (False, True):
        rule = _the_one(query.question, [o for o in offsets(pages[0]) if o.of_end is of_end])
        anchor = _anchor(query, of_end, program, known) if rule else None
        if rule and anchor:
            return _worked_out(rule, anchor, pages[0], query.day)
    return None


def offsets(passage: Passage) -> Iterator[Offset]:
    """The rules of a passage that count in days or weeks from the start or the end of classes."""
    for said in statements(passage.text):
        for match in _RULE.finditer(" ".join(said.text.split())):
            of_start, of_end = _AT_START.match(match["event"]), _AT_END.match(match["event"])
            if bool(of_start) is bool(of_end):
                continue
            unit, count = match["unit"].removesuffix("s").casefold(), number(match["count"])
            working = match["working"] is not None
            if working and unit != "day":
                continue
            sign = -1 if match["side"].casefold() == "before" else 1
            length = Span(count, count, "business days" if working else f"{unit}s")
            days = sign * int(count) * _DAYS[unit]
            yield Offset(length, days, bool(of_end), said.text, working)


def _the_one(question: str, found: Sequence[Offset]) -> Offset | None:
    """The only rule, or the one that shares most words with the question."""
    if len({(offset.days, offset.working) for offset in found}) == 1:
        return found[0]
    asked = set(words(question))
    shared = sorted(((len(asked & set(words(o.quote))), o) for o in found), key=lambda e: -e[0])
    alone = len(shared) > 1 and shared[0][0] > shared[1][0]
    return shared[0][1] if alone else None


def _anchor(
    query: Query, of_end: bool, program: Program | None, known: Sequence[Session]
) -> Anchor | None:
    said = query.question.casefold()
    days = [(m, p) for m, p in _periods(said, query.day) if p.first == p.last]
    if days:
        match, period = days[0]
        alone = len(days) == 1 and _kind(said, match) is of_end
        return Anchor(period.first, of_end) if alone else None
    if program is not None:
        return _of_program(query, said, of_end, program)
    coming = [each for each in known if (each.ends or each.starts) >= query.day]
    chosen = named_sessions(query.question, coming, query.day)
    ends = {each.ends if of_end else each.starts for each in chosen}
    day = ends.pop() if len(ends) == 1 else None
    return Anchor(day, of_end, session=chosen[0]) if day else None


def _periods(said: str, today: date) -> Iterator[tuple[re.Match[str], Period]]:
    for match in PERIOD.finditer(said):
        if period := period_of(match, today, "in"):
            yield match, period


def _kind(said: str, of: re.Match[str]) -> bool | None:
    """Whether something ends on a day, by the nearest word; None when no word tells."""
    near: dict[bool, int] = {}
    for is_end, sign in ((False, _STARTS), (True, _ENDS)):
        for match in sign.finditer(said):
            gap = max(of.start() - match.end(), match.start() - of.end())
            if gap <= _NEAR:
                near[is_end] = min(gap, near.get(is_end, gap))
    return min(near, key=lambda is_end: near[is_end]) if near else None


def _of_program(query: Query, said: str, of_end: bool, program: Program) -> Anchor | None:
    """The run that starts in the time that is named, or else the next one."""
    named = [p for m, p in _periods(said, query.day) if _BEHIND.search(said[: m.start()])]
    runs = [next_run(program, query.day)]
    if named:
        inside = [r for r in program.offerings if r.starts and _within(r.starts, named[0])]
        runs = list(inside) if len(inside) == 1 else []
    run = runs[0] if runs else None
    day = (run.ends if of_end else run.starts) if run else None
    return Anchor(day, of_end, program) if day else None


def _within(day: date, period: Period) -> bool:
    return period.first <= day <= period.last


def _worked_out(rule: Offset, anchor: Anchor, page: Passage, today: date) -> Working:
    result = rule.from_day(anchor.day)
    sign = "+" if rule.days > 0 else "−"
    line = f"{say_day(anchor.day)} {sign} {measured(rule.length)} = **{say_day(result)}**"
    if anchor.program is not None:
        line = f"{anchor.program.title}: {line}"
    elif anchor.session is not None:
        line = f"{anchor.session.name}: {line}"
    remarks = [say("That day has passed.")] if result < today else []
    if rule.working:
        remarks.append(
            say("*Counted from Monday to Friday; public holidays in between are not known here.*")
        )
    session = anchor.session
    return Working(
        page,
        rule.quote,
        (line, *remarks),
        (UsedFact("day worked out", result.isoformat()),),
        anchor.program,
        (in_words(anchor.day),) if anchor.program else (),
        ((session.document_id, session.quote),) if session else (),
    )
