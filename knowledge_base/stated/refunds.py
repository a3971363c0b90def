"""Works out what comes back of a program's cost for whoever leaves it on a day or in a week that a
message tells, by the shares that a page states."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from knowledge_base.edition import Edition
from knowledge_base.filters.periods import PERIOD, period_of
from knowledge_base.lexical import words
from knowledge_base.model import AnswerKind, Passage, Program, UsedFact, plain
from knowledge_base.program_page import money
from knowledge_base.retriever import Query
from knowledge_base.stated.deductions import one_bill, rows_of
from knowledge_base.terms import term
from knowledge_base.text.dates import find_dates
from knowledge_base.text.tables import cells
from knowledge_base.typed.bill import Bill, Part, stated_by
from knowledge_base.typed.charges import Charge
from knowledge_base.typed.draft import Catalog, Draft
from knowledge_base.typed.sessions import Session
from languages.speech import say, say_day

_LEAVES = re.compile(
    r"\b(?:refund\w*|drop\w*|withdr\w*|quit\w*|leav\w+|i (?:\w+ )?cancel\w*)\b", re.I
)
_OF_OTHER_RULES = re.compile(
    r"\b(?:hardship|military|orders|deploy\w*|sick\w*|ill(?:ness)?|hospital\w*|death|died|grants?"
    r"|scholarships?|(?:you|u|they|college|school|it|class|course) (?:\w+ )?cancel\w*)\b",
    re.I,
)
"""Reasons and money of others, which pages refund in other ways."""
_HOW_MUCH = re.compile(
    r"\b(?:how (?:much|many dollars)|what (?:comes|do i get|would i get|will i get|is|amount)"
    r"|comes? back|get back|money back)\b",
    re.I,
)
_UNTIL = re.compile(r"\b(?:(?P<full>full)|(?P<percent>\d{1,2})\s?%) refund\b", re.I)
"""The head of a column of days."""
_APPLIES = re.compile(r"\bpercent\w*\b.*\bappl(?:y|ies) to (?P<what>[^.]+)", re.I)
_WEEK = re.compile(
    r"\bweek (?P<number>\d{1,2})\b|\b(?P<word>first|second|third|fourth) week\b", re.I
)
_WORDS = ("first", "second", "third", "fourth")
_OF_FEE = re.compile(
    r"(?P<percent>\d{1,3})\s?% of the (?:course |program )?(?:fee|price|tuition)\b", re.I
)
_WANTED = "refund full refund until percent refund until session withdraw week"
_PASSAGES = 20
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Share:
    """What comes back (0-1) of which parts, as words of a passage say; empty: of the tuition."""

    share: Decimal
    passage: Passage
    quote: str
    told: str
    of: frozenset[str] = frozenset()
    """Stems of what the share is of."""


def asks_what_comes_back(question: str) -> bool:
    """Whether it asks for the amount of a refund."""
    asks = _LEAVES.search(question) and _HOW_MUCH.search(question)
    return bool(asks) and not _OF_OTHER_RULES.search(question)


def refunded(
    edition: Edition,
    query: Query,
    told: str,
    program: Program | None,
    known: Sequence[Charge],
    catalog: Catalog,
    listed: Sequence[Session],
    first: int,
) -> Draft | None:
    """What comes back of one program, cited from `first` on; `told` is the question without its
    name. None when no day or week is told, or no page states a share for it."""
    bill = one_bill(told, program, known, catalog) if program else None
    if program is None or bill is None:
        return None
    allowed = edition.pages_in_force(query.day, query.institution)
    rows, _ = edition.lexical.search(_WANTED, _PASSAGES, allowed)
    pages = edition.passages(rows)
    found = _by_day(told, query.day, pages, program, listed) or _by_week(told, pages)
    return _drafted(program, bill, found, first) if found else None


def _by_day(
    told: str, today: date, pages: Sequence[Passage], program: Program, listed: Sequence[Session]
) -> Share | None:
    """The share of the column whose day has not passed, in the row of the program's session."""
    days = [found.value for found in find_dates(told)] or _days(told, today)
    session = _session(days[0], program, listed) if len(days) == 1 else None
    if session is None:
        return None
    name = set(words(session.name))
    for page in pages:
        until = [
            (dates[0].value, cell)
            for cell in cells(page.text)
            if _UNTIL.search(cell.column) and set(words(cell.row)) <= name
            if (dates := find_dates(cell.text))
        ]
        if not until:
            continue
        open_ = min((each for each in until if each[0] >= days[0]), default=None, key=_day_of)
        last, cell = open_ or max(until, key=_day_of)
        head = _UNTIL.search(cell.column)
        percent = Decimal(head["percent"]) if head and head["percent"] else Decimal(100)
        share = percent / 100 if open_ else Decimal(0)
        line = page.text[slice(*cell.line)].strip()
        said = f"{session.name}: {cell.column} {say_day(last)}"
        return Share(share, page, line, said, _applies(page))
    return None


