"""Applies the limits of an award to credit from elsewhere, and shows the working."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from knowledge_base.credit.equivalency import Award, CreditLimit
from knowledge_base.terms import term
from languages.speech import say


@dataclass(frozen=True, slots=True)
class Capped:
    """Semester credits that limits leave, how each step came about, and which limits spoke."""

    credits: Decimal
    before: Decimal
    working: tuple[str, ...] = ()
    limits: tuple[CreditLimit, ...] = ()

    def to_wire(self) -> dict[str, Any]:
        """One JSON object; credits are numbers."""
        return {
            "credits": float(self.credits),
            "before": float(self.before),
            "working": list(self.working),
            "limits": [
                {
                    "id": limit.id,
                    "document_id": limit.source.document_id,
                    "quote": limit.source.quote,
                    **limit.source.validity.to_wire(),
                }
                for limit in self.limits
            ],
        }


def capped(
    credits: Sequence[tuple[str, Decimal]], limits: Sequence[CreditLimit], award: Award | None
) -> Capped:
    """What remains of credits, given by group, within the limits of an award.

    Limits on one group come first, then those on several, then those on all, then residency.
    Without an award nothing is cut, and the working says that limits were not applied.
    """
    by_group: dict[str, Decimal] = {}
    for group, amount in credits:
        by_group[group] = by_group.get(group, Decimal(0)) + amount
    before = sum(by_group.values(), Decimal(0))
    if award is None:
        return Capped(before, before, (say("limits depend on the award; none was named"),))
    spoken = [limit for limit in limits if _speaks_of(limit, award)]
    if not spoken:
        none = say("no rule gives a limit for a {award}", award=award_name(award))
        return Capped(before, before, (none,))
    working = [say("{credits} credits before limits", credits=_plain(before))]
    for limit in sorted((x for x in spoken if x.groups), key=lambda x: len(x.groups)):
        _cut_groups(by_group, limit, working)
    total = sum(by_group.values(), Decimal(0))
    for limit in (x for x in spoken if not x.groups):
        most = award.credits - limit.most if limit.residency else limit.most
        if total > most:
            working.append(f"{_plain(total)} → {_plain(most)}: {_why(limit, award)}")
            total = max(most, Decimal(0))
    working.append(say("{credits} credits within the limits", credits=_plain(total)))
    return Capped(total, before, tuple(working), tuple(spoken))


def award_name(award: Award) -> str:
    """An award by its kind and size: `certificate of 18 credits`."""
    return say("{kind} of {credits} credits", kind=term(award.kind), credits=_plain(award.credits))


def _why(limit: CreditLimit, award: Award) -> str:
    if limit.residency:
        return say(
            "{least} of {credits} credits must be earned here",
            least=_plain(limit.most),
            credits=_plain(award.credits),
        )
    return say("at most {credits} credits from elsewhere", credits=_plain(limit.most))


def _speaks_of(limit: CreditLimit, award: Award) -> bool:
    same = limit.award == award.kind.casefold()
    return same and limit.size_from <= award.credits <= limit.size_to


def _cut_groups(by_group: dict[str, Decimal], limit: CreditLimit, working: list[str]) -> None:
    total = sum((by_group.get(group, Decimal(0)) for group in limit.groups), Decimal(0))
    over = total - limit.most
    if over <= 0:
        return
    names = say(" and ").join(term(group.replace("_", " ")) for group in limit.groups)
    working.append(
        say(
            "{groups}: {before} → {credits}, at most {credits} credits",
            groups=names,
            before=_plain(total),
            credits=_plain(limit.most),
        )
    )
    for group in limit.groups:
        cut = min(over, by_group.get(group, Decimal(0)))
        if cut:
            by_group[group] -= cut
            over -= cut


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
