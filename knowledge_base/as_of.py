"""Reads from a question the day whose rules it asks for, so that the past is told as the past."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from knowledge_base.model import Answer, AnswerKind
from knowledge_base.text.dates import find_dates, find_periods
from knowledge_base.text.terms import Period
from languages.speech import say, say_day

_LONGEST_QUESTION = 500
"""Characters; in a longer message a time is rarely the time of what is asked."""
_VALUED = re.compile(
    r"\b(?:fees?|tuition|costs?|prices?|priced?|rates?|charge[sd]?|refunds?|refunded|discounts?"
    r"|how much|per credit|pay|paid|rules?|polic(?:y|ies)|limits?|installments?|penalt(?:y|ies)"
    r"|rebates?|percent)\b|%",
    re.I,
)
"""What changes from year to year, and is asked for by its time."""
_SAYS_SO = re.compile(r"\b(?:as of|back in|in force|in effect|used to be|what was it)\b", re.I)
_OF_PROGRAMS = re.compile(
    r"\b(?:starts?|starting|started|begins?|beginning|began|ends?|ending|finish\w*|deadlines?|due"
    r"|apply|applying|last day|calendar|sessions?|opens?|offered|held|graduat\w*|schedul\w*)\b"
    r"|\bwhen\b"
    r"|\b(?:which|what|any|find|show|list|are there)\b[^?]*"
    r"\b(?:programs?|courses?|classes|certificates?|badges?|credentials?)\b",
    re.I,
)
"""A time beside these belongs to a program or a deadline, not to what held then."""
_FROM_THEN = re.compile(
    rf"(?:{_VALUED.pattern})(?:\s(?:of|for)(?:\s(?!programs?\b|courses?\b|class)\w+){{1,3}})?"
    r"(?P<from>\s(?:starting|beginning))\b",
    re.I,
)
"""*Starting* behind such a thing says from when it is asked for: no program starts there."""
_CHARGED_FOR = re.compile(r"\b(?:pay|costs?|charged?|fees?)(?: \w+)? to apply\b", re.I)
"""Applying as what is paid for, not by when."""
_THEN = re.compile(r"\b(?:by|back|until|at) (?:then|that time)\b|\bthen\W*$", re.I)
"""It takes up the time that is told of the student before."""
_ASKS_OF_THE_PAST = re.compile(
    r"\b(?:what|which|who|whose|how (?:much|many|long|big|late)|when)\b"
    r"(?:(?!\b(?:i|we|my|our)\b)[^,;.?!])*"
    r"\b(?:was|were|did|used to|(?:should|would|must) have|could (?!i\b|we\b))",
    re.I,
)
"""In the past tense, and not of what the student did: "until when could you drop it"."""
_COMPARES = re.compile(r"\b(?:now|today|currently|at present|compar\w+|differen\w+)\b", re.I)
_NOW = re.compile(r"\b(?:now|today|currently|at present)\b", re.I)
_CHANGES = re.compile(r"\b(?:chang\w+|increas\w+|r(?:ise|ose)s?|went up|go up)\b", re.I)
"""A question about two times is asked today. Pages that tell of a change are in force today too; of
one to come the page of that time tells."""
_OF_THE_STUDENT = re.compile(
    r"\b(?:i|we|my|our|i'm|i've|he|she|they|income|salary|taxes)\b(?!\s(?:pay|register|enroll))",
    re.I,
)
_LEAVING = re.compile(r"\b(?:drop\w*|withdr\w*|quit\w*|leav\w+|cancel\w*)\b[^,;.?!]*$", re.I)
"""In front of a time to come it is when somebody will leave, not what holds then."""
_REGISTERING = re.compile(
    r"\b(?:if (?:i|we|you|someone)|(?:i|we)(?:['’]?ll| will| am going to| plan to))"
    r" (?:pay|register|enroll|sign up)\b|\b(?:registering|enrolling|signing up|my registration)\b",
    re.I,
)
_CLAUSE = re.compile(r"[,;.?!]|\b(?:because|since|and i|but i)\b", re.I)
_PAST = re.compile(r"\b(?:was|were|did|used to|had been|paid|charged|refunded)\b", re.I)
_BEFORE = re.compile(r"\b(?:before|prior to|until|up to)\s(?:the\s)?$", re.I)
_AS_OF = re.compile(r"\b(?:as of|effective)\s(?:the\s)?$", re.I)
_AFTER = re.compile(r"\bafter\s(?:the\s)?$", re.I)
_FROM = re.compile(r"\bfrom\s(?:the\s)?$", re.I)
_UNTIL = re.compile(r"\b(?:until|up to)\s(?:the\s)?$", re.I)
_LEADING = re.compile(
    r"(?:\s*\b(?:in|on|of|for|during|before|prior to|until|up to|after|from|as of|effective|back in"
    r"|the|if (?:i|we|you) register in)\b)+\s*$",
    re.I,
)
_AND = re.compile(r"^\W*(?:and|but|or|so)?\W*(?:what|how) about\b|^\W*(?:and|but|or|so)\b", re.I)
_BARE_MONTH = re.compile(r"[A-Za-z]+\.?$")


def asked_day(question: str, today: date) -> date | None:
    """A day inside the time that a question asks about; None when it asks about today.

    "What was the fee last fall", "tuition in 2025", "the fee before July", "what will it cost next
    year". Of a period the last day is taken: what changed within it is told as it was in the end.
    A time that belongs to a program, a deadline or the student ("starts before March", "I lost my
    job last year") moves nothing, and when in doubt nothing is moved. But what is asked in the past
    tense beside a time that is over is asked of that time.
    """
    if len(question) > _LONGEST_QUESTION or _COMPARES.search(question):
        return None
    asks_then, asked_then = _asks_of_a_time(question), bool(_ASKS_OF_THE_PAST.search(question))
    takes_up = _REGISTERING.search(question) or _THEN.search(question)
    for period, start, _, bare in _times(question, today):
        before = question[:start]
        past = asked_then and period.last < today
        of_the_student = _OF_THE_STUDENT.search(_CLAUSE.split(before)[-1]) and not takes_up
        changed = _CHANGES.search(question) and period.first <= today
        leaves = _LEAVING.search(before) and period.first > today
        if changed or leaves or (not past and (of_the_student or not asks_then)):
            continue
        if bare and _PAST.search(question) and period.first > today:
            period = _year_before(period)  # noqa: PLW2901  # "before July", said of the past
        day = _day_in(period, before)
        inside = period.first <= today <= period.last and day == period.last
        return None if inside or day == today else day
    return None


def _asks_of_a_time(question: str) -> bool:
    """Whether it asks for what changes with time, and a time in it is not of a program."""
    plain = _FROM_THEN.sub(lambda match: match[0].removesuffix(match["from"]), question)
    plain = _CHARGED_FOR.sub(" ", plain)
    valued = _VALUED.search(question) or _SAYS_SO.search(question)
    return bool(valued and not _OF_PROGRAMS.search(plain))


def as_asked(question: str, earlier: Sequence[str], today: date) -> tuple[str, date]:
    """What to search for, and the day to search on, which is mostly today.

    `earlier` are the student's questions before, oldest first: "and last fall?" asks the latest of
    them that is more than a time again for another time.
    """
    if len(question) > _LONGEST_QUESTION:
        return question, today
    asked = next((said for said in reversed(earlier) if _time_only(said, today) is None), None)
    if asked and (time_only := _time_only(question, today)):
        timeless = without_time(asked, today)
        if timeless != asked and _NOW.search(time_only):
            return timeless, today
        again = f"{timeless.rstrip(' ?.!')} {time_only}?"
        if day := asked_day(again, today):
            return without_time(again, today), day
    day = asked_day(question, today)
    return (without_time(question, today), day) if day else (question, today)


def _time_only(said: str, today: date) -> str | None:
    """The time that is all that a message says; None where it says more."""
    rest = _AND.sub("", said).strip(" ?.!")
    if not rest or re.search(r"\w", _NOW.sub(" ", without_time(rest, today))):
        return None
    return rest


def without_time(question: str, today: date) -> str:
    """The question without the time that `asked_day` reads in it, for the search.

    Every page in force then is of that time, so that its words would only find pages that talk
    about years.
    """
    for _, start, end, _ in _times(question, today):
        if not _OF_THE_STUDENT.search(_CLAUSE.split(question[:start])[-1]):
            before = _LEADING.sub("", question[:start])
            return f"{before.rstrip()} {question[end:].lstrip()}".replace(" ?", "?").strip()
    return question


def dated(answer: Answer, day: date, today: date, *, special: bool = True) -> Answer:
    """The answer with a line that says for which day it holds.

    What is not `special` to that day holds today too, and may only not have been changed yet.
    """
    if answer.abstained:
        return answer
    if day < today:
        line = say("*This held on {day}, the time that you asked about.*", day=say_day(day))
    elif special:
        line = say("*This will hold on {day}, the time that you asked about.*", day=say_day(day))
    else:
        line = say(
            "*This holds today, and nothing published changes it until {day}, "
            "the time that you asked about.*",
            day=say_day(day),
        )
    return replace(answer, text=f"{line}\n\n{answer.text}")


def unchanged(answer: Answer, day: date) -> Answer:
    """What holds today, told as that alone: nothing is published for the day that is asked about.

    It declines what was asked, whatever it quotes.
    """
    if answer.abstained:
        return answer
    line = say(
        "I have nothing published that holds on {day}, the time that you asked about. "
        "This is what holds today:",
        day=say_day(day),
    )
    return replace(answer, text=f"{line}\n\n{answer.text}", kind=AnswerKind.UNKNOWN)


def _times(question: str, today: date) -> list[tuple[Period, int, int, bool]]:
    """Periods and dates in order, with where they stand, and whether they are a bare month."""
    days = [(Period(f.value, f.value), f.start, f.end, False) for f in find_dates(question)]
    periods = [
        (f.value, f.start, f.end, bool(_BARE_MONTH.fullmatch(question[f.start : f.end])))
        for f in find_periods(question, today)
    ]
    return sorted([*days, *periods], key=lambda each: each[1])


def _day_in(period: Period, before: str) -> date:
    one_day = period.first == period.last
    if one_day and (_UNTIL.search(before) or _AS_OF.search(before)):
        return period.first
    if _BEFORE.search(before):
        return period.first - timedelta(days=1)
    if _AFTER.search(before) or (one_day and _FROM.search(before)):
        return period.last + timedelta(days=1)
    if _FROM.search(before) or _AS_OF.search(before):
        return period.first + timedelta(days=one_day)
    return period.last


def _year_before(period: Period) -> Period:
    first = period.first.replace(year=period.first.year - 1)
    last = (period.last + timedelta(days=1)).replace(year=period.last.year - 1)
    if period.last.month == 12:
        last = (period.last + timedelta(days=1)).replace(year=period.last.year)
    return Period(first, last - timedelta(days=1))
