"""Answers the conditions of a set of questions by plain Python over programs as they were read.

It shares nothing with the parser, the edition or SQL, so that the two can be held against each
other. `tests/questions/README.md` explains the conditions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from knowledge_base.model import Offering, Program

Truth = bool | None
DAYS = {"day": 1.0, "week": 7.0, "month": 365.2425 / 12}


def answer(case: dict[str, Any], programs: Sequence[Program]) -> list[str]:
    """Sorted ids of the programs that a question's condition holds for, on its day."""
    day = date.fromisoformat(case["day"])
    found = [
        program
        for program in programs
        if program.validity.holds_on(day) and holds(case["condition"], program) is True
    ]
    if "order" in case:
        found = first(found, *case["order"], day)
    return sorted(program.id for program in found)


def holds(condition: list[Any], program: Program) -> Truth:
    """True, False, or None where the catalog does not say."""
    name, *rest = condition
    if name == "not":
        inner = holds(rest[0], program)
        return None if inner is None else not inner
    if name in {"and", "or"}:
        truths = [holds(part, program) for part in rest]
        decisive = name == "or"
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive
    truth: Truth = LEAVES[name](program, *rest)
    return truth


def first(programs: list[Program], by: str, way: str, take: int, day: date) -> list[Program]:
    """The first few by a number, and whatever ties with the last of them."""
    known = [(value, p) for p in programs if (value := measure(p, by, way, day)) is not None]
    values = sorted((value for value, _ in known), reverse=way == "desc")
    if not values:
        return []
    last = values[min(take, len(values)) - 1]
    return [p for v, p in known if (v >= last if way == "desc" else v <= last)]


def measure(program: Program, by: str, way: str, day: date) -> float | None:
    """The number to order by; None where it is not known whole."""
    if by == "starts":
        coming = [o.starts.toordinal() for o in program.offerings if o.starts and o.starts >= day]
        return min(coming, default=None)
    if by == "weeks":
        low, high = weeks_of(program) or (None, None)
        return low if way == "desc" else high
    totals = [t for t in totals_of(program, "USD") if t[1] is not None]
    return (max if way == "desc" else min)((t[0] for t in totals), default=None)


def totals_of(program: Program, currency: str) -> list[tuple[float, float | None, str]]:
    """Per price of the program: lowest and highest total, and the delivery that it is for."""
    tuition = [c for c in program.costs if c.purpose == "tuition" and c.currency == currency]
    fees = [c for c in program.costs if c.purpose == "materials fee"]
    college = "Maple Harbor" in program.institution
    fee = float(sum(c.amount for c in fees))
    return [
        (
            float(c.amount) + fee,
            None if college and not fees else float(c.amount) + fee,
            c.condition if c.condition in {"online", "in person", "hybrid"} else "",
        )
        for c in tuition
    ]


def within(low: float, high: float | None, op: str, *bounds: float) -> Truth:
    """Whether a number that lies somewhere from low to high (None: open) meets a bound."""
    top = float("inf") if high is None else high
    if op == "=":
        return (
            low <= bounds[0] <= top if high is not None else (None if low <= bounds[0] else False)
        )
    tests = {
        "<": (lambda x: x < bounds[0]),
        "<=": (lambda x: x <= bounds[0]),
        ">": (lambda x: x > bounds[0]),
        ">=": (lambda x: x >= bounds[0]),
        "between": (lambda x: bounds[0] <= x <= bounds[-1]),
    }
    at_low, at_top = tests[op](low), tests[op](top)
    if at_low and at_top:
        return True
    if not at_low and not at_top and not (op == "between" and low < bounds[0] and top > bounds[1]):
        return False
    return None


def anyhow(truths: list[Truth]) -> Truth:
    """Whether one of several holds; None when there is none to look at."""
    if True in truths:
        return True
    return None if not truths or None in truths else False


def total(program: Program, op: str, *bounds: float) -> Truth:
    return anyhow([within(lo, hi, op, *bounds) for lo, hi, _ in totals_of(program, "USD")])


def tuition(program: Program, op: str, *bounds: float) -> Truth:
    amounts = [float(c.amount) for c in program.costs if c.purpose == "tuition"]
    return anyhow([within(a, a, op, *bounds) for a in amounts])


