"""Lists the few programs that meet a question which asks for programs, each with its main facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from knowledge_base.catalog_query import Findings
from knowledge_base.filters.tree import And, Compare, Op
from knowledge_base.model import AnswerKind, Program, UsedFact
from knowledge_base.program_page import day as in_words
from knowledge_base.typed.cells import Cell, cell
from knowledge_base.typed.draft import Catalog, Draft
from knowledge_base.typed.question import Aspect
from languages.lists import joined
from languages.speech import say, say_day

MOST = 6
"""Programs in a list: of more a wish says too little to be answered by naming them."""
_NOUN = r"(?:programs?|programmes?|courses?|class(?:es)?|trainings?|workshops?|ones|stuff|options)"
_ASKS = re.compile(
    rf"\b(?:which|what|any|some|other|show|list|give|find|want|need|looking)\b[^.?!,;]*\b{_NOUN}\b"
    r"|\b(?:something|anything|everything|smth|sth|stuff)\b"
    r"|\bwhat(?:'?s| is| are)?(?: else)?(?: all)?(?: do| does| can)? (?:you|u|ya)(?: guys)?"
    r" (?:have|offer|teach|got)\b"
    r"|\bdo (?:you|u|ya)(?: guys)? (?:have|offer|teach)\b"
    r"|\bwhat\b[^.?!]*\b(?:do|should|can) i take\b"
    r"|\b(?:become|(?:work|job|career) as)\b"
    rf"|^\W*(?:[\w-]+ ){{0,4}}{_NOUN}\b",
    re.I,
)
_MOST_OF_ALL = re.compile(
    r"\b(?:cheapest|priciest|shortest|longest|quickest|fastest|soonest|earliest"
    rf"|(?:most|least) expensive) (?:[\w-]+ ){{0,3}}(?:{_NOUN}|things?)\b",
    re.I,
)
"""What asks for the first of all by some order, also where it speaks of *your* programs."""
_OF_ONE = re.compile(
    r"\b(?:the|your|that|this|my)\b[^.?!,;]{0,40}\b(?:program|programme|course|class|training"
    r"|workshop)\b|\bhow (?:much|long|many)\b|\bwhen\b"
    r"|\b(?:need|needed|requires?|required|must|have to)\b.*\b(?:before|for|first)\b"
    r"|\bbefore (?:i|it|that|this|taking|starting)\b|\bin (?:it|that|this)\b",
    re.I,
)
"""What asks for a fact of one program, which it may only describe, or of one award."""
_FROM = frozenset({Op.GE, Op.GT, Op.EQ, Op.BETWEEN})
"""Comparisons of a start that say from when on."""
_ASPECTS = (Aspect.COST, Aspect.CREDIT, Aspect.LENGTH, Aspect.DELIVERY)


def asks_for_programs(question: str) -> bool:
    """Whether it is worth reading as a wish."""
    asks = _ASKS.search(question) and not _OF_ONE.search(question)
    return bool(asks or _MOST_OF_ALL.search(question))


def wished(findings: Findings, programs: Sequence[Program], catalog: Catalog, first: int) -> Draft:
    """A line for each program, cited from `first` on, under the conditions as they were read."""
    lines, facts, stated = [], list[UsedFact](), dict[str, tuple[str, ...]]()
    since = _since(findings.filter)
    for number, program in enumerate(programs, first):
        told = [cell(aspect, program, catalog) for aspect in _ASPECTS]
        told += [_start(program, since, catalog)]
        known = " · ".join(each.text for each in told if each.text)
        lines.append(f"- **{program.title}** [{number}]: {known}")
        facts += [
            replace(fact, program=program.id, citation=number)
            for each in told
            for fact in each.facts
        ]
        stated[program.id] = tuple(word for each in told for word in each.stated)
    wish = "; ".join(filter(None, [*findings.conditions, findings.order]))
    head = say("These programs fit “{wish}”:", wish=wish)
    text = [head, "\n".join(lines)]
    if findings.unknown:
        titles = joined([match.title for match in findings.unknown])
        text.append(say("Whether {titles} fits too is not stated.", titles=titles))
    return Draft(AnswerKind.PROGRAMS, "\n\n".join(text), tuple(facts), stated)


def _since(conditions: And) -> date | None:
    """The day from which a wish wants to start, if it says one."""
    starts = [p for p in conditions.parts if isinstance(p, Compare) and p.field == "starts"]
    days = [p.value for p in starts if p.op in _FROM and isinstance(p.value, date)]
    return max(days, default=None)


def _start(program: Program, since: date | None, catalog: Catalog) -> Cell:
    """The start that the wish is about, which may come after the next one."""
    later = [
        run.starts for run in program.offerings if run.starts and since and run.starts >= since
    ]
    if not later:
        return cell(Aspect.START, program, catalog)
    start = min(later)
    fact = UsedFact("start", start.isoformat())
    return Cell(say_day(start), (fact,), (in_words(start),))
