"""Lists the dated runs that a plan may choose from, with what each costs and takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from knowledge_base.model import Offering, Program
from knowledge_base.pathway.plan import Limits, Student
from knowledge_base.pathway.schedule import Run
from knowledge_base.typed.costing import prices
from languages.speech import say


def among(name: str, names: Iterable[str]) -> bool:
    """Whether a name is one of some names, case apart."""
    return name.casefold().strip() in {other.casefold().strip() for other in names}


def runs_within(
    programs: Iterable[Program], student: Student, limits: Limits, day: date
) -> tuple[list[Run], tuple[str, ...]]:
    """Every run that may be chosen, and which programs are left out for want of a fact."""
    runs: list[Run] = []
    notes: dict[str, None] = {}
    for program in programs:
        if program.id in student.credentials:
            continue
        if limits.delivery and not any(among(d, program.delivery) for d in limits.delivery):
            continue
        cost, hours = cost_of(program, day, student.residence), hours_of(program)
        if (cost is None and limits.budget is not None) or (
            hours is None and limits.hours_per_week is not None
        ):
            unpriced = cost is None and limits.budget is not None
            notes[_left_out(program.title, unpriced=unpriced)] = None
            continue
        for offering in program.offerings:
            ends = _ends(program, offering)
            if offering.starts is None or ends is None:
                unknown = say(
                    "{title}: when a run starts or ends is not known", title=program.title
                )
                notes[unknown] = None
            elif _open(offering, offering.starts, ends, limits, day):
                runs.append(
                    Run(program, offering, offering.starts, ends, hours or Decimal(0),
                        cost or Decimal(0))
                )  # fmt: skip
    return runs, tuple(notes)


def _left_out(title: str, *, unpriced: bool) -> str:
    if unpriced:
        return say("{title}: its cost is not known, so it is left out", title=title)
    return say("{title}: its hours per week is not known, so it is left out", title=title)


def _open(offering: Offering, starts: date, ends: date, limits: Limits, day: date) -> bool:
    return (
        starts >= max(day, limits.begin or day)
        and (offering.apply_by is None or offering.apply_by >= day)
        and (limits.finish is None or ends <= limits.finish)
    )


def _ends(program: Program, offering: Offering) -> date | None:
    """The last day; where the catalog names none, the start and the longest number of weeks."""
    if offering.ends is not None or offering.starts is None:
        return offering.ends
    if program.duration is None or program.duration.unit not in {"weeks", "week"}:
        return None
    return offering.starts + timedelta(days=int(program.duration.high * 7) - 1)


def hours_of(program: Program) -> Decimal | None:
    """Hours a week at the upper end; None when the catalog does not say."""
    effort = program.effort
    return effort.high if effort is not None and effort.unit == "hours per week" else None


def cost_of(program: Program, day: date, residence: str = "") -> Decimal | None:
    """All that the catalog lists for a program on a day; of amounts for one purpose the highest.

    None when it lists nothing, or amounts in several currencies.
    """
    found = prices(program, day)
    if len({price.currency for price in found}) != 1:
        return None
    mine = [price for price in found if price.residency in {"", residence}] or found
    return max(price.high for price in mine)
