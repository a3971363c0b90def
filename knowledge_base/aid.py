"""Says which aid a student may get: yes, no, or what it depends on, and what to ask next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from knowledge_base.aid_rule import AidRule, AidRules, AskedFact, Condition, Operator, Value
from knowledge_base.kleene import Truth, all_of, any_of, negation, truth
from knowledge_base.model import Program

Facts = Mapping[str, Value | tuple[str, ...]]
"""What is known, by name; a name that is absent is unknown."""
_WORKED_OUT = {"days_before_start": "program_starts"}
"""Facts that nobody is asked for, since another one settles them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one rule gives its aid, which conditions decided it, and what is still unknown."""

    rule: AidRule
    outcome: Truth
    because: tuple[Condition, ...]
    depends_on: tuple[str, ...]

    def to_wire(self) -> dict[str, Any]:
        """One JSON object with the rule's source and dates."""
        source = self.rule.source
        return {
            "rule": self.rule.id,
            "name": self.rule.name,
            "outcome": self.outcome.value,
            "gives": self.rule.gives,
            "note": self.rule.note,
            "because": [
                {"words": said.words or said.quote, "quote": said.quote} for said in self.because
            ],
            "depends_on": list(self.depends_on),
            "document_id": source.document_id,
            "quote": source.quote,
            **source.validity.to_wire(),
        }


@dataclass(frozen=True, slots=True)
class AidReport:
    """Verdicts of all rules in force, in their order, and the question that helps most."""

    as_of: date
    verdicts: tuple[Verdict, ...]
    next_question: AskedFact | None = None
    asked: tuple[AskedFact, ...] = ()
    """Every fact that a student can be asked for."""

    def to_wire(self) -> dict[str, Any]:
        """One JSON object."""
        asked = self.next_question
        return {
            "as_of": self.as_of.isoformat(),
            "verdicts": [verdict.to_wire() for verdict in self.verdicts],
            "next_question": (
                {"fact": asked.name, "question": asked.question, "kind": asked.kind}
                if asked
                else None
            ),
        }


def check(
    rules: AidRules,
    facts: Facts,
    day: date,
    only: Collection[str] = (),
    declined: Collection[str] = (),
) -> AidReport:
    """Judge every rule that is in force on `day`; others are not used.

    `only` holds ids of rules, if not all of them matter; `declined` names facts not to ask for.
    """
    current = [
        rule
        for rule in rules.rules
        if rule.source.validity.holds_on(day) and (not only or rule.id in only)
    ]
    known = _worked_out({"today": day.isoformat(), **facts}, day)
    verdicts = tuple(_verdict(rule, known) for rule in current)
    open_ = [fact for fact in rules.facts if fact.name not in declined]
    return AidReport(day, verdicts, _next_question(current, open_, known, day), rules.facts)


def program_facts(program: Program, day: date, starts: date | None = None) -> dict[str, Any]:
    """What the catalog knows of a program for rules of aid; what it does not say is left out.

    Clock hours are weeks times hours a week, each at its lower end. Without `starts` the run is
    not known, unless the catalog holds just one that is still to come.
    """
    coming = [run.starts for run in program.offerings if run.starts and run.starts >= day]
    starts = starts or (coming[0] if len(coming) == 1 else None)
    facts: dict[str, Any] = {"program_code": program.code or program.id}
    if program.aid:
        facts["program_aid"] = tuple(program.aid)
    if program.subject:
        facts["program_subject"] = program.subject
    if program.delivery:
        facts["program_delivery"] = tuple(program.delivery)
    if program.credit_bearing is not None:
        facts["program_credit_bearing"] = program.credit_bearing
    if program.credits is not None:
        facts["program_credits"] = float(program.credits)
    elif program.credit_bearing is False:
        facts["program_credits"] = 0
    weeks, effort = program.duration, program.effort
    if weeks is not None and weeks.unit == "weeks":
        facts["program_weeks"] = float(weeks.low)
        if effort is not None and effort.unit == "hours per week":
            facts["program_clock_hours"] = float(weeks.low * effort.low)
    if starts is not None:
        facts["program_starts"] = starts.isoformat()
    return _worked_out(facts, day)


def _worked_out(facts: Facts, day: date) -> dict[str, Any]:
    """The facts, with those that others settle."""
    starts = facts.get(_WORKED_OUT["days_before_start"])
    if not isinstance(starts, str) or "days_before_start" in facts:
        return dict(facts)
    return {**facts, "days_before_start": (date.fromisoformat(starts) - day).days}


def judge(condition: Condition, facts: Facts) -> Truth:
    """Whether a condition holds; unknown when a fact that could change it is not known."""
    if condition.test is Operator.ALL:
        return all_of(judge(part, facts) for part in condition.parts)
    if condition.test is Operator.ANY:
        return any_of(judge(part, facts) for part in condition.parts)
    if condition.test is Operator.NOT:
        return negation(judge(condition.parts[0], facts))
    return truth(_leaf(condition, facts))


