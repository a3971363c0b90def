"""Tells the first and last day of a session, and by when to apply, from the calendar's own row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from knowledge_base.filters.periods import PERIOD, period_of
from knowledge_base.model import AnswerKind, UsedFact, Utterance
from knowledge_base.text.terms import Period
from knowledge_base.typed.draft import Draft
from knowledge_base.typed.sessions import Session
from languages.speech import say, say_day

_MOST = 3
"""Sessions that are told of at once: a term and its halves."""
_BOUNDS = re.compile(
    r"\b(?:first day|last day|start dates?|end dates?|apply by|deadlines?|cut-?off)\b"
    r"|\b(?:when|what (?:day|date)|which (?:day|date))\b.*"
    r"\b(?:starts?|begins?|ends?|over|finish\w*)\b|\b(?:starts?|begins?|ends?|finish\w*) when\b",
    re.I,
)
_OF_CLASSES = re.compile(
    r"\b(?:class(?:es)?|sessions?|semesters?|terms?|school|it|spring|summer|fall|autumn|winter"
    r"|half|apply|application)\b",
    re.I,
)
_OTHER = re.compile(
    r"\b(?:drop\w*|withdr\w*|refund\w*|quit\w*|get out|leav\w+|back(?! (?:to|in|at|on)\b)"
    r"|regist\w*|sign up|enroll\w*|tuition|pay\w*|due|fees?|break"
    r"|holidays?|graduat\w*|ceremony|add(?:ing)?|portfolio\w*|grants?|scholarships?|aid|grades?"
    r"|badges?|exams?|transfer\w*|international|transcripts?|laptops?|library|clos\w*|plan)\b",
    re.I,
)
"""What has days of its own."""
_HALF = re.compile(r"\b(?P<which>first|1st|second|2nd) half\b", re.I)
_BACK = re.compile(r"\b(?:it|then|that|this|there)\b", re.I)
_IN = re.compile(r"\b(?:in|of|this|next)\s+$", re.I)
_LAST = re.compile(r"\b(?:last day|ends?|over|finish\w*|end date)\b", re.I)
_APPLY = re.compile(r"\b(?:apply|application|deadlines?|cut-?off)\b", re.I)


def asks_for_bounds(question: str) -> bool:
    """Whether it asks when classes begin or end, or by when to apply for them."""
    return bool(
        _BOUNDS.search(question) and _OF_CLASSES.search(question) and not _OTHER.search(question)
    )


def dates_of(
    question: str,
    history: Sequence[Utterance],
    found: Sequence[Session],
    today: date,
    first: int,
) -> Draft | None:
    """The rows of the sessions that a question names by term, half or month, cited from `first` on.

    None when it names none, or when none of that name is still to end.
    """
    coming = [session for session in found if (session.ends or session.starts) >= today]
    said = [utterance.text for utterance in history if utterance.role == "user"][-1:]
    chosen = named_sessions(question, coming, today)
    if not chosen and said and _BACK.search(question):
        chosen = named_sessions(said[0], coming, today)
    if not chosen:
        return None
    lines = [f"{_line(session, question)} [{first + n}]" for n, session in enumerate(chosen)]
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join(lines),
        tuple(fact for n, s in enumerate(chosen) for fact in _facts(s, first + n)),
        quoted=tuple((session.document_id, session.quote) for session in chosen),
        focus=chosen[0].document_id,
    )


def named_sessions(text: str, found: Sequence[Session], today: date) -> list[Session]:
    """The next sessions of the name that a text says, or else of the month."""
    said = text.casefold()
    names = [s.short for s in found if re.search(rf"\b{re.escape(s.short)}\b", said)]
    name = max(names, key=len, default=None)
    period = _period(said, today)
    fitting = [s for s in found if s.short == name]
    if half := _HALF.search(text):
        parts = [s for s in found if name and s.short.startswith(f"{name} ")]
        fitting = parts[:1] if half["which"][0] in "f1F" else parts[1:2]
    elif name is None and period is not None:
        fitting = [s for s in found if period.first <= s.starts <= period.last]
    dated = [
        s for s in fitting if period and period.first.year <= s.starts.year <= period.last.year
    ]
    fitting = dated or fitting
    return [s for s in fitting if s.starts == fitting[0].starts][:_MOST]


def _period(said: str, today: date) -> Period | None:
    """The month, term or year that a text names behind *in*."""
    for match in PERIOD.finditer(said):
        if _IN.search(said[: match.start()]) or match["season"]:
            return period_of(match, today, "in")
    return None


def _line(session: Session, question: str) -> str:
    """The row in words; what is asked for stands out."""
    asked = "ends" if _LAST.search(question) else "starts"
    if _APPLY.search(question):
        asked = "apply"
    bold = {name: "**" if name == asked else "" for name in ("starts", "ends", "apply")}
    parts = [
        say(
            "{session}: first day {day}",
            session=session.name,
            day=_told(session.starts, bold["starts"]),
        )
    ]
    if session.ends is not None:
        parts.append(say("last day {day}", day=_told(session.ends, bold["ends"])))
    if session.apply_by is not None:
        parts.append(say("apply by {day}", day=_told(session.apply_by, bold["apply"])))
    return f"{', '.join(parts)}."


def _told(day: date, bold: str) -> str:
    return f"{bold}{say_day(day)}{bold}"


def _facts(session: Session, citation: int) -> list[UsedFact]:
    days = (("start", session.starts), ("last day", session.ends), ("apply by", session.apply_by))
    return [UsedFact(name, day.isoformat(), citation=citation) for name, day in days if day]
