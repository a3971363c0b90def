"""Splits what a program costs into the parts of a payment plan, by the rule of the plan's page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from knowledge_base.edition import Edition
from knowledge_base.lexical import words
from knowledge_base.model import Passage, Program, UsedFact
from knowledge_base.program_page import money
from knowledge_base.retriever import Query
from knowledge_base.stated.deductions import listed_only
from knowledge_base.stated.working import Working
from knowledge_base.terms import term
from knowledge_base.text.money import find_money
from knowledge_base.text.quantities import (
    NUMBER_WORDS,
    Bound,
    bound_of,
    find_quantities,
    number,
)
from knowledge_base.text.sentences import statements
from knowledge_base.text.tables import cells
from knowledge_base.typed.bill import Bill, Part, bills
from knowledge_base.typed.billed import billed
from knowledge_base.typed.charges import Charge
from knowledge_base.typed.draft import Catalog
from languages.speech import say

_ASKS = re.compile(
    r"\b(?:payment plan|instal+ments?|monthly (?:thing|plan|payments?|parts?|rates?)"
    r"|(?:pay|paying|payments?|each|split|spread)\b.*\b(?:monthly|(?:a|per|each|every) month"
    r"|in parts|over time)|(?:each|first|later|last)(?: of the \w+)? (?:parts?|payments?)"
    r"|on (?:payments|a plan|the plan|the monthly)|per month|a month)\b",
    re.I,
)
_HOW_MUCH = re.compile(
    r"\b(?:how much|what (?:is|are|would|will|do|does|did)|whats|amount|each|first|later"
    r"|sign up)\b",
    re.I,
)
_OTHER = re.compile(
    r"\b(?:miss\w*|late|refund\w*|drop\w*|grants?|scholarships?|funds?|bursar\w+|interest"
    r"|discount\w*|reduc\w+|graduat\w+|pensioners?|seniors?)\b",
    re.I,
)
"""What changes the balance, or has a charge of its own."""
_COUNT = rf"\d{{1,2}}|{'|'.join(NUMBER_WORDS[2:])}"
_PAID = r"(?:(?:monthly|weekly) )?(?:instal+ments?|parts|payments|amounts)\b"
_AT_ONCE = re.compile(
    r"\b(?P<percent>\d{1,2})\s?(?:%|per ?cent)(?: of (?:the|your|its) (?P<of>[a-z ]{3,30}?))?"
    r" (?:at once|down|up ?front|when|at|on)\b",
    re.I,
)
_REST = re.compile(
    rf"\b(?:rest|remainder|remaining|balance)\b.*?(?:\b(?P<count>{_COUNT}) )?\bequal {_PAID}", re.I
)
_ALIKE = re.compile(
    rf"\b(?:paid|pay|spread|split)\b.*\b(?:in|into|over) (?P<count>{_COUNT}) equal {_PAID}", re.I
)
_ONLY_THE_FEE = re.compile(r"\b(?:fee|tuition)\b", re.I)
_IN_FULL = re.compile(r"\b(?:paid|due|payable)\b.*\bin full\b", re.I)
_SET_UP = re.compile(r"\bset(?:ting)?[ -]?up\b", re.I)
_FOR_EACH = re.compile(
    r"\b(?:each|every|per) (?:part|payment|instal+ment)\b.*\b(?:charges?|fee)\b", re.I
)
_OWED = re.compile(r"\b(?:balance|fees?|costs?|prices?|courses?|programm?e?s?) ?\b", re.I)
_LASTS = re.compile(r"\b(?:lasts?|takes?|runs?|long(?:er)?)\b", re.I)
_PLAN = re.compile(r"\b(?:plans?|instal+ments?|in parts)\b", re.I)
_OR_MORE = re.compile(r"\bor (?:more|longer)\b", re.I)
_WANTED = (
    "payment plan percent at once rest equal monthly installments length of the program set-up"
)
_PASSAGES = 20
_AT_LEAST = frozenset({Bound.AT_LEAST, Bound.OVER})
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Plan:
    """How a page splits what is owed: so much at once and the rest in parts, or all in parts."""

    share: Decimal | None
    """At once, 0-1; None: all parts are alike."""
    parts: tuple[tuple[Decimal, Decimal | None, int], ...]
    """Fewest and most weeks, and into how many parts the rest is split, or all of it."""
    least: Decimal
    """The smallest amount that is split."""
    weeks: Decimal
    """The fewest weeks that a program must have."""
    of_fee: bool | None
    """Whether only the fee of the program is split; None: it is not said."""
    in_full: str
    """What is said of other charges that are paid at once."""
    fee: Decimal | None
    for_each: Decimal | None
    """What is charged with every part."""
    passage: Passage
    quote: str
    fee_source: tuple[str, str] | None

    def count(self, weeks: Decimal | None) -> int | None:
        """Parts for a program of so many weeks; None when there are none for it, or when its
        length decides and is not told."""
        if weeks is None:
            alone = len(self.parts) == 1 and self.parts[0][1] is None and not self.weeks
            return self.parts[0][2] if alone and not self.parts[0][0] else None
        fitting = (n for low, high, n in self.parts if low <= weeks and (high or weeks) >= weeks)
        return next(fitting, None) if weeks >= self.weeks else None

    def splits(self, bill: Bill) -> tuple[Part, ...] | None:
        """The parts of a bill that are split; None when that is not said."""
        said = set(words(self.in_full))
        split = tuple(part for part in bill.parts if not set(words(part.name)) <= said)
        return split if self.of_fee is False or len(split) == 1 else None


def asks_for_installments(question: str) -> bool:
    """Whether it asks what the parts of a payment plan are."""
    asks = _ASKS.search(question) and _HOW_MUCH.search(question)
    return bool(asks) and not _OTHER.search(question)


def installments(
    edition: Edition, query: Query, program: Program | None, known: Sequence[Charge], day: Catalog
) -> Working | None:
    """What is paid at once and what each later part is; None when the program's cost or length,
    or a plan for it, is not stated."""
    plan = plan_of(edition, query) if program else None
    if program is None or plan is None or not _open_to(program, day):
        return None
    length = program.duration
    known_length = length is not None and length.unit == "weeks" and length.low == length.high
    count = plan.count(length.low if length and known_length else None)
    made = bills("", program, known, day, billed(query.question, known))
    split = plan.splits(made[0]) if len({bill.total for bill in made}) == 1 else None
    if count is None or not split or day.missing(program):
        return None
    owed = sum((part.amount for part in split), Decimal(0))
    return None if owed < plan.least else _worked_out(plan, program, made[0], split, count, day.day)


def _open_to(program: Program, known: Catalog) -> bool:
    """Whether a program names a plan among the ways to pay for it, where others do."""
    named = [bool(_PLAN.search(" ".join(p.aid))) for p in (program, *known.programs.values())]
    return named[0] or not any(named)


def plan_of(edition: Edition, query: Query) -> Plan | None:
    """The plan that pages in force on the query's day state, if one does wholly."""
    allowed = edition.pages_in_force(query.day, query.institution)
    rows, _ = edition.lexical.search(_WANTED, _PASSAGES, allowed)
    passages = edition.passages(rows)
    return next(filter(None, (plan_in(passage, passages) for passage in passages)), None)


