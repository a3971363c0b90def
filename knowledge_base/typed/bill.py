"""Works out what one program costs a student with all fees: the catalog's price and the pages'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from knowledge_base.lexical import words
from knowledge_base.model import AnswerKind, Program, UsedFact, plain
from knowledge_base.program_page import money
from knowledge_base.terms import credits_of, term
from knowledge_base.typed.billed import Billed, Residency, billed, residency_of, ways_in
from knowledge_base.typed.charges import Charge
from knowledge_base.typed.computation import computed
from knowledge_base.typed.costing import conditions, prices
from knowledge_base.typed.draft import Catalog, Draft
from knowledge_base.typed.question import Asked, Task
from languages.lists import joined
from languages.speech import counted, say

_ONCE = re.compile(r"\bapplication fee\b", re.I)
_FEE = re.compile(r"\bfees?\b", re.I)
_SHORTEST = 4
"""Letters from which the beginning of a word stands for it, as *tech* does for technology."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is paid for one thing; without a `source` the catalog says so."""

    name: str
    amount: Decimal
    working: str = ""
    source: Charge | None = None

    def told(self, currency: str, numbers: Sequence[Charge], first: int) -> str:
        """`$48 technology fee (6 credits × $8) [3]`."""
        working = f" ({self.working})" if self.working else ""
        number = f" [{first + 1 + numbers.index(self.source)}]" if self.source else ""
        return f"{money(self.amount, currency)} {term(self.name)}{working}{number}"


@dataclass(frozen=True, slots=True)
class Bill:
    """What one way of taking a program costs; amounts are in one currency."""

    way: str
    parts: tuple[Part, ...]
    entry: Part | None
    """What is paid once by who applies for the first time."""
    currency: str

    @property
    def total(self) -> Decimal:
        """The sum of all parts without the entry."""
        return sum((part.amount for part in self.parts), Decimal(0))


def bills(
    question: str, program: Program, found: Sequence[Charge], catalog: Catalog, who: Billed
) -> list[Bill]:
    """A bill for each way of study that is asked for, at the student's rate.

    Empty when it cannot be told which rate is paid, or when pages disagree about a charge.
    """
    ways = [who.delivery] if who.delivery in program.delivery else list(program.delivery)
    made = [_bill(question, program, found, catalog, who, way) for way in ways or [""]]
    known = [each for each in made if each is not None]
    return known if len(known) == len(made) else []


def _bill(
    question: str,
    program: Program,
    found: Sequence[Charge],
    catalog: Catalog,
    who: Billed,
    way: str,
) -> Bill | None:
    priced = prices(program, catalog.day)
    if len(priced) != 1 or any(part.low != part.high for part in priced[0].parts):
        return None
    own = [Part(part.purpose or "price", part.low) for part in priced[0].paid]
    parts, entry = own, None
    if program.credits and program.credit_bearing is not False:
        tuition = _tuition(program, own, found, who, way)
        charged = [c for c in found if c.per_credit and _FEE.search(c.name) and _holds(c, way)]
        if tuition is None or not _one_each(charged):
            return None
        fees = [_part(charge.name.lower(), charge, program.credits) for charge in charged]
        parts = [tuition, *(part for part in own if part.name != "tuition"), *fees]
        entry = _entry(found, who.residency)
    named = [_part(c.name.lower(), c, program.credits) for c in _named(question, program, found)]
    whole = Bill(way, _asked_for([*parts, *named], who), entry, priced[0].currency)
    return whole if whole.parts else None


def _part(name: str, charge: Charge, credits: Decimal | None, payer: str = "") -> Part:
    if not charge.per_credit or credits is None:
        return Part(name, charge.amount, source=charge)
    each = f"{credits_of(credits)} × {money(charge.amount, charge.currency)}"
    working = ", ".join(filter(None, (each, payer)))
    return Part(name, charge.amount * credits, working, charge)


