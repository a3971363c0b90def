"""Lists the few programs that meet a question which asks for programs, each with its main facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from knowledge_base.catalog_query import Findings
from knowledge_base.model import AnswerKind, Program, UsedFact
from knowledge_base.typed.cells import cell
from knowledge_base.typed.draft import Catalog, Draft
from knowledge_base.typed.question import Aspect
from languages.lists import joined
from languages.speech import say

MOST = 6
"""Programs in a list: of more a wish says too little to be answered by naming them."""
_NOUN = r"(?:programs?|programmes?|courses?|class(?:es)?|trainings?|workshops?|ones|stuff|options)"
_ASKS = re.compile(
    rf"\b(?:which|what|any|some|other|show|list|give|find|want|need|looking)\b[^.?!,;]*\b{_NOUN}\b"
    r"|\b(?:something|anything|smth|sth|stuff)\b"
    r"|\bwhat(?:'?s| is| are)?(?: else)?(?: all)?(?: do| does| can)? (?:you|u|ya)(?: guys)?"
    r" (?:have|offer|teach|got)\b"
    r"|\bdo (?:you|u|ya)(?: guys)? (?:have|offer|teach)\b"
    r"|\bwhat\b[^.?!]*\b(?:do|should|can) i take\b"
    rf"|^\W*(?:[\w-]+ ){{1,4}}{_NOUN}\b",
    re.I,
)
_OF_ONE = re.compile(
    r"\b(?:the|your|that|this|my)\b[^.?!,;]{0,40}\b(?:program|programme|course|class|training"
    r"|workshop)\b|\bhow (?:much|long|many)\b|\bwhen\b"
    r"|\b(?:need|needed|requires?|required|must|have to)\b.*\b(?:before|for|first)\b"
    r"|\bbefore (?:i|it|that|this|taking|starting)\b|\bin (?:it|that|this)\b",
    re.I,
)
"""What asks for a fact of one program, which it may only describe, or of one award."""
_ASPECTS = (Aspect.COST, Aspect.CREDIT, Aspect.LENGTH, Aspect.DELIVERY, Aspect.START)


def asks_for_programs(question: str) -> bool:
    """Whether it is worth reading as a wish."""
    return bool(_ASKS.search(question)) and not _OF_ONE.search(question)


def wished(findings: Findings, programs: Sequence[Program], catalog: Catalog, first: int) -> Draft:
    """A line for each program, cited from `first` on, under the conditions as they were read."""
    lines, facts, stated = [], list[UsedFact](), dict[str, tuple[str, ...]]()
    for number, program in enumerate(programs, first):
        told = [cell(aspect, program, catalog) for aspect in _ASPECTS]
        known = " · ".join(each.text for each in told if each.text)
        lines.append(f"- **{program.title}** [{number}]: {known}")
        facts += [
            replace(fact, program=program.id, citation=number)
            for each in told
            for fact in each.facts
        ]
        stated[program.id] = tuple(word for each in told for word in each.stated)
    head = say("These programs fit “{wish}”:", wish="; ".join(findings.conditions))
    text = [head, "\n".join(lines)]
    if findings.unknown:
        titles = joined([match.title for match in findings.unknown])
        text.append(say("Whether {titles} fits too is not stated.", titles=titles))
    return Draft(AnswerKind.PROGRAMS, "\n\n".join(text), tuple(facts), stated)
