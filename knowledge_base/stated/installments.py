"""Splits what a program costs into the parts of a payment plan, by the rule of the plan's page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from knowledge_base.edition import Edition
from knowledge_base.model import Passage, Program, UsedFact
from knowledge_base.program_page import money
from knowledge_base.retriever import Query
from knowledge_base.stated.working import Working
from knowledge_base.terms import term
from knowledge_base.text.money import find_money
from knowledge_base.text.quantities import find_quantities
from knowledge_base.text.sentences import statements
from knowledge_base.text.tables import cells
from knowledge_base.typed.bill import Bill, bills
from knowledge_base.typed.billed import billed
from knowledge_base.typed.charges import Charge
from knowledge_base.typed.draft import Catalog
from languages.speech import say

_ASKS = re.compile(
    r"\b(?:payment plan|instal+ments?|monthly (?:thing|plan|payments?|parts?|rates?)"
    r"|(?:pay|paying|payments?|each|split|spread)\b.*\b(?:monthly|(?:a|per|each|every) month"
    r"|in parts|over time)|on (?:payments|a plan|the plan|the monthly)|per month|a month)\b",
    re.I,
)
_HOW_MUCH = re.compile(
    r"\b(?:how much|what (?:is|are|would|will|do|does|did)|whats|amount|each|first|later"
    r"|sign up)\b",
    re.I,
)
_OTHER = re.compile(r"\b(?:miss\w*|late|refund\w*|drop\w*|grants?|scholarships?|interest)\b", re.I)
"""What changes the balance, or has a charge of its own."""
_AT_ONCE = re.compile(r"\b(?P<percent>\d{1,2})\s?% (?:at once|down|up ?front|when|at)\b", re.I)
_REST = re.compile(r"\b(?:rest|remainder|remaining|balance)\b.*\bequal\b.*\binstal+ments?\b", re.I)
_SET_UP = re.compile(r"\bset(?:ting)?[ -]?up\b", re.I)
_LEAST = re.compile(r"\bbalance\b[^.]*\bat least [^.;]*", re.I)
_OR_MORE = re.compile(r"\bor (?:more|longer)\b", re.I)
_WANTED = (
    "payment plan percent at once rest equal monthly installments length of the program set-up"
)
_PASSAGES = 20
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a page splits a balance: so much at once, the rest by the weeks of the program."""

    share: Decimal
    """Of the balance at once, 0-1."""
    parts: tuple[tuple[Decimal, Decimal | None, int], ...]
    """Fewest and most weeks, and into how many installments the rest is split."""
    least: Decimal
    """The smallest balance that is split."""
    fee: Decimal | None
    passage: Passage
    quote: str
    fee_source: tuple[str, str] | None

    def count(self, weeks: Decimal) -> int | None:
        """Installments of a program of so many weeks; None when there are none for it."""
        fitting = (n for low, high, n in self.parts if low <= weeks and (high or weeks) >= weeks)
        return next(fitting, None)


def asks_for_installments(question: str) -> bool:
    """Whether it asks what the parts of a payment plan are."""
    asks = _ASKS.search(question) and _HOW_MUCH.search(question)
    return bool(asks) and not _OTHER.search(question)


def installments(
    edition: Edition, query: Query, program: Program | None, known: Sequence[Charge], day: Catalog
) -> Working | None:
    """What is paid at once and what each later part is; None when the program's cost or length,
    or a plan for it, is not stated."""
    if program is None:
        return None
    length, plan = program.duration, plan_of(edition, query)
    if plan is None or length is None or length.unit != "weeks" or length.low != length.high:
        return None
    count = plan.count(length.low)
    who = billed(query.question, known)
    made = bills("", program, known, day, who)
    totals = {bill.total for bill in made}
    if count is None or len(totals) != 1 or min(totals) < plan.least or day.missing(program):
        return None
    return _worked_out(plan, program, made[0], count)


