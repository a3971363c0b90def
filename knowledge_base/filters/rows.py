"""Turns a program's facts into the rows that a typed query compares, with units made one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from knowledge_base.filters.text import padded, stem, words
from knowledge_base.model import Cost, Program, Span

DAYS_IN = {
    "day": Decimal(1),
    "week": Decimal(7),
    "month": Decimal("365.2425") / 12,
    "year": Decimal("365.2425"),
}
"""Days of a unit. A month is a twelfth of the mean Gregorian year (ISO 8601 leaves it open); a
week has seven days, so that five days are less than a week."""

WAYS = {
    "online": "online",
    "virtual": "online",
    "remote": "online",
    "distance": "online",
    "in person": "in person",
    "on campus": "in person",
    "face to face": "in person",
    "classroom": "in person",
    "onsite": "in person",
    "hybrid": "hybrid",
    "blended": "hybrid",
}
"""What each word for a way of delivery is called in a query."""

_AWARDS = (
    ("associate", re.compile(r"\b(?:A\.?A\.?S?|A\.?S|AFA|AGS|ABA)\b|\bassociate", re.A)),
    ("bachelor", re.compile(r"\b(?:B\.?A|B\.?S|BAS|BBA|BFA|BSN)\b|\bbachelor", re.A)),
    ("master", re.compile(r"\b(?:M\.?A|M\.?S|MBA|MEd|MFA|MPH|MSW)\b|\bmaster(?:'?s)?\b", re.A)),
    ("doctorate", re.compile(r"\b(?:PhD|EdD|DBA|DNP)\b|\bdoctora", re.A)),
)
_DENIED = re.compile(r"\bno credits? (?:counts?|stacks?|transfers?)\b", re.I)
_BADGE = re.compile(r"(?:\b(no|not|without)\b[^.;]{0,30})?\b(?:open )?badges?\b", re.I)
_NO_PREREQUISITES = {"none", "no prerequisites", "none required", "no prerequisite"}


def days(span: Span | None) -> tuple[float, float] | None:
    """Shortest and longest duration in days; None when the unit is none of those in `DAYS_IN`."""
    unit = DAYS_IN.get(span.unit.casefold().removesuffix("s")) if span else None
    if span is None or unit is None:
        return None
    return in_days(span.low, unit), in_days(span.high, unit)


def in_days(amount: Decimal, unit: Decimal) -> float:
    """An amount of a unit in days, to the thousandth."""
    return float(round(amount * unit, 3))


def weekly_hours(span: Span | None) -> tuple[float, float] | None:
    """Hours per week; None for hours a day or in all, whose weeks nobody has stated."""
    if span is None or not re.fullmatch(r"(?:hours?|hrs?) (?:per|a|each) (?:week|wk)", span.unit):
        return None
    return float(span.low), float(span.high)


def total_hours(span: Span | None) -> tuple[float, float] | None:
    """Hours of work in all; None when they are counted in another unit."""
    if span is None or not re.fullmatch(r"(?:clock |contact )?(?:hours?|hrs?)", span.unit):
        return None
    return float(span.low), float(span.high)


def way(word: str) -> str:
    """A way of delivery as a query calls it; an unusual one stays as it is."""
    name = " ".join(word.casefold().replace("-", " ").split())
    return WAYS.get(name, name)


class Purposes:
    """Which kinds of cost most priced programs of an institution state.

    A program that leaves out a fee which most others state, even as 0, has not said that it is
    free: its total is open upward.
    """

    def __init__(self, programs: Iterable[Program]):
        priced: Counter[str] = Counter()
        stated: dict[str, Counter[str]] = defaultdict(Counter)
        for program in programs:
            if program.costs:
                priced[program.institution] += 1
                stated[program.institution].update({cost.purpose for cost in program.costs})
        self._usual = {
            place: {purpose for purpose, n in counts.items() if 2 * n > priced[place]}
            for place, counts in stated.items()
        }

    def missing(self, program: Program) -> frozenset[str]:
        """Kinds of cost that are usual where the program is offered, and that it leaves out."""
        stated = {cost.purpose for cost in program.costs}
        return frozenset(self._usual.get(program.institution, set()) - stated)


def price_rows(program: Program, purposes: Purposes) -> Iterator[dict[str, Any]]:
    """One row for each price at which the program can be had: alternatives are apart, fees added.

    `total_high` is None where a fee is not stated.
    """
    by_currency: dict[str, list[Cost]] = defaultdict(list)
    for cost in program.costs:
        by_currency[cost.currency].append(cost)
    open_upward = bool(purposes.missing(program))
    for currency, costs in by_currency.items():
        main = "tuition" if any(c.purpose == "tuition" for c in costs) else costs[0].purpose
        fees: dict[str, list[Decimal]] = defaultdict(list)
        for cost in costs:
            if cost.purpose != main:
                fees[cost.purpose].append(cost.amount)
        low = sum((min(amounts) for amounts in fees.values()), Decimal())
        high = sum((max(amounts) for amounts in fees.values()), Decimal())
        for cost in (c for c in costs if c.purpose == main):
            named = way(cost.condition)
            yield {
                "program_id": program.id,
                "currency": currency,
                "delivery": named if named in WAYS.values() else "",
                "residency": cost.residency,
                "tuition": float(cost.amount) if main == "tuition" else None,
                "total_low": float(cost.amount + low),
                "total_high": None if open_upward else float(cost.amount + high),
            }


def program_row(program: Program) -> dict[str, Any]:
    """The facts of which a program has one."""
    duration = days(program.duration) or (None, None)
    hours = weekly_hours(program.effort) or (None, None)
    workload = total_hours(program.workload) or (None, None)
    prerequisites = program.prerequisites.strip().rstrip(".").casefold()
    return {
        "id": program.id,
        "credit_bearing": program.credit_bearing,
        "credits": None if program.credits is None else float(program.credits),
        "credit_kind": program.credit_kind,
        "days_low": duration[0],
        "days_high": duration[1],
        "hours_low": hours[0],
        "hours_high": hours[1],
        "workload_low": workload[0],
        "workload_high": workload[1],
        "no_prerequisites": prerequisites in _NO_PREREQUISITES if prerequisites else None,
    }


def run_rows(program: Program) -> Iterator[dict[str, Any]]:
    """One row for each dated run."""
    for run in program.offerings:
        yield {
            "program_id": program.id,
            "starts": run.starts,
            "apply_by": run.apply_by,
            "delivery": way(run.delivery) if run.delivery else "",
            "location": padded(words(run.location)),
        }


def term_rows(program: Program) -> Iterator[dict[str, Any]]:
    """One row for each value that is found by its words, once per field."""
    named = chain(
        [("title", program.title), ("title", program.code), ("subject", program.subject)],
        [("summary", program.summary), ("institution", program.institution)],
        [("level", program.level)],
        (("skill", value) for value in program.skills),
        (("occupation", value) for value in program.occupations),
        (("aid", value) for value in program.aid),
        (("delivery", way(value)) for value in program.delivery),
        (("location", run.location) for run in program.offerings),
        (("stack", value) for value in program.stacks_into),
        (("award", kind) for value in program.stacks_into for kind in _kinds(value)),
        [("credential", program.credential_type)],
        (("accreditation", name) for name in program.accreditation),
        (("prerequisite", text) for text in _asked(program)),
    )
    for field, value in dict.fromkeys(named):
        if value:
            yield _term(program, field, value)
    if not program.stacks_into and _DENIED.search(program.stacking_terms):
        yield _term(program, "stack", "")
    if badge := _BADGE.search(f"{program.credential_type}. {program.recognition}"):
        yield _term(program, "badge", "" if badge[1] else "badge")


def _asked(program: Program) -> Iterator[str]:
    """What a program says in words that must be met at entry."""
    yield program.prerequisites
    parts = [program.requirement] if program.requirement else []
    while parts:
        part = parts.pop()
        yield part.text
        parts += part.parts


def _kinds(award: str) -> Sequence[str]:
    """What kind of award a name stands for: a degree and which, a certificate, or none."""
    degrees = [kind for kind, pattern in _AWARDS if pattern.search(award)]
    if degrees or re.search(r"\bdegree\b", award, re.I):
        return ["degree", *degrees]
    return ["certificate"] if re.search(r"\bcertificate\b", award, re.I) else []


def _term(program: Program, field: str, value: str) -> dict[str, Any]:
    parts = words(value)
    return {
        "program_id": program.id,
        "field": field,
        "value": value,
        "words": padded(parts),
        "stems": padded([stem(part) for part in parts]),
    }