def _tuition(
    program: Program, own: Sequence[Part], found: Sequence[Charge], who: Billed, way: str
) -> Part | None:
    """By the rate that pages state; where they state none, the catalog's, which is residents': not
    of somebody who lives where its condition does not say."""
    if any(charge.name == "tuition" for charge in found):
        rate = _rate(found, who.residency or Residency.RESIDENT, way)
        return _part("tuition", rate, program.credits, rate.payer) if rate else None
    said = {stem for cost in program.costs for stem in words(cost.condition)}
    elsewhere = said and who.place and not said & who.place
    at_home = who.residency in {None, Residency.RESIDENT} and not elsewhere
    return next((part for part in own if part.name == "tuition" and at_home), None)


def _rate(found: Sequence[Charge], residency: Residency, way: str) -> Charge | None:
    """The rate of tuition of who lives there and studies that way."""
    rates = [
        charge
        for charge in found
        if charge.name == "tuition" and residency_of(charge.payer) is residency
    ]
    fitting = [rate for rate in rates if not ways_in(rate.payer) or way in ways_in(rate.payer)]
    return fitting[0] if len({rate.amount for rate in fitting}) == 1 else None


def _holds(charge: Charge, way: str) -> bool:
    """Whether a fee is asked of everybody who studies that way."""
    only = ways_in(charge.condition)
    return not charge.payer and (not only or way in only)


def _entry(found: Sequence[Charge], residency: Residency | None) -> Part | None:
    fees = [charge for charge in found if _ONCE.search(charge.name)]
    own = [fee for fee in fees if fee.payer and residency_of(fee.payer) is residency]
    chosen = next(iter(own or [fee for fee in fees if not fee.payer]), None)
    return Part(chosen.name.lower(), chosen.amount, "", chosen) if chosen else None


def _named(question: str, program: Program, found: Sequence[Charge]) -> Iterator[Charge]:
    """Other charges that the question names in full, such as a late registration."""
    asked = set(words(question)) - set(words(program.title))
    for charge in found:
        ordinary = charge.name == "tuition" or _FEE.search(charge.name) or charge.payer
        if not ordinary and len(charge.stems) > 1 and charge.stems <= asked:
            yield charge


def _one_each(found: Sequence[Charge]) -> bool:
    """Whether each thing is charged for by one row only."""
    names = [charge.name.casefold() for charge in found]
    return len(set(names)) == len(names)


def _asked_for(parts: Sequence[Part], who: Billed) -> tuple[Part, ...]:
    """All parts, or only those that the question names after *just*."""
    begun = {word for word in who.only or () if len(word) >= _SHORTEST}
    named = [
        part
        for part in parts
        if any(stem.startswith(word) for stem in words(part.name) for word in begun)
    ]
    return tuple(named or parts)


def bill(
    question: str, program: Program, found: Sequence[Charge], catalog: Catalog, first: int
) -> Draft | None:
    """All that a program costs, part by part, with citations from `first` on.

    Of a non-credit program it is the catalog's price. None when the pages add nothing to the price
    of another, or when it cannot be worked out.
    """
    who = billed(question, found)
    made = bills(question, program, found, catalog, who)
    rows = list(dict.fromkeys(p.source for each in made for p in _all(each, who) if p.source))
    if not rows:
        own = program.credit_bearing is False and made
        return computed(Asked(Task.COST), [program], catalog, first) if own else None
    same = len({(each.parts, each.entry) for each in made}) == 1
    lines, facts = [], list[UsedFact]()
    for each in made[:1] if same else made:
        way = term(each.way)
        lead = "" if same else f"{way[:1].upper()}{way[1:]}: "
        lines.append(lead + _working(each, who, rows, first))
        facts += _facts(each, who, program, "" if same else each.way)
    numbers = {row: first + 1 + place for place, row in enumerate(rows)}
    lines += remarks(program, catalog, who, made[0], numbers)
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join([f"**{program.title}** [{first}]", *lines]),
        tuple(facts),
        {program.id: tuple(stated_by(program, made))},
        tuple((row.document_id, row.quote) for row in rows),
        focus=program.id,
    )


