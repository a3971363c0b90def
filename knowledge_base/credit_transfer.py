"""Estimates what earlier learning is worth, rule by rule, and promises nothing beyond a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from knowledge_base.credit.equivalency import (
    Award,
    Equivalency,
    EquivalencyTable,
    Held,
    Needed,
    Source,
    Tier,
)
from knowledge_base.credit.limits import Capped, capped
from knowledge_base.credit.matching import Unmet, about, has, plain, specific, together, unmet
from knowledge_base.model import plain as figure
from knowledge_base.terms import term
from languages.speech import say

_BEST_FIRST = (Tier.ARTICULATED, Tier.RECOMMENDED, Tier.NEEDS_REVIEW)
_CENT = Decimal("0.01")
"""Converted credits are rounded down to a hundredth: never more than a rule gives."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one or more held things are worth under one rule. ``credits`` are semester credits."""

    held: tuple[Held, ...]
    tier: Tier
    target: str = ""
    credits: Decimal = Decimal(0)
    rule: str = ""
    group: str = ""
    source: Source | None = None
    condition: str = ""
    missing: tuple[str, ...] = ()
    """What would have to be known, or be so, for more: such as a score of at least 4."""
    several: bool = False
    counted: bool = True
    """False when another line already gives credit for the same target."""

    def to_wire(self) -> dict[str, Any]:
        """One JSON object; credits are numbers."""
        return {
            "held": [held.name for held in self.held],
            "tier": self.tier.value,
            "target": self.target,
            "credits": float(self.credits),
            "rule": self.rule,
            "condition": self.condition,
            "missing": list(self.missing),
            "counted": self.counted,
            "document_id": self.source.document_id if self.source else "",
            "quote": self.source.quote if self.source else "",
            **(self.source.validity.to_wire() if self.source else {}),
        }


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimate, not a decision: lines by rule, and what limits leave of them.

    ``agreed`` holds the first tier only, ``possible`` the three tiers that may give credit; both
    are after the limits of ``award``, with the working in words.
    """

    as_of: date
    lines: tuple[Line, ...]
    agreed: Capped
    possible: Capped
    award: Award | None = None

    def to_wire(self) -> dict[str, Any]:
        """One JSON object."""
        return {
            "as_of": self.as_of.isoformat(),
            "lines": [line.to_wire() for line in self.lines],
            "agreed": self.agreed.to_wire(),
            "possible": self.possible.to_wire(),
            "award": [self.award.kind, float(self.award.credits)] if self.award else None,
        }


def estimate(
    have: Sequence[Held], table: EquivalencyTable, day: date, award: Award | None = None
) -> Estimate:
    """One line for each thing held (or for several that a rule asks for together), in order.

    Only rules in force on `day` are used. The same target is counted once. With an `award` its
    limits and residency requirement are applied.
    """
    lines = _counted_once(_lines(have, table, day))
    agreed = _credits(lines, (Tier.ARTICULATED,))
    possible = _credits(lines, _BEST_FIRST)
    limits = [limit for limit in table.limits if limit.source.validity.holds_on(day)]
    return Estimate(
        day, lines, capped(agreed, limits, award), capped(possible, limits, award), award
    )


def _credits(lines: Iterable[Line], tiers: Sequence[Tier]) -> list[tuple[str, Decimal]]:
    return [
        (line.group, line.credits)
        for tier in tiers
        for line in lines
        if line.counted and line.tier is tier
    ]


def _counted_once(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Marks lines whose target another line gives with at least as much certainty."""
    best: dict[str, Line] = {}
    for line in lines:
        if line.tier not in _BEST_FIRST or line.several:
            continue
        key = plain(line.target)
        held = best.get(key)
        if held is None or (_rank(line), -line.credits) < (_rank(held), -held.credits):
            best[key] = line
    marked = []
    for line in lines:
        winner = best.get(plain(line.target))
        twice = (
            line.tier in _BEST_FIRST
            and not line.several
            and winner is not None
            and winner is not line
        )
        marked.append(replace(line, counted=not twice))
    return tuple(marked)


def _rank(line: Line) -> int:
    return _BEST_FIRST.index(line.tier)


def _lines(have: Sequence[Held], table: EquivalencyTable, day: date) -> list[Line]:
    rules = [rule for rule in table.rules if rule.source.validity.holds_on(day)]
    lines: dict[int, Line] = {}
    used: set[int] = set()
    for rule in rules:  # Rules that ask for several things together come first.
        for alternative in rule.alternatives:
            if len(alternative) > 1:
                taken = together(rule, alternative, have, used, day)
                if taken:
                    used.update(taken)
                    lines[taken[0]] = _line(rule, [have[i] for i in taken], table)
    for position, held in enumerate(have):
        if position not in used:
            others = [other for i, other in enumerate(have) if i != position]
            lines[position] = _single(held, others, rules, table, day)
    return [lines[position] for position in sorted(lines)]


