"""Reads the sessions of an academic calendar from the tables of pages: when they begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge_base.edition import Edition
from knowledge_base.model import Passage
from knowledge_base.retriever import Query
from knowledge_base.text.dates import find_dates
from knowledge_base.text.tables import cells

_WANTED = "academic calendar sessions terms first day last day start apply by deadline"
"""What a calendar's table is looked for by."""
_PASSAGES = 40
_STARTS = re.compile(r"\b(?:first day|starts?|begins?|start date|beginning)\b", re.I)
_ENDS = re.compile(r"\b(?:last day|ends?|end date)\b", re.I)
_APPLY = re.compile(r"\b(?:apply|application|deadline)\b", re.I)
_YEAR = re.compile(r"\s*\b(?:20\d\d|'?\d\d)\b.*")


@dataclass(frozen=True, slots=True)
class Session:
    """One row of a calendar; `name` is as the page has it."""

    name: str
    starts: date
    ends: date | None
    apply_by: date | None
    document_id: str
    quote: str
    """The row."""

    @property
    def short(self) -> str:
        """Its name without year and length, in lower case: `spring b`."""
        return _YEAR.sub("", self.name.split(",")[0]).casefold().strip()


def sessions(edition: Edition, query: Query) -> list[Session]:
    """The sessions that pages in force on the query's day list, by their first days."""
    allowed = edition.pages_in_force(query.day, query.institution)
    rows, _ = edition.lexical.search(_WANTED, _PASSAGES, allowed)
    found = [s for passage in edition.passages(rows) for s in sessions_in(passage)]
    return sorted(found, key=lambda session: (session.starts, session.name))


def sessions_in(passage: Passage) -> Iterator[Session]:
    """The rows of a passage's tables that give a first day and a day to apply by."""
    lines: dict[tuple[int, int], dict[str, date | None]] = {}
    names: dict[tuple[int, int], str] = {}
    for cell in cells(passage.text):
        days = find_dates(cell.text)
        line = lines.setdefault(cell.line, {})
        names[cell.line] = cell.row
        for what, sign in (("apply_by", _APPLY), ("starts", _STARTS), ("ends", _ENDS)):
            if sign.search(cell.column):
                line.setdefault(what, days[0].value if len(days) == 1 else None)
                break
    for place, line in lines.items():
        starts = line.get("starts")
        if starts is not None and "apply_by" in line:
            quote = passage.text[slice(*place)].strip()
            last, until = line.get("ends"), line["apply_by"]
            yield Session(names[place], starts, last, until, passage.document_id, quote)
