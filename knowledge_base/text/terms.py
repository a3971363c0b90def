"""Says once which days the months and terms that people name stand for."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name}
MONTHS["sept"] = 9
"""Number of each month by its name and its abbreviations."""
TERMS = {
    "spring": (1, 4),
    "summer": (5, 7),
    "fall": (8, 12),
    "autumn": (8, 12),
    "winter": (12, 2),
}
"""First and last month of a term of that name, where an institution's pages give no dates: on the
academic calendars of the northern hemisphere, and on the sample's, spring terms begin from January
on, summer sessions in May and fall terms in August. Winter is the season. The days are shown back,
so that somebody who means others can say so."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both inside."""

    first: date
    last: date


def months(year: int, first: int, last: int) -> Period:
    """From a month to another one, which lies in the next year if its number is smaller."""
    end = year + (last < first)
    return Period(date(year, first, 1), date(end, last, calendar.monthrange(end, last)[1]))


def term(name: str, year: int) -> Period:
    """A term of `TERMS`; winter lasts into the year after."""
    return months(year, *TERMS[name])
