"""Sets the typed facts of two to four programs side by side, what differs first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from knowledge_base.model import AnswerKind, Program, Span
from knowledge_base.program_page import money
from knowledge_base.terms import measured
from knowledge_base.typed.cells import Cell, cell, heading
from knowledge_base.typed.costing import conditions, prices
from knowledge_base.typed.draft import Catalog, Draft
from knowledge_base.typed.question import ASPECT_OF, Aspect, Better
from languages.lists import joined
from languages.speech import say

MOST = 4
"""Programs in a table: more columns cannot be read on a telephone."""


def compared(
    programs: Sequence[Program],
    catalog: Catalog,
    aspects: Sequence[Aspect] = (),
    better: Better | None = None,
    first: int = 1,
) -> Draft:
    """A table with a column for each program, in the order given, and citations from `first` on.

    Without `aspects` every row of which any program states something. Raises ValueError unless
    there are two to four programs.
    """
    if not 2 <= len({program.id for program in programs}) == len(programs) <= MOST:
        raise ValueError(f"a comparison takes two to four programs, not {len(programs)}")
    numbers = {program.id: first + place for place, program in enumerate(programs)}
    rows: list[tuple[Aspect, list[Cell]]] = []
    for aspect in aspects or Aspect:
        cells = [cell(aspect, program, catalog) for program in programs]
        if aspects or any(each.text for each in cells):
            rows.append((aspect, cells))
    rows.sort(key=lambda row: len({each.text for each in row[1]}) == 1)
    facts, stated = [], {program.id: tuple[str, ...]() for program in programs}
    for _, cells in rows:
        for program, each in zip(programs, cells, strict=True):
            for fact in each.facts:
                facts.append(replace(fact, program=program.id, citation=numbers[program.id]))
            stated[program.id] += each.stated
    text = [_verdict(programs, dict(rows), better), _table(programs, rows, numbers)]
    text += _conditions(programs, catalog) if Aspect.COST in dict(rows) else []
    return Draft(AnswerKind.TABLE, "\n\n".join(filter(None, text)), tuple(facts), stated)


def _table(
    programs: Sequence[Program],
    rows: Sequence[tuple[Aspect, Sequence[Cell]]],
    numbers: Mapping[str, int],
) -> str:
    head = ["", *(f"{_cell(_name(p, programs))} [{numbers[p.id]}]" for p in programs)]
    lines = [head, ["---"] * len(head)]
    lines += [
        [f"**{heading(a)}**", *(_cell(each.text or say("not stated")) for each in cells)]
        for a, cells in rows
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _name(program: Program, programs: Sequence[Program]) -> str:
    """Its title, with what tells it from another of the same title."""
    alike = [other for other in programs if other.title == program.title]
    places = {other.institution for other in alike}
    own = program.institution if len(places) == len(alike) else program.code or program.id
    return f"{program.title} ({own})" if len(alike) > 1 else program.title


def _cell(text: str) -> str:
    return " ".join(text.replace("|", r"\|").split())


def _verdict(
    programs: Sequence[Program], rows: Mapping[Aspect, Sequence[Cell]], better: Better | None
) -> str:
    """One line where a number decides; nothing when one is not known or has another unit."""
    better = better or Better.CHEAPER
    cells = rows.get(ASPECT_OF[better], ())
    ranks = [each.rank for each in cells if each.rank is not None]
    if not cells or len(ranks) < len(cells) or len({each.unit for each in cells}) > 1:
        return ""
    most = better in {Better.DEARER, Better.LONGER}
    order = sorted(range(len(ranks)), key=lambda place: ranks[place], reverse=most)
    best, second = order[:2]
    ahead = abs(ranks[second] - ranks[best])
    unit = cells[best].unit
    if not ahead:
        alike = [programs[place].title for place in order if ranks[place] == ranks[best]]
        return _same(better, joined(sorted(alike)), cells[best].text.split(" (")[0])
    one, other = programs[best].title, programs[second].title
    if better in {Better.CHEAPER, Better.DEARER}:
        return _ahead(better, one, other, money(ahead, unit))
    return _ahead(better, one, other, measured(Span(ahead, ahead, unit or "days")))


def _same(better: Better, titles: str, value: str) -> str:
    if better is Better.SOONER:
        return say("{titles} start on the same day: {value}.", titles=titles, value=value)
    if better in {Better.SHORTER, Better.LONGER}:
        return say("{titles} take the same time: {value}.", titles=titles, value=value)
    return say("{titles} cost the same: {value}.", titles=titles, value=value)


def _ahead(better: Better, one: str, other: str, by: str) -> str:
    """By how much one is put before another."""
    match better:
        case Better.CHEAPER:
            return say("{one} is {amount} cheaper than {other}.", one=one, other=other, amount=by)
        case Better.DEARER:
            return say(
                "{one} is {amount} more expensive than {other}.", one=one, other=other, amount=by
            )
        case Better.SHORTER:
            return say("{one} is {time} shorter than {other}.", one=one, other=other, time=by)
        case Better.LONGER:
            return say("{one} is {time} longer than {other}.", one=one, other=other, time=by)
        case Better.SOONER:
            return say("{one} starts {time} sooner than {other}.", one=one, other=other, time=by)


def _conditions(programs: Sequence[Program], catalog: Catalog) -> list[str]:
    found = [p for program in programs for p in prices(program, catalog.day)]
    return conditions(found) if found else []