def _days(told: str, today: date) -> list[date]:
    """The days without a year that a message names, as they come next."""
    found = (period_of(match, today, "in") for match in PERIOD.finditer(told.casefold()))
    return [each.first for each in found if each and each.first == each.last]


def _day_of(each: tuple[date, object]) -> date:
    return each[0]


def _session(day: date, program: Program, listed: Sequence[Session]) -> Session | None:
    """The session that a program of that length runs in on a day."""
    length, starts = program.duration, {run.starts for run in program.offerings}
    for session in listed:
        running = session.starts <= day and (session.ends is None or day <= session.ends)
        if running and session.starts in starts and length and _lasts(session, length.low):
            return session
    return None


def _lasts(session: Session, weeks: Decimal) -> bool:
    return f"{weeks:f} week" in session.name


def _applies(page: Passage) -> frozenset[str]:
    match = _APPLIES.search(page.text)
    return frozenset(words(match["what"])) if match else frozenset()


def _by_week(told: str, pages: Sequence[Passage]) -> Share | None:
    """The share that one line of a page states for the week that is told."""
    week = _week(told)
    if week is None:
        return None
    found = list(_shares_of_week(week, pages))
    return found[0] if len({each.share for each in found}) == 1 else None


def _shares_of_week(week: int, pages: Sequence[Passage]) -> Iterator[Share]:
    for page in pages:
        for line in page.text.split("\n"):
            of, said = _OF_FEE.search(line), line.strip(" -")
            if of and any(_number(match) == week for match in _WEEK.finditer(line)):
                yield Share(Decimal(of["percent"]) / 100, page, said, said)


def _week(text: str) -> int | None:
    weeks = {_number(match) for match in _WEEK.finditer(text)}
    return weeks.pop() if len(weeks) == 1 else None


def _number(match: re.Match[str]) -> int:
    return int(match["number"]) if match["number"] else _WORDS.index(match["word"].casefold()) + 1


def _drafted(program: Program, bill: Bill, found: Share, first: int) -> Draft:
    currency = bill.currency
    parts = [part for part in bill.parts if _counts(part, found)]
    others = [part for part in bill.parts if part not in parts]
    base = sum((part.amount for part in parts), Decimal(0))
    back = (base * found.share).quantize(_CENT, ROUND_HALF_UP)
    percent = f"{found.share * 100:f}".rstrip("0").rstrip(".") or "0"
    rows = rows_of(bill)
    listed = " + ".join(part.told(currency, rows, first + 1) for part in parts)
    sums = f"({listed})" if len(parts) > 1 else listed
    lines = [f"{found.told} [{first + 1}]", f"{percent}% × {sums} = **{money(back, currency)}**"]
    if not found.share:
        lines.insert(1, say("That day has passed."))
    if others:
        rest = ", ".join(f"{money(p.amount, currency)} {term(p.name)}" for p in others)
        lines.append(say("Not counted, because the rule does not name it: {parts}.", parts=rest))
    rule = (found.passage.document_id, found.quote)
    return Draft(
        AnswerKind.COMPUTED,
        "\n\n".join([f"**{program.title}** [{first}]", *lines]),
        (UsedFact("comes back", plain(back), currency, program.id),),
        {program.id: tuple(stated_by(program, [bill]))},
        (rule, *((row.document_id, row.quote) for row in rows)),
        focus=program.id,
    )


def _counts(part: Part, found: Share) -> bool:
    """Whether a share is of a part: of those that the page names, or else of the price itself."""
    return set(words(part.name)) <= found.of if found.of else part.name in {"tuition", "price"}
