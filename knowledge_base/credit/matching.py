"""Says whether what a student has is what a rule of credit speaks of, or what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from knowledge_base.credit.equivalency import Equivalency, Held, Needed
from knowledge_base.credit.grades import at_least, same
from knowledge_base.terms import term
from languages.speech import say


@dataclass(frozen=True, slots=True)
class Unmet:
    """What keeps a thing from meeting its part of a rule; ``open`` while a fact is not known."""

    words: str
    open: bool = False


def names_match(pattern: str, name: str) -> bool:
    """Whether a name is the pattern's, case, punctuation and spacing apart; `*` is any text."""
    return fnmatchcase(plain(name), plain(pattern))


def plain(name: str) -> str:
    """A name for comparison: lower case, words apart by one blank."""
    return " ".join(re.findall(r"[\w*+#]+", name.casefold()))


def together(
    rule: Equivalency,
    alternative: Sequence[Needed],
    have: Sequence[Held],
    used: set[int],
    day: date,
) -> list[int]:
    """Positions that meet every part of an alternative, each part another one; empty if none."""
    taken: list[int] = []
    for needed in alternative:
        for position, held in enumerate(have):
            free = position not in used and position not in taken
            if free and about(rule, needed, held) and not unmet(rule, needed, held, day):
                taken.append(position)
                break
        else:
            return []
    return sorted(taken)


def about(rule: Equivalency, needed: Needed, held: Held) -> bool:
    """Whether a part of a rule speaks of this thing at all, whatever its score."""
    if needed.kind != held.kind:
        return False
    if rule.subject and plain(rule.subject) != plain(held.subject):
        return False
    if rule.scores and not any(same(held.score or "", mark) for mark in rule.scores):
        return False
    names = [needed.name]
    if len(rule.alternatives) == 1 and len(rule.alternatives[0]) == 1:
        names += rule.aliases
    told = [held.name, f"{held.institution} {held.name}"]
    return any(names_match(pattern, name) for pattern in names for name in told)


def specific(rule: Equivalency, needed: Needed) -> tuple[int, bool, bool]:
    """How closely a rule names its source: a higher tuple is the closer rule."""
    exact = 2 if "*" not in needed.name else 1 if plain(needed.name) != "*" else 0
    return exact, bool(rule.scores), bool(rule.subject)


def unmet(rule: Equivalency, needed: Needed, held: Held, day: date) -> Unmet | None:
    """What keeps a thing from meeting its part; None when nothing does."""
    if rule.max_age_years is not None and held.earned is not None:
        limit = _years_later(held.earned, rule.max_age_years)
        if day > limit:
            old = say(
                "{name} is older than {years} years", name=held.name, years=rule.max_age_years
            )
            return Unmet(old)
    if not needed.minimum:
        return None
    if held.score is None:
        needs = say(
            "the score or grade of {name}: at least {minimum} is needed",
            name=held.name,
            minimum=needed.minimum,
        )
        return Unmet(needs, open=True)
    reached = at_least(held.score, needed.minimum, rule.scale)
    if reached is None:
        other = say(
            "a score or grade of {name} on the scale of the rule ({scale})",
            name=held.name,
            scale=term(rule.scale.value),
        )
        return Unmet(other, open=True)
    if reached:
        return None
    return Unmet(
        say(
            "at least {minimum} in {name}; you have {score}",
            minimum=needed.minimum,
            name=held.name,
            score=held.score,
        )
    )


def has(rule: Equivalency, needed: Needed, others: Iterable[Held], day: date) -> bool:
    """Whether one of some things meets a part of a rule."""
    return any(about(rule, needed, h) and not unmet(rule, needed, h, day) for h in others)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
