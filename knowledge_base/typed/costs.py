"""Adds up what programs cost, alone, together and for each credit, and shows the working."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from knowledge_base.model import AnswerKind, Program, UsedFact, plain
from knowledge_base.program_page import money
from knowledge_base.terms import credits_of, term
from knowledge_base.typed.costing import Price, amount, conditions, cost_facts, cost_words, prices
from knowledge_base.typed.draft import Catalog, Draft, Telling
from knowledge_base.typed.question import Asked
from languages.lists import joined
from languages.speech import counted, say

_CENT = Decimal("0.01")


def tell_cost(told: Telling, _asked: Asked, catalog: Catalog) -> bool:
    """What a program costs, part by part and in all; False when no amount is stated."""
    found = prices(told.program, catalog.day, catalog.missing(told.program))
    for price in found:
        told.use(cost_words(price), *cost_facts(price))
        where = f"{term(price.residency)}: " if price.residency else ""
        told.lines.append(where + _working(price, bold="**"))
        told.lines += _open(price, told.program)
    told.lines += conditions(found)
    return bool(found)


def _working(price: Price, bold: str = "") -> str:
    """`$1,140 tuition + $60 materials fee = $1,200`; one amount needs no sum."""
    paid = " + ".join(map(str, price.paid))
    if len(price.paid) > 1 and not price.missing:
        paid = f"{paid} = {bold}{price.total}{bold}"
    elif not price.paid:
        paid = f"{bold}{price.total}{bold}"
    elif not price.missing:
        paid = price.paid[0].told(bold)
    if not price.waived:
        return paid
    waived = joined(list(map(term, price.waived)), "or")
    return say("{amounts} (no {purposes})", amounts=paid, purposes=waived)


def _open(price: Price, program: Program) -> list[str]:
    """What is not stated of a price, and what it therefore is at least."""
    if not price.missing:
        return []
    return [
        counted(
            "The {purposes} of {title} is not stated, so the total is at least **{amount}**.",
            "The {purposes} of {title} are not stated, so the total is at least **{amount}**.",
            len(price.missing),
            purposes=joined(list(map(term, price.missing))),
            title=program.title,
            amount=money(price.low, price.currency),
        )
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
            working = _working(price)
            for purpose in map(term, price.missing):
                working = say(
                    "{amounts}; the {purpose} is not stated", amounts=working, purpose=purpose
                )
            lines.append(f"- {program.title} [{number}]: {working}")
        if not priced:
            unknown = say("the cost is not stated")
            lines.append(f"- {program.title} [{number}]: {unknown}")
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
    open_ = [
        say("the cost of {title}", title=p.title)
        for p, each in zip(programs, found, strict=True)
        if not each
    ]
    open_ += [
        say("the {purpose} of {title}", purpose=term(purpose), title=program.title)
        for program, each in zip(programs, found, strict=True)
        for price in each
        for purpose in price.missing
    ]
    if not open_:
        return [f"{sums} = **{amount(Decimal(low), Decimal(high), currency)}**"]
    least = money(Decimal(low), currency)
    missing = counted(
        "{things} is not stated.", "{things} are not stated.", len(open_), things=joined(open_)
    )
    return [
        say("{sums} = at least **{amount}**", sums=sums, amount=least),
        f"{missing[:1].upper()}{missing[1:]}",
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
        told.lines.append(
            say(
                "{title} is a non-credit program, so nothing is paid per credit.",
                title=program.title,
            )
            if program.credit_bearing is False
            else say("How many credits {title} carries is not stated.", title=program.title)
        )
        told.use(["non-credit" if program.credit_bearing is False else "academic credit"])
        return tell_cost(told, asked, catalog)
    found = prices(program, catalog.day, catalog.missing(program))
    if len(found) != 1:
        return False
    (price,) = found
    credits = f"{program.credits.normalize():f}"
    carried = credits_of(program.credits)
    told.use(cost_words(price), *cost_facts(price))
    told.use([f"carries {credits}"], UsedFact("credits", credits, "credits"))
    tuition = [part for part in price.paid if part.purpose == "tuition"]
    shares = [(str(part), part.low, part.high) for part in tuition]
    if not price.missing and (price.low, price.high) not in [(p.low, p.high) for p in tuition]:
        shares.append((say("{amount} in all", amount=price.total), price.low, price.high))
    for words, low, high in shares:
        each = [(end / program.credits).quantize(_CENT, ROUND_HALF_UP) for end in (low, high)]
        share = amount(each[0], each[1], price.currency)
        told.lines.append(
            say(
                "{amount} ÷ {credits} = **{share} per credit**",
                amount=words,
                credits=carried,
                share=share,
            )
        )
        told.use([], UsedFact("cost per credit", plain(*each), price.currency))
    told.lines += _open(price, program) + conditions(found)
    return bool(shares)
