"""Tells each fact of a program in one cell of a table, with what it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from knowledge_base.model import Join, Offering, Program, Requirement, UsedFact, plain
from knowledge_base.program_page import day as in_words
from knowledge_base.terms import credits_of, measured, term
from knowledge_base.typed.costing import Price, cost_facts, cost_words, prices
from knowledge_base.typed.draft import Catalog
from knowledge_base.typed.question import Aspect
from languages.lists import joined
from languages.speech import say, say_day


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of a program in one respect."""

    text: str
    """Empty where the catalog states nothing."""
    facts: tuple[UsedFact, ...] = ()
    stated: tuple[str, ...] = ()
    """Words of the program's page that say so."""
    rank: Decimal | None = None
    """What the cell is compared by; None when no single number is known."""
    unit: str = ""


_UNKNOWN = Cell("")


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
    told = [f"{f'{term(p.residency)}: ' if p.residency else ''}{_priced(p)}" for p in found]
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
    parts += [say("no {purpose}", purpose=term(purpose)) for purpose in price.waived]
    parts += [say("{purpose} not stated", purpose=term(purpose)) for purpose in price.missing]
    total = say("at least {amount}", amount=price.total) if price.missing else price.total
    return f"{total} ({'; '.join(parts)})" if parts else total


def _credit(program: Program, _catalog: Catalog) -> Cell:
    if program.credit_bearing is False:
        return Cell(say("non-credit"), (UsedFact("credits", "0", "credits"),), ("non-credit",))
    if program.credits is None:
        if not program.credit_bearing:
            return _UNKNOWN
        return Cell(say("for credit, how many is not stated"), (), ("academic credit",))
    number = f"{program.credits.normalize():f}"
    unit = f"{program.credit_kind} {'credit' if program.credits == 1 else 'credits'}".strip()
    told = credits_of(program.credits, program.credit_kind)
    return Cell(told, (UsedFact("credits", number, unit),), (f"{number} {unit}",))


def _length(program: Program, _catalog: Catalog) -> Cell:
    span = program.duration
    if span is None:
        return _UNKNOWN
    fact = UsedFact("length", plain(span.low, span.high), span.unit)
    rank = span.low if span.low == span.high else None
    return Cell(measured(span), (fact,), (f"takes {span}",), rank, span.unit)


def _effort(program: Program, _catalog: Catalog) -> Cell:
    spans = [("effort", program.effort), ("workload", program.workload)]
    known = [(name, span) for name, span in spans if span is not None]
    told = [measured(program.effort)] if program.effort else []
    told += [say("{hours} in all", hours=measured(program.workload))] if program.workload else []
    return Cell(
        "; ".join(told),
        tuple(UsedFact(name, plain(span.low, span.high), span.unit) for name, span in known),
        tuple(str(span) for _, span in known),
    )


def _delivery(program: Program, _catalog: Catalog) -> Cell:
    found = _listed("delivery", program.delivery, f"Delivery: {', '.join(program.delivery)}")
    return replace(found, text=", ".join(map(term, program.delivery)))


def _start(program: Program, catalog: Catalog) -> Cell:
    run = next_run(program, catalog.day)
    if run is None or run.starts is None:
        terms = dict.fromkeys(run.start_terms for run in program.offerings if run.start_terms)
        past = any(run.starts for run in program.offerings) and not terms
        if past:
            return Cell(say("none listed from today on"))
        return _listed("next start", tuple(terms), *terms)
    fact = UsedFact("next start", run.starts.isoformat())
    rank = Decimal(run.starts.toordinal())
    return Cell(say_day(run.starts), (fact,), (in_words(run.starts),), rank)


def _deadline(program: Program, catalog: Catalog) -> Cell:
    run = next_run(program, catalog.day)
    if run and run.apply_by:
        told = say_day(run.apply_by)
        if run.apply_by < catalog.day:
            told = say("{day} (passed)", day=told)
        fact = UsedFact("apply by", run.apply_by.isoformat())
        return Cell(told, (fact,), (in_words(run.apply_by),))
    terms = dict.fromkeys(run.apply_terms for run in program.offerings if run.apply_terms)
    return _listed("apply by", tuple(terms), *terms)


def _prerequisites(program: Program, catalog: Catalog) -> Cell:
    needed = program.prerequisites.rstrip(".")
    if needed:
        none = needed.casefold() in {"none", "no prerequisites"}
        found = _listed("prerequisites", (needed,), "no prerequisites" if none else needed)
        return replace(found, text=term(needed))
    if program.requirement is None:
        return _UNKNOWN
    return _listed("prerequisites", tuple(_leaves(program.requirement, catalog)), "Requirements")


def _leaves(needed: Requirement, catalog: Catalog) -> list[str]:
    own = catalog.titles.get(needed.program) or needed.text.rstrip(".")
    parts = [leaf for part in needed.parts for leaf in _leaves(part, catalog)]
    if needed.parts and needed.join is Join.ANY and len(parts) > 1:
        parts = [say("any one of {parts}", parts=joined(parts, "or"))]
    return [*filter(None, [own]), *parts]


def _stacking(program: Program, catalog: Catalog) -> Cell:
    into = [catalog.titles.get(target, target) for target in program.stacks_into]
    if not into and program.stacking_terms:
        return _listed("stacks into", (program.stacking_terms,), program.stacking_terms)
    return _listed("stacks into", tuple(into), "stacks into")


def _recognition(program: Program, _catalog: Catalog) -> Cell:
    told = [program.recognition] if program.recognition else []
    if program.accreditation:
        told.insert(0, say("accredited by {names}", names=joined(program.accreditation)))
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


_CELLS: dict[Aspect, Callable[[Program, Catalog], Cell]] = {
    Aspect.COST: _cost,
    Aspect.CREDIT: _credit,
    Aspect.LENGTH: _length,
    Aspect.EFFORT: _effort,
    Aspect.DELIVERY: _delivery,
    Aspect.START: _start,
    Aspect.DEADLINE: _deadline,
    Aspect.PREREQUISITES: _prerequisites,
    Aspect.STACKING: _stacking,
    Aspect.RECOGNITION: _recognition,
    Aspect.AID: _aid,
    Aspect.SKILLS: _skills,
    Aspect.CAREERS: _careers,
}


def cell(aspect: Aspect, program: Program, catalog: Catalog) -> Cell:
    """What is known of a program in a respect, as of the catalog's day."""
    return _CELLS[aspect](program, catalog)


def heading(aspect: Aspect) -> str:
    """What the row of an aspect is called."""
    return {
        Aspect.COST: say("Total cost"),
        Aspect.CREDIT: say("Credit"),
        Aspect.LENGTH: say("Length"),
        Aspect.EFFORT: say("Effort"),
        Aspect.DELIVERY: say("Delivery"),
        Aspect.START: say("Next start"),
        Aspect.DEADLINE: say("Apply by"),
        Aspect.PREREQUISITES: say("Prerequisites"),
        Aspect.STACKING: say("Stacks into"),
        Aspect.RECOGNITION: say("Recognition"),
        Aspect.AID: say("Ways to pay"),
        Aspect.SKILLS: say("Skills"),
        Aspect.CAREERS: say("Prepares for work as"),
    }[aspect]
