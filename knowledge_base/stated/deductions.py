"""Takes off what a program costs what a message says that others pay, or what a page grants: an
amount, a share, or a reduced price for so many people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from knowledge_base.edition import Edition
from knowledge_base.model import AnswerKind, Passage, Program, UsedFact, plain
from knowledge_base.program_page import money
from knowledge_base.retriever import Query
from knowledge_base.stated.discounts import discounts, people_in
from knowledge_base.stated.grants import Grant, by_credits, leaves_out, pages_of_grants, shares_paid
from knowledge_base.text.money import find_money
from knowledge_base.typed.bill import Bill, bills, stated_by, working_of
from knowledge_base.typed.billed import billed
from knowledge_base.typed.charges import Charge
from knowledge_base.typed.costing import conditions, prices
from knowledge_base.typed.draft import Catalog, Draft
from languages.speech import say

_ASKS_WHAT_IS_LEFT = re.compile(
    r"\b(?:minus|remain\w*|(?:what(?:'?s| is)|how much(?: is| of)?)\b.*\bleft|left (?:to pay|over)"
    r"|owe|my (?:half|share|part|own part)|leaves? me"
    r"|(?:do|would|will|must|should) i (?:still )?(?:have to )?pay)\b",
    re.I,
)
_TAKES_OFF = (
    r"(?:pays|paid|covers|gives|gave|contribut\w+|chips? in|grants?|scholarships?|awards?|vouchers?"
    r"|bursary|bonus|minus|less|w[io]n)"
)
_PAID_BY_OTHERS = re.compile(rf"\b(?:{_TAKES_OFF}|gets?|got)\b", re.I)
_BEFORE = re.compile(rf"\b{_TAKES_OFF}\b[^.;,?!]{{0,30}}$", re.I)
_BEHIND = re.compile(
    r"^[^.;,?!]{0,25}\b(?:grants?|scholarships?|awards?|vouchers?|bursary|off)\b", re.I
)
"""What stands beside an amount that is taken off; others are an income or a budget."""
_SHARES = {"half": Decimal("0.5"), "a third": Decimal(1) / 3, "a quarter": Decimal("0.25")}
_SHARE = re.compile(
    rf"(?<![\d.])(?P<percent>\d{{1,2}})\s?(?:%|percent\b)|\b(?:{'|'.join(_SHARES)})\b", re.I
)
_BARE = re.compile(
    r"\b(?:pays?|covers?|gives?|minus|less)(?: me| us)? (?P<amount>\d{2,5})\b"
    r"(?! ?(?:%|percent|hours?|weeks?|credits?|people))",
    re.I,
)
"""An amount without its currency, which is the catalog's."""
_DISCOUNTED = re.compile(
    r"^(?!.*\brefund).*(?:\b(?:discount\w*|reduc\w+|group|senior|half (?:the )?price)\b|\d ?% off\b"
    r"|\b(?:after|with|minus|less) (?:the |a |their |our |your )?\d{1,2} ?%)",
    re.I | re.S,
)
_PRICED = re.compile(r"\b(?:how much|prices?|costs?|fees?|pay|charged?)\b", re.I)
_OF_THEMSELVES = re.compile(r"\b(?:i|we|us|our|my|i'?m|we'?re|as an?)\b", re.I)
_OTHERWISE = re.compile(
    r"\b(?:refund\w*|instal+ments?|monthly|per month|loans?|grants?|funds?|funded|scholarships?"
    r"|bursar\w+|aid|income|earn\w*|household|family|deposit|deadlines?|when|transfer\w*|books?"
    r"|hours?|weeks?|drop\w*|withdr\w*|cancel\w*|last year|per credit|each credit|rates?)\b",
    re.I,
)
"""What asks for more than the price that somebody pays who tells of themselves."""
_WITHOUT = re.compile(
    r"\b(?:without|not counting|no|excluding|except)(?: the| any)? (?:materials?|kits?|supplies)\b"
    r"|\b(?:materials?|kits?)(?: fee)? not counted\b",
    re.I,
)
_CENT = Decimal("0.01")


def asks_what_is_left(question: str) -> bool:
    """Whether it asks for what is paid once something is taken off."""
    left = _ASKS_WHAT_IS_LEFT.search(question) and _PAID_BY_OTHERS.search(question)
    return bool(left) or _DISCOUNTED.search(question) is not None or _may_pay_less(question)


def _may_pay_less(question: str) -> bool:
    """Whether somebody who asks for a price tells of themselves, which may reduce it."""
    tells = _PRICED.search(question) and _OF_THEMSELVES.search(question)
    return bool(tells) and not _OTHERWISE.search(question)


def deducted(
    edition: Edition,
    query: Query,
    told: str,
    program: Program | None,
    known: Sequence[Charge],
    catalog: Catalog,
    first: int,
) -> Draft | None:
    """What is left to pay of one program, with the working and the rule where a page states it,
    cited from `first` on. `told` is the question without the program's name.

    None when the message or one page does not tell a single thing to take off, or when the cost is
    not wholly stated.
    """
    bill = one_bill(told, program, known, catalog) if program else None
    if program is None or bill is None:
        return None
    pages = pages_of_grants(edition, query)
    reduced = list(_reductions(told, pages, program))
    if len({each.share for each in reduced}) == 1:
        return _reduced(told, program, bill, reduced[0], query.day, first)
    if reduced or not _ASKS_WHAT_IS_LEFT.search(told):
        return None
    shares = [each for each in shares_paid(told, pages, program) if _says(told, each.share)]
    if len({each.share for each in shares}) == 1:
        return _reduced(told, program, bill, shares[0], query.day, first)
    if leaves_out(told, pages, program):
        return None
    taken, grant = _told(told, bill.total), None
    if taken is None:
        grants = list(by_credits(told, pages, program))
        grant = grants[0] if len({each.amount for each in grants}) == 1 else None
        taken = grant.amount if grant else None
    return None if taken is None else _left(program, bill, taken, grant, query.day, first)