def plan_in(passage: Passage, passages: Sequence[Passage]) -> Plan | None:
    """The plan that a passage states, with what others of its page say of it."""
    page = [each for each in passages if each.document_id == passage.document_id]
    for said in statements(passage.text):
        text = " ".join(said.text.split())
        once, rest, alike = _AT_ONCE.search(text), _REST.search(text), _ALIKE.search(text)
        if not (once and rest) and not alike:
            continue
        told = (rest and rest["count"]) if once else alike and alike["count"]
        counts = [(Decimal(0), None, int(number(told)))] if told else _parts(passage)
        if not counts:
            continue
        fee, source = _fee(passages, passage)
        return Plan(
            Decimal(once["percent"]) / 100 if once else None,
            tuple(counts),
            *_least(page),
            _of_fee(once["of"] or "") if once else None,
            next((s for s in _sentences(passage) if _IN_FULL.search(s)), ""),
            fee,
            _for_each(passage),
            passage,
            _paragraph(passage, said.start) if told else passage.text[said.start :].strip(),
            source,
        )
    return None


def _of_fee(named: str) -> bool:
    """Whether a share is of the fee, and not of all that is owed."""
    return bool(_ONLY_THE_FEE.search(named))


def _sentences(*passages: Passage) -> list[str]:
    """Each on one line."""
    return [" ".join(s.text.split()) for passage in passages for s in statements(passage.text)]


def _paragraph(passage: Passage, start: int) -> str:
    """The paragraph in which a rule stands, with what is said beside it."""
    first, last = passage.text.rfind("\n\n", 0, start), passage.text.find("\n\n", start)
    return passage.text[max(first, 0) : last if last > 0 else None].strip()


def _for_each(passage: Passage) -> Decimal | None:
    """What is charged with every part, where one sentence says so."""
    said = [find_money(text) for text in _sentences(passage) if _FOR_EACH.search(text)]
    return said[0][0].value.amount if len(said) == 1 and len(said[0]) == 1 else None