def _all(each: Bill, who: Billed) -> tuple[Part, ...]:
    return (*each.parts, *((each.entry,) if each.entry and entry_asked(each, who) else ()))


def entry_asked(each: Bill, who: Billed) -> bool:
    """Whether what is paid once may belong to what is asked for."""
    return each.entry is not None and who.new is not False and not _limited(each, who)


def _limited(each: Bill, who: Billed) -> bool:
    """Whether only some things are asked for, and the entry is none of them."""
    begun = {word for word in who.only or () if len(word) >= _SHORTEST}
    told = any(stem.startswith(w) for p in each.parts for stem in words(p.name) for w in begun)
    return told and not any(stem.startswith(w) for stem in words("application") for w in begun)


def _working(each: Bill, who: Billed, rows: Sequence[Charge], first: int) -> str:
    """`$1,140 tuition (6 credits × $190) [2] + $48 technology fee … = **$1,188**`."""
    listed = _all(each, who) if who.new else each.parts
    total = sum((part.amount for part in listed), Decimal(0))
    line = working_of(listed, each.currency, rows, first, bold="**")
    if who.new is None and len(_all(each, who)) > len(each.parts) and each.entry:
        more = money(total + each.entry.amount, each.currency)
        entry = each.entry.told(each.currency, rows, first)
        line = say(
            "{working}; who applies for the first time also pays {entry}: **{total}**",
            working=line,
            entry=entry,
            total=more,
        )
    return line


def working_of(
    parts: Sequence[Part], currency: str, rows: Sequence[Charge], first: int, bold: str = ""
) -> str:
    """`$570 tuition + $24 technology fee (3 credits × $8) [3] = $594`, where rows are cited behind
    `first`, the sum with marks of emphasis if they are given."""
    told = " + ".join(part.told(currency, rows, first) for part in parts)
    total = money(sum((part.amount for part in parts), Decimal(0)), currency)
    return f"{told} = {bold}{total}{bold}" if bold or len(parts) > 1 or parts[0].working else told


def _facts(each: Bill, who: Billed, program: Program, way: str) -> Iterator[UsedFact]:
    where = f" ({way})" if way else ""
    parts = _all(each, who) if who.new else each.parts
    for part in parts:
        yield UsedFact(part.name + where, plain(part.amount), each.currency, program.id)
    total = sum((part.amount for part in parts), Decimal(0))
    yield UsedFact(f"total cost{where}", plain(total), each.currency, program.id)


def remarks(
    program: Program,
    catalog: Catalog,
    who: Billed,
    made: Bill,
    numbers: dict[Charge, int],
) -> Iterator[str]:
    """What the sum leaves open: costs that are not stated, and another rate than the student's."""
    missing = sorted(catalog.missing(program)) if who.only is None else []
    if missing:
        yield counted(
            "The {purposes} of {title} is not stated, so the total is at least that.",
            "The {purposes} of {title} are not stated, so the total is at least that.",
            len(missing),
            purposes=joined(list(map(term, missing))),
            title=program.title,
        )
    tuition = next((part for part in made.parts if part.name == "tuition"), None)
    rate = tuition.source if tuition else None
    if tuition and rate is None and program.credit_bearing is not False:
        yield from conditions(prices(program, catalog.day))
    if rate and who.residency is None:
        rates = say(
            "This is the rate “{payer}”; [{number}] lists the others.",
            payer=rate.payer,
            number=numbers[rate],
        )
        yield f"*{rates}*"


def stated_by(program: Program, made: Sequence[Bill]) -> Iterator[str]:
    """Words of the program's page that the bill rests on."""
    if program.credits:
        yield f"carries {program.credits.normalize():f}"
    for part in made[0].parts:
        if part.source is None:
            yield money(part.amount, made[0].currency)
