"""Tells what the catalog states of one program: all of it, or the respect that is asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

from knowledge_base.filters.periods import PERIOD, period_of
from knowledge_base.model import Program, UsedFact
from knowledge_base.program_page import day as in_words
from knowledge_base.text.terms import Period
from knowledge_base.typed.cells import cell, heading
from knowledge_base.typed.draft import Catalog, Draft, Telling
from knowledge_base.typed.question import Aspect
from languages.lists import joined
from languages.speech import say, say_day

_LONGEST = 12
"""Words of a question that is taken: a longer one has words of its own weight."""
_EMPTY = frozenset(
    """a about again also an and any are at be can course certificate class could do does doing for
    give have hi hey how i if in info information is it its it's like me more now of ok okay on one
    or please pls program should so take taken taught tell that the then there these they this to
    was what whats what's when where will with would you your details describe explain show really
    still fully completely entirely only just all need needs needed required long much many
    describing summary overview also too get got offered held go going every each per""".split()
)
"""Words that ask, and change nothing of what is asked."""
_ALL = re.compile(
    r"\b(?:tell|say) (?:me )?(?:more |something )?about\b|\bmore (?:info\w*|details?)\b"
    r"|\b(?:info\w*|details?|overview|summary)\b|\b(?:describe|explain|show)\b"
    r"|\bwhat(?:'s|s| is)\b.*\babout\b"
)
_ASKED = (
    (Aspect.DELIVERY, r"online|remote(?:ly)?|hybrid|in[ -]person|on[ -]campus|campus|format"),
    (Aspect.EFFORT, r"hours?(?: (?:a|per|each|every) week)?|workload|hrs|weekly"),
    (Aspect.LENGTH, r"how long|length|duration|how many weeks|weeks"),
    (Aspect.DEADLINE, r"deadlines?|apply by|application deadline|last day to apply"),
    (Aspect.START, r"starts?|starting|begins?|beginning|start dates?|next start"),
    (Aspect.PREREQUISITES, r"prerequisites?|prereqs?|requirements?"),
    (Aspect.CREDIT, r"credits?|credit[ -]bearing|for credit"),
    (Aspect.STACKING, r"stacks?(?: into)?|counts? towards?|degree"),
    (Aspect.SKILLS, r"skills?|learn"),
    (Aspect.CAREERS, r"jobs?|careers?|occupations?|work as"),
)
_ASPECTS = tuple((aspect, re.compile(rf"\b(?:{words})\b")) for aspect, words in _ASKED)
_IN = re.compile(r"\b(?:in|during|this|next|for)\b")


def profiled(
    question: str, program: Program, catalog: Catalog, first: int = 1, other: Collection[str] = ()
) -> Draft | None:
    """What is stated of a program, cited as `first`, where the question asks no more than that.

    `question` has blanks where the program is named. Words of `other` are understood too. None
    when a word is not understood, or when nothing is asked.
    """
    said = question.casefold().replace("’", "'")
    if len(said.split()) > _LONGEST:
        return None
    left, when = _without_time(said, catalog.day)
    aspects = [aspect for aspect, pattern in _ASPECTS if pattern.search(left)]
    for _, pattern in _ASPECTS:
        left = pattern.sub(" ", left)
    understood = set(re.findall(r"[\w']+", left)) <= _EMPTY | set(other)
    if not understood or not (aspects or when or _ALL.search(said)):
        return None
    telling = Telling(program, first)
    if when is not None and set(aspects) <= {Aspect.START, Aspect.DEADLINE}:
        _tell_runs(telling, when)
    elif when is not None:
        return None
    elif aspects and set(aspects) <= {Aspect.START, Aspect.DEADLINE}:
        return None  # its page lists every run, which says more
    else:
        _tell(telling, catalog, aspects)
    return telling.draft()


def told_in(program: Program, aspects: Sequence[Aspect], catalog: Catalog, first: int = 1) -> Draft:
    """What is stated of a program in some respects, cited as `first`."""
    telling = Telling(program, first)
    _tell(telling, catalog, aspects)
    return telling.draft()


def _without_time(said: str, today: date) -> tuple[str, Period | None]:
    """The words without the time that they name, and that time."""
    for match in PERIOD.finditer(said):
        before = said[: match.start()]
        period = period_of(match, today, "in") if _IN.search(before) else None
        if period is not None:
            return f"{before} {said[match.end() :]}", period
    return said, None


def _tell(telling: Telling, catalog: Catalog, aspects: Sequence[Aspect]) -> None:
    if not aspects and telling.program.summary:
        telling.lines.append(telling.program.summary)
        telling.use([telling.program.summary])
    rows = []
    for aspect in aspects or Aspect:
        label, known = heading(aspect), cell(aspect, telling.program, catalog)
        if not known.text:
            rows += [say("- {fact}: the catalog does not say.", fact=label)] if aspects else []
            continue
        rows.append(f"- {label}: **{known.text}**" if aspects else f"- {label}: {known.text}")
        telling.use(known.stated, *known.facts)
    telling.lines.append("\n".join(rows))


def _tell_runs(telling: Telling, when: Period) -> None:
    """The runs that begin in a time, or the next one after it."""
    runs = sorted(r.starts for r in telling.program.offerings if r.starts)
    inside = [day for day in runs if when.first <= day <= when.last]
    after = [day for day in runs if day > when.last][:1]
    if inside:
        days = joined([f"**{say_day(day)}**" for day in inside])
        telling.lines.append(say("It starts on {days}.", days=days))
    elif after:
        telling.lines.append(
            say(
                "The catalog lists no start between {first} and {last}; "
                "the next one after that is **{next}**.",
                first=say_day(when.first),
                last=say_day(when.last),
                next=say_day(after[0]),
            )
        )
    elif runs:
        telling.lines.append(
            say(
                "The catalog lists no start between {first} and {last}.",
                first=say_day(when.first),
                last=say_day(when.last),
            )
        )
    else:
        telling.lines.append(say("The catalog does not say when it starts."))
    shown = inside or after
    telling.use(
        [in_words(day) for day in shown],
        *(UsedFact("next start", day.isoformat()) for day in shown),
    )
