"""Adds up what programs cost, alone, together and for each credit, and shows the working."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from knowledge_base.model import AnswerKind, Program, UsedFact, plain
from knowledge_base.program_page import money
from knowledge_base.typed.costing import Price, amount, conditions, cost_facts, cost_words, prices
from knowledge_base.typed.draft import Catalog, Draft, Telling, joined
from knowledge_base.typed.question import Asked

_CENT = Decimal("0.01")


def tell_cost(told: Telling, _asked: Asked, catalog: Catalog) -> bool:
    """What a program costs, part by part and in all; False when no amount is stated."""
    found = prices(told.program, catalog.day, catalog.missing(told.program))
    for price in found:
        told.use(cost_words(price), *cost_facts(price))
        where = f"{price.residency}: " if price.residency else ""
        told.lines.append(where + _working(price, bold="**"))
        told.lines += [f"{line}." for line in _open(price, told.program)]
    told.lines += conditions(found)
    return bool(found)


def _working(price: Price, bold: str = "") -> str:
    """`$1,140 tuition + $60 materials fee = $1,200`; one amount needs no sum."""
    waived = f" (no {joined(list(price.waived), 'or')})" if price.waived else ""
    if len(price.paid) > 1 and not price.missing:
        return f"{' + '.join(map(str, price.paid))} = {bold}{price.total}{bold}{waived}"
    if price.missing and price.paid:
        return f"{' + '.join(map(str, price.paid))}{waived}"
    if not price.paid:
        return f"{bold}{price.total}{bold}{waived}"
    return f"{bold}{price.paid[0].amounts}{bold} {price.paid[0].purpose}".rstrip() + waived


def _open(price: Price, program: Program) -> list[str]:
    """What is not stated of a price, and what it therefore is at least."""
    if not price.missing:
        return []
    verb = "is" if len(price.missing) == 1 else "are"
    least = money(price.low, price.currency)
    return [
        f"The {joined(list(price.missing))} of {program.title} {verb} not stated, "
        f"so the total is at least **{least}**"
    ]


def tell_sum(programs: Sequence[Program], catalog: Catalog, first: int) -> Draft | None:
    """The cost of several programs together: a line for each, then the sum of all."""
    found = [prices(program, catalog.day, catalog.missing(program)) for program in programs]
    known = [each[0] for each in found if len(each) == 1]
    if len(known) < sum(map(bool, found)) or len({p.currency for p in known}) != 1:
        return None
    lines, facts, stated = [], list[UsedFact](), dict[str, tuple[str, ...]]()
    for number, (program, priced) in enumerate(zip(programs, found, strict=True), first):
        told = Telling(program, number)
        for price in priced:
            told.use(cost_words(price), *cost_facts(price))
            rest = "".join(f"; the {purpose} is not stated" for purpose in price.missing)
            lines.append(f"- {program.title} [{number}]: {_working(price)}{rest}")
        if not priced:
            lines.append(f"- {program.title} [{number}]: the cost is not stated")
        facts += told.facts
        stated[program.id] = tuple(told.stated)
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join(["\n".join(lines), *_whole(programs, found), *conditions(known)]),
        (*facts, *_whole_fact(found)),
        stated,
    )


def _whole(programs: Sequence[Program], found: Sequence[Sequence[Price]]) -> list[str]:
    known = [price for each in found for price in each]
    low, high = sum(p.low for p in known), sum(p.high for p in known)
    currency = known[0].currency
    sums = " + ".join(price.total for price in known)
    open_ = [f"the cost of {p.title}" for p, each in zip(programs, found, strict=True) if not each]
    open_ += [
        f"the {purpose} of {program.title}"
        for program, each in zip(programs, found, strict=True)
        for price in each
        for purpose in price.missing
    ]
    if not open_:
        return [f"{sums} = **{amount(Decimal(low), Decimal(high), currency)}**"]
    verb = "is" if len(open_) == 1 else "are"
    listed = joined(open_)
    return [
        f"{sums} = at least **{money(Decimal(low), currency)}**",
        f"{listed[:1].upper()}{listed[1:]} {verb} not stated.",
    ]


def _whole_fact(found: Sequence[Sequence[Price]]) -> list[UsedFact]:
    known = [price for each in found for price in each]
    if len(known) < len(found) or any(price.missing for price in known):
        return []
    low, high = sum(p.low for p in known), sum(p.high for p in known)
    return [UsedFact("total cost", plain(Decimal(low), Decimal(high)), known[0].currency)]


def tell_per_credit(told: Telling, asked: Asked, catalog: Catalog) -> bool:
    """Tuition, and all of the cost, for each credit; False when no one amount is stated."""
    program = told.program
    if not program.credits:
        lead = (
            f"{program.title} is a non-credit program, so nothing is paid per credit."
            if program.credit_bearing is False
            else f"How many credits {program.title} carries is not stated."
        )
        told.lines.append(lead)
        told.use(["non-credit" if program.credit_bearing is False else "academic credit"])
        return tell_cost(told, asked, catalog)
    found = prices(program, catalog.day, catalog.missing(program))
    if len(found) != 1:
        return False
    (price,) = found
    credits = f"{program.credits.normalize():f}"
    carried = f"{credits} {'credit' if program.credits == 1 else 'credits'}"
    told.use(cost_words(price), *cost_facts(price))
    told.use([f"carries {credits}"], UsedFact("credits", credits, "credits"))
    tuition = [part for part in price.paid if part.purpose == "tuition"]
    shares = [(str(part), part.low, part.high) for part in tuition]
    if not price.missing and (price.low, price.high) not in [(p.low, p.high) for p in tuition]:
        shares.append((f"{price.total} in all", price.low, price.high))
    for words, low, high in shares:
        each = [(end / program.credits).quantize(_CENT, ROUND_HALF_UP) for end in (low, high)]
        share = amount(each[0], each[1], price.currency)
        told.lines.append(f"{words} ÷ {carried} = **{share} per credit**")
        told.use([], UsedFact("cost per credit", plain(*each), price.currency))
    told.lines += [f"{line}." for line in _open(price, program)] + conditions(found)
    return bool(shares)
