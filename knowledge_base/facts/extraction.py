"""Reads typed facts out of a document's sentences and tables, tied to the words they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from knowledge_base.facts.fact import Fact
from knowledge_base.facts.property import bound, head_of, per_unit, program_property
from knowledge_base.lexical import words
from knowledge_base.model import Document, Passage, Span, Validity
from knowledge_base.passages import passages
from knowledge_base.program_names import ProgramNames
from knowledge_base.text.dates import find_dates, find_periods
from knowledge_base.text.found import Found
from knowledge_base.text.statements import Statement, Value, blanked, statements, values_of
from knowledge_base.text.terms import Period

_CUT = re.compile(r"[,;:()]|\b(?:and|or|but|while)\b", re.I)
_PARENTHESIS = re.compile(r"\([^)]*\)")
_ENOUGH_WORDS = 2
"""A clause with fewer meaningful words is read with the one before it."""
_EMPTY = frozenset(
    words(
        "within after before most least than up not more less only all also may must means stands "
        "take takes make makes need needs get gets give gives use uses pay pays one per "
        "amount ordinary usual usually regular normal "
        "cost costs charge charged require requires required show must have has "
        "hold holds held keep keeps stay stays remain allow allows "
        "allowed carry carries set accept accepted expect expected add adds added until there here "
        "long whole student students learner learners anyone everyone"
    )
)
"""Stems that bind or limit a value and do not tell what it is of."""
_FRAMES = re.compile(r"\b(?:the )?(?:last day|deadline|final date) (?:for|to)\b", re.I)
"""What a date is, which "by" or "until" says as well."""
_ONE_WORD = {
    stem: words(first)[0]
    for first, others in (
        ("start", "begin begins began commence commences"),
        ("rise", "rises rose increase increases"),
        ("receive", "arrive arrives paid sent send sends"),
        ("borrow", "lend lends lent loan loaned"),
    )
    for stem in words(others)
}
"""Stems of words by which the same is said of the same value."""
_SHORT_WORDS = 6
"""Words of a sentence that stand for what its value is of, where nothing says it."""
_LEAD_WORDS = 12
"""Words before a value that are taken for what it is said of."""
_FROM = re.compile(
    r"\b(?:from|since|after|starting|beginning|effective|as of)\s(?:on\s)?(?:\w+day,\s)?$", re.I
)
_UNTIL = re.compile(r"\b(?:until|through|before|to|ended on|ends on)\s(?:\w+day,\s)?$", re.I)
_DURING = re.compile(r"\b(?:in|for|during|throughout)\s(?:the\s)?(?:academic year\s)?$", re.I)
_ANY_DAY = date(2000, 1, 1)
"""Only periods that name their year are taken, so that the day they are seen from is all one."""


def facts_of(document: Document, programs: ProgramNames) -> list[Fact]:
    """Every typed value of a document with what it is of, in the order of the text."""
    found: list[Fact] = []
    for passage in passages(document):
        for statement in statements(passage.text):
            found += _facts(document, passage, statement, programs)
    return found


def _facts(
    document: Document, passage: Passage, statement: Statement, programs: ProgramNames
) -> Iterator[Fact]:
    values = values_of(statement)
    if not values:
        return
    trail = " ".join((document.title, *passage.headings))
    named = _named(document, statement, trail, programs)
    bare = programs.without(statement.text)
    label = f"{programs.without(statement.label)} {statement.column}"
    short = f"{_PARENTHESIS.sub('', programs.without(statement.label))} {statement.column}"
    context = _stems(f"{label} {blanked(bare, values)}")
    topic = _stems(programs.without(trail))
    heading = passage.headings[-1] if passage.headings else document.title
    previous = ""
    for each in values:
        value = per_unit(each, statement.text, statement.column)
        head = label.strip() if statement.label else head_of(bare, each, heading, previous)
        previous = head
        told = program_property(value, statement.text, each, head) if len(named) == 1 else ""
        start = passage.text_start + statement.start + each.start
        core, about = _about(short, bare, each, values)
        yield Fact(
            document_id=document.id,
            aspect=told or _named_by(head, value) or _in_short(bare, values),
            value=value,
            bound=bound(statement.text, each, statement.column),
            start=start,
            end=start + each.end - each.start,
            sentence=statement.quote,
            programs=named,
            institution=document.institution,
            validity=_dated(document.validity, value, statement.text),
            head=_stems(head),
            about=about,
            core=core,
            lead=_lead(label, bare, each, values),
            context=context | about | topic,
            topic=topic,
        )


def _named_by(head: str, value: Span | date) -> str:
    """The head where it is a noun: before an amount one word is, elsewhere it can be a verb."""
    money = isinstance(value, Span) and value.unit[:3].isupper()
    return head if money or " " in head else ""


def _named(
    document: Document, statement: Statement, trail: str, programs: ProgramNames
) -> tuple[str, ...]:
    """The programs that a statement speaks of: its page's own, those it names, or its headings."""
    if document.id in programs:
        return (document.id,)
    return programs.in_text(f"{statement.label} {statement.text}") or programs.in_text(trail)