def _single(
    held: Held, others: Sequence[Held], rules: Sequence[Equivalency], table: EquivalencyTable,
    day: date,
) -> Line:  # fmt: skip
    """The most specific rule in force that speaks of it decides; what it lacks is said."""
    candidates = [
        (rule, alternative, needed)
        for rule in rules
        for alternative in rule.alternatives
        for needed in alternative
        if about(rule, needed, held)
    ]
    missing: list[str] = []
    for level in sorted({specific(r, n) for r, _, n in candidates}, reverse=True):
        found: list[Line] = []
        halves: list[Line] = []
        for rule, alternative, needed in candidates:
            if specific(rule, needed) != level:
                continue
            lacking = [n for n in alternative if n is not needed and not has(rule, n, others, day)]
            short = unmet(rule, needed, held, day)
            if lacking:
                missing.append(_with_what(rule, held, lacking))
                halves.append(_open_half(rule, held, missing[-1]))
            elif short:
                found.append(_short_of(rule, held, short))
            else:
                found.append(_line(rule, [held], table))
        if found:
            best = min(found, key=_preference)
            return replace(best, missing=(*best.missing, *dict.fromkeys(missing)))
        if halves:
            return halves[0]
    expired = _not_in_force(held, table, day)
    return Line((held,), Tier.NO_RULE, missing=tuple(dict.fromkeys((*missing, *expired))))


def _preference(line: Line) -> tuple[int, Decimal]:
    """A rule that says no outright comes first, then what gives most with most certainty."""
    if line.tier is Tier.NOT_TRANSFERABLE and not line.missing:
        return 0, Decimal(0)
    if line.tier in _BEST_FIRST and not line.missing:
        return 1 + _rank(line), -line.credits
    return (8 if line.tier is Tier.NEEDS_REVIEW else 9), -line.credits


def _short_of(rule: Equivalency, held: Held, unmet: Unmet) -> Line:
    """Nothing yet: open while the score is unknown, refused when it is known to be too low."""
    if rule.status is Tier.NOT_TRANSFERABLE and not unmet.open:
        tier = Tier.NO_RULE  # A refusal that does not apply leaves the question open.
    else:
        tier = Tier.NEEDS_REVIEW if unmet.open else Tier.NOT_TRANSFERABLE
    target = rule.target if unmet.open else ""
    return Line(
        (held,), tier, target, rule=rule.id, group=rule.group, source=rule.source,
        condition=rule.condition, missing=(unmet.words,),
    )  # fmt: skip


def _open_half(rule: Equivalency, held: Held, missing: str) -> Line:
    """Nothing yet, and nothing refused: the closest rule asks for something beside it."""
    return Line(
        (held,), Tier.NEEDS_REVIEW, rule=rule.id, group=rule.group, source=rule.source,
        condition=rule.condition, missing=(missing,),
    )  # fmt: skip


def _line(rule: Equivalency, held: Sequence[Held], table: EquivalencyTable) -> Line:
    credits = rule.credits
    missing = []
    if credits is None:
        known = [_semester(thing, table) for thing in held]
        if None in known:
            missing.append(
                say(
                    "how many credits: {name} came without a number in a known unit, "
                    "and the rule names none",
                    name=held[0].name,
                )
            )
        credits = sum((c for c in known if c is not None), Decimal(0))
    return Line(
        tuple(held), rule.status, rule.target, credits, rule.id, rule.group, rule.source,
        rule.condition, tuple(missing), rule.several,
    )  # fmt: skip


def _semester(held: Held, table: EquivalencyTable) -> Decimal | None:
    """Credits in semester credits; None when they or their unit are not known."""
    if held.credits is None:
        return None
    unit = plain(held.unit)
    if unit in {"", "semester", "semester credit"}:
        return held.credits
    for conversion in table.conversions:
        if plain(conversion.unit) == unit:
            exact = Fraction(held.credits) * Fraction(conversion.factor)
            return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
                _CENT, rounding="ROUND_DOWN"
            )
    return None


def _with_what(rule: Equivalency, held: Held, lacking: Sequence[Needed]) -> str:
    parts = [
        say("{name} with at least {minimum}", name=n.name, minimum=n.minimum)
        if n.minimum
        else (n.name if n.kind == held.kind else term(n.kind.replace("_", " ")))
        for n in lacking
    ]
    given = [say("{credits} credits", credits=figure(rule.credits))] if rule.credits else []
    given += [rule.target] if rule.target else []
    return say(
        "together with {things}: {target}",
        things=say(" and ").join(parts),
        target=", ".join(given),
    )


def _not_in_force(held: Held, table: EquivalencyTable, day: date) -> Iterator[str]:
    """Rules that speak of it but do not hold on the day, so that nobody thinks there were none."""
    for rule in table.rules:
        valid = rule.source.validity
        spoken = any(about(rule, n, held) for a in rule.alternatives for n in a)
        if spoken and valid.effective_to is not None and valid.effective_to < day:
            ended = valid.effective_to.isoformat()
            yield say("the rule {rule} ended on {day}", rule=rule.id, day=ended)
        elif spoken and valid.effective_from is not None and valid.effective_from > day:
            begins = valid.effective_from.isoformat()
            yield say("the rule {rule} begins on {day}", rule=rule.id, day=begins)
