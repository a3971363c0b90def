"""Reads the facts of all content for an edition, and writes them with what contradicts what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert

from knowledge_base.facts.conflicts import conflicts
from knowledge_base.facts.extraction import facts_of
from knowledge_base.facts.fact import Conflict, Fact
from knowledge_base.model import Span
from knowledge_base.program_names import ProgramNames
from knowledge_base.schema import published_conflicts, published_facts
from knowledge_base.store import Entry


def facts_in(
    entries: Sequence[Entry], progress: Callable[[str, int, int], None] = lambda *_: None
) -> list[Fact]:
    """Every typed fact that the documents state, in their order."""
    named = {e.document.id: (e.program.title, e.program.code) for e in entries if e.program}
    programs = ProgramNames(named)
    found: list[Fact] = []
    for done, entry in enumerate(entries, 1):
        found += facts_of(entry.document, programs)
        progress("reading facts", done, len(entries))
    return found


def conflicts_in(entries: Sequence[Entry], today: date) -> list[Conflict]:
    """What the documents would contradict each other in, if they were published today."""
    return conflicts(facts_in(entries), today)


def write_facts(
    connection: Connection, facts: Sequence[Fact], disagreeing: Sequence[Conflict]
) -> None:
    """Write the tables `facts` and `conflicts` of an edition's content."""
    if facts:
        rows = [{"row": row, **_row(fact)} for row, fact in enumerate(facts)]
        connection.execute(insert(published_facts), rows)
    if disagreeing:
        pairs = [{"row": row, **pair.to_wire()} for row, pair in enumerate(disagreeing)]
        connection.execute(insert(published_conflicts), pairs)


def _row(fact: Fact) -> dict[str, Any]:
    value = fact.value
    numbers = isinstance(value, Span)
    return {
        "document_id": fact.document_id,
        "property": fact.aspect,
        "programs": list(fact.programs),
        "low": value.low if isinstance(value, Span) else None,
        "high": value.high if isinstance(value, Span) else None,
        "day": None if numbers else value,
        "unit": fact.unit,
        "bound": fact.bound.value,
        "start": fact.start,
        "end": fact.end,
        "sentence": fact.sentence,
        "effective_from": fact.validity.effective_from,
        "effective_to": fact.validity.effective_to,
        "last_verified": fact.validity.last_verified,
    }