def _dated(validity: Validity, value: Span | date, text: str) -> Validity:
    """The document's range, narrowed by a sentence that says from or until when its value holds."""
    if isinstance(value, date):
        return validity
    periods = [each.value for each in find_periods(text, _ANY_DAY) if _year_said(text, each)]
    if len(periods) == 1:
        return replace(validity, effective_from=periods[0].first, effective_to=periods[0].last)
    first, last = validity.effective_from, validity.effective_to
    for found in find_dates(text):
        before = text[: found.start]
        if _FROM.search(before):
            first = max(first or found.value, found.value)
        elif _UNTIL.search(before):
            last = min(last or found.value, found.value)
    return replace(validity, effective_from=first, effective_to=last)


def _year_said(text: str, found: Found[Period]) -> bool:
    said = re.search(r"\d{4}", text[found.start : found.end])
    return bool(said and _DURING.search(text[: found.start]))


def _lead(label: str, text: str, found: Value, values: Sequence[Value]) -> frozenset[str]:
    before = blanked(text, values)[: found.start].split()[-_LEAD_WORDS:]
    return _stems(f"{label} {' '.join(before)}")


def _in_short(text: str, values: Sequence[Value]) -> str:
    return " ".join(blanked(text, values).split()[:_SHORT_WORDS]).strip(" .,;:-")


def _about(
    label: str, text: str, found: Value, values: Sequence[Value]
) -> tuple[frozenset[str], frozenset[str]]:
    """Stems of the clause around a value, and of as many clauses as say enough.

    The second set holds the other values that stand in those clauses as well.
    """
    blank = blanked(text, values)
    cuts = [match.span() for match in _CUT.finditer(blanked(text, values, "#"))]
    starts = [0, *(end for _, end in cuts if end <= found.start)]
    ends = [*(start for start, _ in cuts if start >= found.end), len(text)]
    first, last = len(starts) - 1, 0
    core = stems = _stems(f"{label} {blank[starts[first] : ends[last]]}")
    while len(stems) < _ENOUGH_WORDS and (first > 0 or last < len(ends) - 1):
        first, last = (first - 1, last) if first else (first, last + 1)
        stems = _stems(f"{label} {blank[starts[first] : ends[last]]}")
    inside = (each for each in values if starts[first] <= each.start and each.end <= ends[last])
    beside = (text[each.start : each.end].casefold() for each in inside if each is not found)
    return core, stems | {f"#{said}" for said in beside}


def _stems(text: str) -> frozenset[str]:
    told = words(_FRAMES.sub(" ", text)) if text.strip() else []
    return frozenset(_ONE_WORD.get(word, word) for word in told) - _EMPTY
