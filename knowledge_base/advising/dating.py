"""Tells how far off the day of the last answer is, and until when that answer holds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from knowledge_base.advising.following import FollowUp, LastAnswer, follow_up
from knowledge_base.library import KnowledgeBase
from knowledge_base.model import Answer, AnswerKind, UsedFact
from knowledge_base.terms import term
from knowledge_base.text.dates import find_dates
from languages.speech import counted, say_day

_MOST = 3
"""Days; of more it is not told which is meant."""
_HOW_FAR = re.compile(
    r"(?=.*\b(?:from|until|till?|away|off|left|remaining|then)\b)"
    r"\W*(?:(?:and|so|ok|okay|but)\W+)*how (?:many (?:days|weeks)|long|far|soon)"
    r"(?:\W+(?:from|now|today|is|are|there|that|then|it|until|till?|away|off|left|remaining|still))*"
    r"\W*",
    re.I,
)
"""All its words only ask for the time until then: "how long does it take" has others."""
_UNTIL = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|but)\W+)*(?:(?:un)?till? when|how long (?:is|are|will)"
    r" (?:that|this|it|those|they) (?:be )?(?:valid|in force|in effect))\W*$",
    re.I,
)


async def of_its_days(library: KnowledgeBase, words: str, last: LastAnswer) -> Answer | None:
    """The answer to a message that asks nothing else; None for any other. Raises as
    `KnowledgeBase.ask`."""
    if not (_HOW_FAR.fullmatch(words) or _UNTIL.search(words)):
        return None
    today = (await library.catalog()).day
    return how_far(words, last, today) or until_when(words, last, today)


def how_far(words: str, last: LastAnswer, today: date) -> Answer | None:
    """The days from today until each day to come that the last answer states.

    None when a message asks for something else, or when no such day was stated, or too many.
    """
    if not _HOW_FAR.fullmatch(words):
        return None
    coming = [fact for fact in last.facts if _is_day(fact) and fact.value >= today.isoformat()]
    if not 0 < len({fact.value for fact in coming}) <= _MOST:
        return None
    told = {fact.value: _days_until(fact, today) for fact in coming}
    left = [
        UsedFact("days left", str(days), "days", fact.program, fact.citation)
        for fact, days, _ in told.values()
    ]
    return Answer(
        "\n".join(line for _, _, line in told.values()),
        AnswerKind.COMPUTED,
        citations=last.citations,
        confidence=1.0,
        facts=(*(fact for fact, _, _ in told.values()), *left),
    )


def _days_until(fact: UsedFact, today: date) -> tuple[UsedFact, int, str]:
    day = date.fromisoformat(fact.value)
    line = counted(
        "- {what}: **{day}**{mark} is **{count} day** from today, {today}.",
        "- {what}: **{day}**{mark} is **{count} days** from today, {today}.",
        (day - today).days,
        what=term(fact.name),
        day=say_day(day),
        mark=f" [{fact.citation}]" if fact.citation else "",
        today=say_day(today),
    )
    return fact, (day - today).days, line


def until_when(words: str, last: LastAnswer, today: date) -> Answer | None:
    """For which days the sources of the last answer hold, where it speaks of no other days.

    None when that is not all that a message asks, or when no source states an end.
    """
    ends = [cited.validity.effective_to for cited in last.citations]
    dated = any(find_dates(cited.quote) for cited in last.citations)
    if not _UNTIL.search(words) or dated or not any(ends):
        return None
    return replace(follow_up(FollowUp.SINCE, last, today), focus=last.citations[0].document_id)


def _is_day(fact: UsedFact) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", fact.value) is not None