def price(program: Program, wanted: dict[str, Any]) -> Truth:
    """A price under a bound for one way of delivery, in one currency."""
    way = wanted.get("delivery", "")
    if way and delivery(program, way) is not True:
        return delivery(program, way)
    prices = totals_of(program, wanted.get("currency", "USD"))
    fitting = [t for t in prices if not way or t[2] in {"", way}]
    op = "<" if wanted.get("strict") else "<="
    if not prices and program.costs:
        return False
    return anyhow([within(lo, hi, op, wanted["max"]) for lo, hi, _ in fitting])


def weeks_of(program: Program) -> tuple[float, float] | None:
    span = program.duration
    unit = span.unit.rstrip("s") if span else ""
    if span is None or unit not in DAYS:
        return None
    return float(span.low) * DAYS[unit] / 7, float(span.high) * DAYS[unit] / 7


def weeks(program: Program, op: str, *bounds: float) -> Truth:
    span = weeks_of(program)
    if span is None:
        return None
    near = [round(n * 7, 3) for n in (*span, *bounds)]
    return within(near[0], near[1], op, *near[2:])


def hours(program: Program, op: str, *bounds: float) -> Truth:
    span = program.effort
    if span is None or span.unit not in {"hours per week", "hour per week"}:
        return None
    return within(float(span.low), float(span.high), op, *bounds)


def credits_(program: Program, op: str, *bounds: float) -> Truth:
    if program.credit_bearing is False:
        return False
    if program.credits is None:
        return None
    return within(float(program.credits), float(program.credits), op, *bounds)


def credit_bearing(program: Program, wanted: bool) -> Truth:
    return None if program.credit_bearing is None else program.credit_bearing is wanted


def way_of(word: str) -> str:
    word = word.casefold()
    return "hybrid" if word == "blended" else word


def delivery(program: Program, wanted: str) -> Truth:
    ways = {way_of(word) for word in program.delivery}
    return wanted in ways if ways else None


def level(program: Program, wanted: str) -> Truth:
    return program.level.casefold() == wanted if program.level else None


def no_prerequisites(program: Program) -> Truth:
    return program.prerequisites.rstrip(".").casefold() == "none" if program.prerequisites else None


def text(program: Program, fields: list[str], pattern: str) -> Truth:
    """Whether a pattern is found in a value of the named fields."""
    values: list[str] = []
    for name in fields:
        if name == "location":
            values += [o.location for o in program.offerings if o.location]
            continue
        value = getattr(program, name)
        values += [value] if isinstance(value, str) else value
    values = [v for v in values if v]
    return any(re.search(pattern, v, re.I) for v in values) if values else None


def stacks_degree(program: Program) -> Truth:
    """Whether it counts toward a degree, where it is said in the list or denied in words."""
    if not program.stacks_into:
        return False if "no credits count" in program.stacking_terms else None
    return text(program, ["stacks_into"], r"^(AS|AAS)\b")


def run(program: Program, wanted: dict[str, Any]) -> Truth:
    """Whether one run of the program meets everything that is wanted of a run."""
    return anyhow([run_holds(program, offering, wanted) for offering in program.offerings])


def run_holds(program: Program, offering: Offering, wanted: dict[str, Any]) -> Truth:
    truths: list[Truth] = []
    for name, value in (("starts", offering.starts), ("apply", offering.apply_by)):
        if name in wanted:
            low, high = wanted[name]
            truths.append(
                None
                if value is None
                else (low is None or low <= str(value)) and (high is None or str(value) <= high)
            )
    if "delivery" in wanted:
        way = way_of(offering.delivery)
        truths.append(way == wanted["delivery"] if way else delivery(program, wanted["delivery"]))
    if "location" in wanted:
        place = offering.location.casefold()
        truths.append(wanted["location"] in place if place else None)
    if False in truths:
        return False
    return None if None in truths else True


LEAVES: dict[str, Any] = {
    "all": lambda program: True,
    "total": total,
    "tuition": tuition,
    "price": price,
    "weeks": weeks,
    "hours": hours,
    "credits": credits_,
    "credit_bearing": credit_bearing,
    "delivery": delivery,
    "level": level,
    "no_prerequisites": no_prerequisites,
    "text": text,
    "stacks_degree": stacks_degree,
    "run": run,
}