def plan_of(edition: Edition, query: Query) -> Plan | None:
    """The plan that pages in force on the query's day state, if one does wholly."""
    allowed = edition.pages_in_force(query.day, query.institution)
    rows, _ = edition.lexical.search(_WANTED, _PASSAGES, allowed)
    passages = edition.passages(rows)
    fee, source = _fee(passages)
    for passage in passages:
        for said in statements(passage.text):
            once = _AT_ONCE.search(said.text)
            parts = tuple(_parts(passage)) if once and _REST.search(said.text) else ()
            if once and parts:
                table = min(cell.line[0] for cell in cells(passage.text))
                quote = passage.text[said.start :].strip() if table else said.text
                share = Decimal(once["percent"]) / 100
                least = _least([p for p in passages if p.document_id == passage.document_id])
                return Plan(share, parts, least, fee, passage, quote, source)
    return None


def _parts(passage: Passage) -> list[tuple[Decimal, Decimal | None, int]]:
    found = []
    for cell in cells(passage.text):
        weeks = find_quantities(cell.row, {"weeks"})
        if len(weeks) == 1 and cell.text.isdigit():
            span = weeks[0].value
            high = None if _OR_MORE.search(cell.row) else span.high
            found.append((span.low, high, int(cell.text)))
    return found


def _least(passages: Sequence[Passage]) -> Decimal:
    """The largest amount that a page says a balance must have at least; nothing when none does."""
    said = [s.text for passage in passages for s in statements(passage.text)]
    amounts = [find_money(match[0]) for text in said for match in _LEAST.finditer(text)]
    return max((each[0].value.amount for each in amounts if each), default=Decimal(0))


def _fee(passages: Sequence[Passage]) -> tuple[Decimal | None, tuple[str, str] | None]:
    """What setting up a plan costs, where one sentence says so."""
    for passage in passages:
        for said in statements(passage.text):
            amounts = find_money(said.text)
            plan = "plan" in said.text.casefold() and "|" not in said.text
            if plan and len(amounts) == 1 and _SET_UP.search(said.text):
                return amounts[0].value.amount, (passage.document_id, said.text)
    return None, None


def _worked_out(plan: Plan, program: Program, bill: Bill, count: int) -> Working:
    currency, total = bill.currency, bill.total
    once = (total * plan.share).quantize(_CENT, ROUND_HALF_UP)
    each = ((total - once) / count).quantize(_CENT, ROUND_HALF_UP)
    parts = " + ".join(_part(part.amount, part.name, part.working, currency) for part in bill.parts)
    lines = [
        f"{program.title}: {parts} = {money(total, currency)}",
        say(
            "At once: {percent}% × {total} = **{amount}**",
            percent=f"{plan.share * 100:f}".rstrip("0").rstrip("."),
            total=money(total, currency),
            amount=money(once, currency),
        ),
        say(
            "Then {count} installments: ({total} − {once}) ÷ {count} = **{amount}** each",
            count=count,
            total=money(total, currency),
            once=money(once, currency),
            amount=money(each, currency),
        ),
    ]
    facts = [
        UsedFact("at once", str(once), currency, program.id),
        UsedFact("each installment", str(each), currency, program.id),
    ]
    if plan.fee is not None:
        first = money(once + plan.fee, currency)
        lines[1] += say(
            "; with the {fee} for setting it up: **{amount}**",
            fee=money(plan.fee, currency),
            amount=first,
        )
    sources = [(part.source.document_id, part.source.quote) for part in bill.parts if part.source]
    sources += [plan.fee_source] if plan.fee_source else []
    also = tuple(dict.fromkeys(sources))
    own = [money(part.amount, currency) for part in bill.parts if part.source is None]
    stated = (*own, f"takes {program.duration}")
    return Working(plan.passage, plan.quote, tuple(lines), tuple(facts), program, stated, also)


def _part(amount: Decimal, name: str, working: str, currency: str) -> str:
    told = f"{money(amount, currency)} {term(name)}"
    return f"{told} ({working})" if working else told
