"""Writes a plan as files to keep: a calendar for each stack, and one text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from knowledge_base.model import Answer, File
from knowledge_base.pathway.plan import Plan, Stack
from knowledge_base.pathway.schedule import Run
from languages.speech import say, spoken

_MAKER = "-//Student advisor//Plan//{language}"
_LINK = re.compile(r"\s?\[\d+\]")
_SAVES = re.compile(
    r"\b(?:sav(?:e|es|ed|ing)|keep|download|export|print|send|e-?mail|copy|store|calendar|ics|pdf"
    r"|file)\b",
    re.I,
)
_MARKS = re.compile(r"\*\*?|^#+ |^\|[-| ]+\|\n", re.M)


def saves(words: str) -> bool:
    """Whether a message speaks of keeping something."""
    return bool(_SAVES.search(words))


def plan_files(plan: Plan, answer: Answer, sentence: str) -> tuple[File, ...]:
    """`plan.txt`, and an RFC 5545 calendar for each stack; none without a stack.

    The text begins with the `sentence` that brings the plan back, and ends with the links of the
    pages that the `answer` cites.
    """
    if not plan.stacks:
        return ()
    several = len(plan.stacks) > 1
    calendars = [
        File(
            f"plan-{number}.ics" if several else "plan.ics",
            "text/calendar",
            calendar(stack, plan.as_of),
        )
        for number, stack in enumerate(plan.stacks, 1)
    ]
    pages = dict.fromkeys(f"{cited.title}: {cited.url}" for cited in answer.citations if cited.url)
    text = "\n\n".join([sentence, without_marks(answer.text), "\n".join(pages)])
    return (File("plan.txt", "text/plain", f"{text.strip()}\n"), *calendars)


def kept() -> str:
    """How a plan that is shown once more can be kept, and brought back."""
    return say(
        "Here is your plan to keep: as text with links to the pages of its programs, and as a "
        "calendar file (.ics). To see it again in any chat, write the sentence that its text "
        "begins with."
    )


def nothing_to_keep() -> str:
    """That there is no plan to keep."""
    return say(
        "There is no finished plan to save yet. Once it is, you can keep it as text and as a "
        "calendar file (.ics)."
    )


def calendar(stack: Stack, made: date) -> str:
    """One all-day event for each run, and one for the last day to apply."""
    found = Calendar()
    found.add("prodid", _MAKER.format(language=spoken().upper()))
    found.add("version", "2.0")
    for run in stack.runs:
        for event in _events(run, made):
            found.add_component(event)
    return bytes(found.to_ical()).decode("utf-8")


def _events(run: Run, made: date) -> Iterator[Event]:
    title = run.program.title
    yield _event(run, made, "run", title, run.starts, run.ends)
    if run.offering.apply_by is not None:
        last = run.offering.apply_by
        yield _event(run, made, "apply", say("Last day to apply: {title}", title=title), last, last)


def _event(run: Run, made: date, what: str, summary: str, first: date, last: date) -> Event:
    """The same plan gives the same names of events, so that a calendar that has one updates it."""
    event = Event()
    event.add("uid", f"{run.program.id}-{run.starts.isoformat()}-{what}@student-advisor")
    event.add("dtstamp", datetime.combine(made, time(), UTC))
    event.add("summary", summary)
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def without_marks(text: str) -> str:
    """Markdown as plain text: no signs of emphasis, no numbers of sources."""
    return _MARKS.sub("", _LINK.sub("", text)).strip()
