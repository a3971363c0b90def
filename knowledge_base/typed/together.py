"""Adds up the bills of several programs, and tells by how much one program's bill differs between
two students or two ways of study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from knowledge_base.model import AnswerKind, Program, UsedFact, plain
from knowledge_base.program_page import money
from knowledge_base.terms import term
from knowledge_base.typed.bill import Bill, bills, entry_asked, remarks, stated_by, working_of
from knowledge_base.typed.billed import Billed, billed, residencies_in, ways_in
from knowledge_base.typed.charges import Charge
from knowledge_base.typed.draft import Catalog, Draft
from languages.speech import say


@dataclass(frozen=True, slots=True)
class _Owed:
    """A program with the one bill that a student pays for it."""

    program: Program
    bill: Bill


def bill_of_several(
    question: str,
    programs: Sequence[Program],
    found: Sequence[Charge],
    catalog: Catalog,
    first: int,
) -> Draft | None:
    """A line for each program and the sum of all, with citations from `first` on.

    What is paid once is added once. None when one of the bills cannot be worked out, or differs by
    a way of study that is not told, or when pages add nothing to what the catalog says.
    """
    who = billed(question, found)
    made = [bills(question, program, found, catalog, who) for program in programs]
    if any(len({bill.total for bill in each}) != 1 for each in made):
        return None
    owed = [_Owed(program, each[0]) for program, each in zip(programs, made, strict=True)]
    entry = next((each.bill.entry for each in owed if entry_asked(each.bill, who)), None)
    parts = [part for each in owed for part in each.bill.parts] + ([entry] if entry else [])
    rows = list(dict.fromkeys(part.source for part in parts if part.source))
    if not rows or len({each.bill.currency for each in owed}) > 1:
        return None
    offset, currency = first + len(programs) - 1, owed[0].bill.currency
    lines = []
    for number, each in enumerate(owed, first):
        told = working_of(each.bill.parts, currency, rows, offset)
        lines.append(f"- {each.program.title} [{number}]: {told}")
    total = sum((each.bill.total for each in owed), Decimal(0))
    whole = f"{' + '.join(money(each.bill.total, currency) for each in owed)}"
    if entry and who.new:
        total += entry.amount
        whole += f" + {entry.told(currency, rows, offset)}"
    whole += f" = **{money(total, currency)}**"
    if entry and who.new is None:
        whole = say(
            "{working}; who applies for the first time also pays {entry}: **{total}**",
            working=whole,
            entry=entry.told(currency, rows, offset),
            total=money(total + entry.amount, currency),
        )
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join(["\n".join(lines), whole, *_remarks(owed, catalog, who, rows, offset)]),
        (UsedFact("total cost", plain(total), currency),),
        {each.program.id: tuple(stated_by(each.program, [each.bill])) for each in owed},
        tuple((row.document_id, row.quote) for row in rows),
    )


def _remarks(
    owed: Sequence[_Owed], catalog: Catalog, who: Billed, rows: Sequence[Charge], offset: int
) -> Iterator[str]:
    numbers = {row: offset + 1 + place for place, row in enumerate(rows)}
    said = [remarks(each.program, catalog, who, each.bill, numbers) for each in owed]
    yield from dict.fromkeys(line for each in said for line in each)


def bill_difference(
    question: str, program: Program, found: Sequence[Charge], catalog: Catalog, first: int
) -> Draft | None:
    """What one program costs two students, or in two ways, and the difference; cited from `first`
    on. None when a question sets no two such things side by side, or one is not stated."""
    who = billed(question, found)
    payers, ways = residencies_in(question), ways_in(question)
    if len(payers) == 2:
        sides = [replace(who, residency=payer) for payer in payers]
    elif len(ways) == 2:
        sides = [replace(who, delivery=way) for way in ways]
    else:
        return None
    made = [bills(question, program, found, catalog, side) for side in sides]
    if any(len({bill.total for bill in each}) != 1 for each in made):
        return None
    both = [each[0] for each in made]
    rows = list(dict.fromkeys(p.source for each in both for p in each.parts if p.source))
    if not rows or (len(ways) == 2 and len({each.way for each in both}) < len(ways)):
        return None
    currency = both[0].currency
    names = [_payer(each) if len(payers) == 2 else term(each.way) for each in both]
    lines = [
        f"- {name[:1].upper()}{name[1:]}: {working_of(each.parts, currency, rows, first)}"
        for name, each in zip(names, both, strict=True)
    ]
    low, high = sorted(each.total for each in both)
    difference = (
        f"{money(high, currency)} − {money(low, currency)} = **{money(high - low, currency)}**"
    )
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join([f"**{program.title}** [{first}]", "\n".join(lines), difference]),
        (UsedFact("difference", plain(high - low), currency, program.id),),
        {program.id: tuple(stated_by(program, both))},
        tuple((row.document_id, row.quote) for row in rows),
        focus=program.id,
    )


def _payer(bill: Bill) -> str:
    """Whose rate of tuition a bill has, as the page says it."""
    sources = [part.source for part in bill.parts if part.source]
    return next((source.payer for source in sources if source.payer), "")