def _parts(passage: Passage) -> list[tuple[Decimal, Decimal | None, int]]:
    found = []
    for cell in cells(passage.text):
        weeks = find_quantities(cell.row, {"weeks"})
        if len(weeks) == 1 and cell.text.isdigit():
            span = weeks[0].value
            high = None if _OR_MORE.search(cell.row) else span.high
            found.append((span.low, high, int(cell.text)))
    return found


def _least(page: Sequence[Passage]) -> tuple[Decimal, Decimal]:
    """The largest amount that a page says must be owed at least, and the most weeks that a
    program must have; nothing when none does."""
    amounts, weeks = [Decimal(0)], [Decimal(0)]
    for text in _sentences(*page):
        for found in find_money(text) if _OWED.search(text) else ():
            if bound_of(text, found.start, found.end) in _AT_LEAST:
                amounts.append(found.value.amount)
        for length in find_quantities(text, {"weeks"}) if _LASTS.search(text) else ():
            if bound_of(text, length.start, length.end) in _AT_LEAST:
                weeks.append(length.value.low)
    return max(amounts), max(weeks)


def _fee(
    passages: Sequence[Passage], plan: Passage
) -> tuple[Decimal | None, tuple[str, str] | None]:
    """What setting up a plan costs, where one sentence says so."""
    for passage in (plan, *passages):
        for said in statements(passage.text):
            amounts = find_money(said.text)
            of_it = _PLAN.search(said.text) or passage.document_id == plan.document_id
            if of_it and "|" not in said.text and len(amounts) == 1 and _SET_UP.search(said.text):
                return amounts[0].value.amount, (passage.document_id, said.text)
    return None, None


def _worked_out(
    plan: Plan, program: Program, bill: Bill, split: Sequence[Part], count: int, day: date
) -> Working:
    currency = bill.currency
    total = sum((part.amount for part in split), Decimal(0))
    whole = f" = {money(total, currency)}" if len(split) > 1 else ""
    lines = [f"{program.title}: {_told(split, currency)}{whole}"]
    facts = []
    once, owed = Decimal(0), money(total, currency)
    if plan.share is not None:
        once = (total * plan.share).quantize(_CENT, ROUND_HALF_UP)
        facts.append(UsedFact("at once", str(once), currency, program.id))
        percent = f"{plan.share * 100:f}".rstrip("0").rstrip(".")
        lines.append(_at_once(plan, percent, owed, once, currency))
    each = ((total - once) / count).quantize(_CENT, ROUND_HALF_UP)
    facts.append(UsedFact("each installment", str(each), currency, program.id))
    if plan.share is not None:
        later = say(
            "Then {count} installments: ({total} − {once}) ÷ {count} = **{amount}** each",
            count=count,
            total=owed,
            once=money(once, currency),
            amount=money(each, currency),
        )
    else:
        later = say(
            "{count} parts: {total} ÷ {count} = **{amount}** each",
            count=count,
            total=owed,
            amount=money(each, currency),
        )
    if plan.for_each is not None:
        later += say(
            "; with the {fee} that is charged with each: **{amount}**",
            fee=money(plan.for_each, currency),
            amount=money(each + plan.for_each, currency),
        )
    lines.append(later)
    at_start = [part for part in bill.parts if part not in split]
    if at_start:
        lines.append(say("Not in parts: {charges}", charges=_told(at_start, currency)))
    sources = [(part.source.document_id, part.source.quote) for part in bill.parts if part.source]
    sources += [plan.fee_source] if plan.fee_source and plan.fee_source[1] not in plan.quote else []
    own = [money(part.amount, currency) for part in bill.parts if part.source is None]
    length = [f"takes {program.duration}"] if program.duration else []
    return Working(
        plan.passage,
        plan.quote,
        (*lines, *listed_only(program, bill, day)),
        tuple(facts),
        program,
        (*own, *length),
        tuple(dict.fromkeys(sources)),
    )


def _at_once(plan: Plan, percent: str, owed: str, once: Decimal, currency: str) -> str:
    line = say(
        "At once: {percent}% × {total} = **{amount}**",
        percent=percent,
        total=owed,
        amount=money(once, currency),
    )
    more = [fee for fee in (plan.fee, plan.for_each) if fee is not None]
    if plan.fee is None:
        return line
    return line + say(
        "; with the {fee} for setting it up: **{amount}**",
        fee=money(plan.fee, currency),
        amount=money(once + sum(more, Decimal(0)), currency),
    )


def _told(parts: Sequence[Part], currency: str) -> str:
    return " + ".join(_part(part.amount, part.name, part.working, currency) for part in parts)


def _part(amount: Decimal, name: str, working: str, currency: str) -> str:
    told = f"{money(amount, currency)} {term(name)}"
    return f"{told} ({working})" if working else told