def _reductions(told: str, pages: Sequence[Passage], program: Program) -> Iterator[Grant]:
    named = _DISCOUNTED.search(told) is not None
    if named or _may_pay_less(told):
        yield from discounts(told, pages, program, named=named)


def _says(question: str, share: Decimal | None) -> bool:
    """Whether a question says that very share."""
    said = {Decimal(match["percent"]) / 100 for match in _SHARE.finditer(question) if match[1]}
    return share in said


def _is_taken(question: str, start: int, end: int) -> bool:
    return bool(_BEFORE.search(question[:start]) or _BEHIND.match(question[end:]))


def one_bill(told: str, program: Program, known: Sequence[Charge], catalog: Catalog) -> Bill | None:
    """What a program costs whoever a message tells of; None when it is not wholly stated, or
    differs by what is not told."""
    found = bills("", program, known, catalog, billed(told, known))
    whole = len({bill.total for bill in found}) == 1 and not catalog.missing(program)
    return found[0] if whole else None


def _told(question: str, total: Decimal) -> Decimal | None:
    """What a message says that is taken off; None unless it says one such thing."""
    amounts = {
        found.value.amount
        for found in find_money(question)
        if _is_taken(question, found.start, found.end)
    }
    amounts |= {Decimal(match["amount"]) for match in _BARE.finditer(question)}
    shares = {
        Decimal(match["percent"]) / 100 if match["percent"] else _SHARES[match[0].casefold()]
        for match in _SHARE.finditer(question)
        if _is_taken(question, match.start(), match.end())
    }
    taken = amounts | {(total * share).quantize(_CENT, ROUND_HALF_UP) for share in shares}
    return taken.pop() if len(amounts) + len(shares) == 1 else None


def _left(
    program: Program, bill: Bill, taken: Decimal, grant: Grant | None, day: date, first: int
) -> Draft:
    currency, total = bill.currency, bill.total
    rest = max(total - taken, Decimal(0))
    offset = first + (grant is not None)
    number = f" [{offset}]" if grant else ""
    lines = [
        working_of(bill.parts, currency, rows_of(bill), offset),
        f"{money(total, currency)} − {money(taken, currency)}{number}"
        f" = **{money(rest, currency)}**",
    ]
    if grant is None:
        lines.append(
            say(
                "*The {amount} is from your message; whether it is granted, whoever pays it "
                "decides.*",
                amount=money(taken, currency),
            )
        )
    fact = UsedFact("left to pay", plain(rest), currency, program.id)
    return _drafted(program, bill, grant, [*lines, *listed_only(program, bill, day)], fact, first)


def _reduced(
    question: str, program: Program, bill: Bill, grant: Grant, day: date, first: int
) -> Draft:
    """The price with the share taken off, then what is charged besides, for one and for all."""
    currency, share = bill.currency, grant.share or Decimal(0)
    price, *others = bill.parts
    each = (price.amount * (1 - share)).quantize(_CENT, ROUND_HALF_UP)
    percent = f"{share * 100:f}".rstrip("0").rstrip(".")
    rows = rows_of(bill)
    told = price.told(currency, rows, first + 1)
    lines = [f"{told} − {percent}% [{first + 1}] = **{money(each, currency)}**"]
    sums = [each]
    if others and not _WITHOUT.search(question):
        sums.append(each + sum((part.amount for part in others), Decimal(0)))
        more = " + ".join(part.told(currency, rows, first + 1) for part in others)
        lines.append(f"{money(each, currency)} + {more} = **{money(sums[1], currency)}**")
    people = people_in(question)
    for one in sums if people else ():
        of_all = money(one * (people or 1), currency)
        lines.append(f"{people} × {money(one, currency)} = **{of_all}**")
    lines.append(say("*Worked out as if you meet all that the quoted rule asks for.*"))
    lines += listed_only(program, bill, day)
    fact = UsedFact("reduced price", plain(each), currency, program.id)
    return _drafted(program, bill, grant, lines, fact, first)


def listed_only(program: Program, bill: Bill, day: date) -> list[str]:
    """What the amounts hold for, where a bill rests on the catalog alone."""
    return [] if rows_of(bill) else conditions(prices(program, day))


def rows_of(bill: Bill) -> list[Charge]:
    """The rows of pages that a bill rests on."""
    return list(dict.fromkeys(part.source for part in bill.parts if part.source))


def _drafted(
    program: Program,
    bill: Bill,
    grant: Grant | None,
    lines: Sequence[str],
    fact: UsedFact,
    first: int,
) -> Draft:
    quotes = [(row.document_id, row.quote) for row in rows_of(bill)]
    rule = [grant.quote] if grant else []
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join([f"**{program.title}** [{first}]", *rule, *lines]),
        (fact,),
        {program.id: tuple(stated_by(program, [bill]))},
        ((grant.passage.document_id, grant.quote), *quotes) if grant else tuple(quotes),
        focus=program.id,
    )
