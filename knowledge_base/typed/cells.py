"""Tells each fact of a program in one cell of a table, with what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge_base.model import Join, Offering, Program, Requirement, UsedFact, plain
from knowledge_base.program_page import day as in_words
from knowledge_base.typed.costing import Price, cost_facts, cost_words, prices
from knowledge_base.typed.draft import Catalog, joined
from knowledge_base.typed.question import Aspect

NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of a program in one respect."""

    text: str
    facts: tuple[UsedFact, ...] = ()
    stated: tuple[str, ...] = ()
    """Words of the program's page that say so."""
    rank: Decimal | None = None
    """What the cell is compared by; None when no single number is known."""
    unit: str = ""


_UNKNOWN = Cell(NOT_STATED)


def next_run(program: Program, day: date) -> Offering | None:
    """The first run from a day on that can still be applied to, or else the first from then on."""
    coming = [run for run in program.offerings if run.starts and run.starts >= day]
    coming.sort(key=lambda run: run.starts or date.max)
    still = [run for run in coming if run.apply_by is None or run.apply_by >= day]
    return next(iter(still or coming), None)


def _cost(program: Program, catalog: Catalog) -> Cell:
    found = prices(program, catalog.day, catalog.missing(program))
    if not found:
        return _UNKNOWN
    told = [f"{f'{p.residency}: ' if p.residency else ''}{_priced(p)}" for p in found]
    exact = len(found) == 1 and found[0].exact
    return Cell(
        "; ".join(told),
        tuple(fact for price in found for fact in cost_facts(price)),
        tuple(word for price in found for word in cost_words(price)),
        found[0].low if exact else None,
        found[0].currency,
    )


def _priced(price: Price) -> str:
    parts = [" + ".join(map(str, price.paid))] if price.paid else []
    parts += [f"no {purpose}" for purpose in price.waived]
    parts += [f"{purpose} not stated" for purpose in price.missing]
    bound = "at least " if price.missing else ""
    return f"{bound}{price.total} ({'; '.join(parts)})" if parts else price.total


def _credit(program: Program, _catalog: Catalog) -> Cell:
    if program.credit_bearing is False:
        return Cell("non-credit", (UsedFact("credits", "0", "credits"),), ("non-credit",))
    if program.credits is None:
        told = "for credit, how many is not stated" if program.credit_bearing else NOT_STATED
        return Cell(told, (), ("academic credit",) if program.credit_bearing else ())
    number = f"{program.credits.normalize():f}"
    unit = f"{program.credit_kind} {'credit' if program.credits == 1 else 'credits'}".strip()
    return Cell(f"{number} {unit}", (UsedFact("credits", number, unit),), (f"{number} {unit}",))


def _length(program: Program, _catalog: Catalog) -> Cell:
    span = program.duration
    if span is None:
        return _UNKNOWN
    fact = UsedFact("length", plain(span.low, span.high), span.unit)
    rank = span.low if span.low == span.high else None
    return Cell(str(span), (fact,), (f"takes {span}",), rank, span.unit)


def _effort(program: Program, _catalog: Catalog) -> Cell:
    spans = [("effort", program.effort, ""), ("workload", program.workload, " in all")]
    known = [(name, span, more) for name, span, more in spans if span is not None]
    if not known:
        return _UNKNOWN
    return Cell(
        "; ".join(f"{span}{more}" for _, span, more in known),
        tuple(UsedFact(n, plain(s.low, s.high), s.unit) for n, s, _ in known),
        tuple(str(span) for _, span, _ in known),
    )


def _delivery(program: Program, _catalog: Catalog) -> Cell:
    return _listed("delivery", program.delivery, f"Delivery: {', '.join(program.delivery)}")


def _start(program: Program, catalog: Catalog) -> Cell:
    run = next_run(program, catalog.day)
    if run is None or run.starts is None:
        past = any(run.starts for run in program.offerings)
        return Cell("none listed from today on") if past else _UNKNOWN
    told = in_words(run.starts)
    fact = UsedFact("next start", run.starts.isoformat())
    return Cell(told, (fact,), (told,), Decimal(run.starts.toordinal()))


def _deadline(program: Program, catalog: Catalog) -> Cell:
    run = next_run(program, catalog.day)
    if run and run.apply_by:
        told = in_words(run.apply_by)
        passed = " (passed)" if run.apply_by < catalog.day else ""
        return Cell(told + passed, (UsedFact("apply by", run.apply_by.isoformat()),), (told,))
    terms = dict.fromkeys(run.apply_terms for run in program.offerings if run.apply_terms)
    return _listed("apply by", tuple(terms), *terms)


def _prerequisites(program: Program, catalog: Catalog) -> Cell:
    needed = program.prerequisites.rstrip(".")
    if needed:
        none = needed.casefold() in {"none", "no prerequisites"}
        return _listed("prerequisites", (needed,), "no prerequisites" if none else needed)
    if program.requirement is None:
        return _UNKNOWN
    return _listed("prerequisites", tuple(_leaves(program.requirement, catalog)), "Requirements")


def _leaves(needed: Requirement, catalog: Catalog) -> list[str]:
    own = catalog.titles.get(needed.program) or needed.text.rstrip(".")
    parts = [leaf for part in needed.parts for leaf in _leaves(part, catalog)]
    if needed.parts and needed.join is Join.ANY and len(parts) > 1:
        parts = [f"any one of {joined(parts, 'or')}"]
    return [*filter(None, [own]), *parts]


def _stacking(program: Program, catalog: Catalog) -> Cell:
    into = [catalog.titles.get(target, target) for target in program.stacks_into]
    if not into and program.stacking_terms:
        return _listed("stacks into", (program.stacking_terms,), program.stacking_terms)
    return _listed("stacks into", tuple(into), "stacks into")


def _recognition(program: Program, _catalog: Catalog) -> Cell:
    told = [f"accredited by {joined(list(program.accreditation))}"] if program.accreditation else []
    told += [program.recognition] if program.recognition else []
    return _listed("recognition", tuple(told), "accredited by", program.recognition)


def _aid(program: Program, _catalog: Catalog) -> Cell:
    return _listed("ways to pay", program.aid, "Ways to pay")


def _skills(program: Program, _catalog: Catalog) -> Cell:
    return _listed("skills", program.skills, "Skills:")


def _careers(program: Program, _catalog: Catalog) -> Cell:
    return _listed("work", program.occupations, "prepares for work")


def _listed(name: str, values: tuple[str, ...], *stated: str) -> Cell:
    if not any(values):
        return _UNKNOWN
    facts = tuple(UsedFact(name, value) for value in values)
    return Cell(", ".join(values), facts, tuple(filter(None, stated)))


ROWS: dict[Aspect, tuple[str, Callable[[Program, Catalog], Cell]]] = {
    Aspect.COST: ("Total cost", _cost),
    Aspect.CREDIT: ("Credit", _credit),
    Aspect.LENGTH: ("Length", _length),
    Aspect.EFFORT: ("Effort", _effort),
    Aspect.DELIVERY: ("Delivery", _delivery),
    Aspect.START: ("Next start", _start),
    Aspect.DEADLINE: ("Apply by", _deadline),
    Aspect.PREREQUISITES: ("Prerequisites", _prerequisites),
    Aspect.STACKING: ("Stacks into", _stacking),
    Aspect.RECOGNITION: ("Recognition", _recognition),
    Aspect.AID: ("Ways to pay", _aid),
    Aspect.SKILLS: ("Skills", _skills),
    Aspect.CAREERS: ("Prepares for work as", _careers),
}
"""Per aspect: the label of its row, and what fills a cell of it."""