def _leaf(condition: Condition, facts: Facts) -> bool | None:
    have = facts.get(condition.fact)
    if have is None:
        return None
    if condition.test is Operator.HOLDS:
        wanted = str(condition.values[0]).casefold()
        names = have if isinstance(have, tuple) else (str(have),)
        return wanted in {name.casefold() for name in names}
    if isinstance(have, tuple):
        return None
    if condition.test is Operator.AT_MOST_BY:
        return _within_table(condition, have, facts.get(condition.by))
    if condition.test in {Operator.IS, Operator.ONE_OF}:
        return any(_equal(have, value) for value in condition.values)
    return _ordered(have, condition.values[0], least=condition.test is Operator.AT_LEAST)


def _within_table(
    condition: Condition, have: Value, by: Value | tuple[str, ...] | None
) -> bool | None:
    """Judged without the other fact too, when every step of the table says the same."""
    amount = _number(have)
    first, last = condition.table[0], condition.table[-1]
    if amount is None:
        return None
    if by is None:
        if amount <= min(limit for _, limit in condition.table) and condition.further >= 0:
            return True
        unbounded = condition.further > 0
        return None if unbounded or amount <= max(x for _, x in condition.table) else False
    step = None if isinstance(by, tuple) else _number(by)
    if step is None or step != int(step) or step < first[0]:
        return None
    if step <= last[0]:
        return amount <= Decimal(str(dict(condition.table)[int(step)]))
    beyond = Decimal(str(condition.further)) * (step - last[0])
    return amount <= Decimal(str(last[1])) + beyond


def _equal(have: Value, value: Value) -> bool:
    if isinstance(have, bool) or isinstance(value, bool):
        return have is value
    one, other = _number(have), _number(value)
    if one is not None and other is not None:
        return one == other
    return str(have).casefold() == str(value).casefold()


def _ordered(have: Value, bound: Value, *, least: bool) -> bool | None:
    if isinstance(bound, str) and isinstance(have, str):
        return have >= bound if least else have <= bound
    one, other = _number(have), _number(bound)
    if one is None or other is None:
        return None
    return one >= other if least else one <= other


def _number(value: Value) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _verdict(rule: AidRule, facts: Facts) -> Verdict:
    outcome = judge(rule.needs, facts)
    parts = rule.needs.parts
    deciding = tuple(part for part in parts if judge(part, facts) is outcome)
    open_ = dict.fromkeys(_unknown(rule.needs, facts)) if outcome is Truth.UNKNOWN else {}
    return Verdict(rule, outcome, deciding, tuple(open_))


def _unknown(condition: Condition, facts: Facts) -> Iterable[str]:
    """Names of facts that keep a condition open."""
    if judge(condition, facts) is not Truth.UNKNOWN:
        return
    for part in condition.parts:
        yield from _unknown(part, facts)
    if not condition.parts:
        for name in (condition.fact, condition.by):
            if name and name not in facts:
                yield _WORKED_OUT.get(name, name)


def _next_question(
    rules: Sequence[AidRule], asked: Sequence[AskedFact], facts: Facts, day: date
) -> AskedFact | None:
    """The unknown fact whose answer decides most rules, on average over its telling answers.

    Among equals, the one that more open rules depend on; then the order of the file.
    """
    open_ = [rule for rule in rules if judge(rule.needs, facts) is Truth.UNKNOWN]
    needed = [set(_unknown(rule.needs, facts)) for rule in open_]
    best: tuple[float, int] = (-1.0, -1)
    chosen = None
    for fact in asked:
        dependants = sum(fact.name in names for names in needed)
        if fact.name in facts or not dependants:
            continue
        answers = _telling_answers(fact, open_)
        decided = sum(
            judge(rule.needs, _worked_out({**facts, fact.name: answer}, day)) is not Truth.UNKNOWN
            for answer in answers
            for rule in open_
        )
        score = (decided / len(answers) if answers else 0.0, dependants)
        if score > best:
            best, chosen = score, fact
    return chosen


def _telling_answers(fact: AskedFact, rules: Iterable[AidRule]) -> list[Value]:
    """Answers on both sides of every bound that the rules set for a fact."""
    if fact.kind == "flag":
        return [True, False]
    found: dict[Value, None] = {}
    for rule in rules:
        for leaf in _leaves(rule.needs):
            if leaf.fact == fact.name:
                for value in (*leaf.values, *(limit for _, limit in leaf.table)):
                    number = None if isinstance(value, str) else _number(value)
                    near = (value,) if number is None else (number - 1, number, number + 1)
                    found.update(dict.fromkeys(x if isinstance(x, str) else float(x) for x in near))
            elif leaf.by == fact.name:
                found.update(dict.fromkeys(step for step, _ in leaf.table))
    return list(found)


def _leaves(condition: Condition) -> Iterable[Condition]:
    if not condition.parts:
        yield condition
    for part in condition.parts:
        yield from _leaves(part)
