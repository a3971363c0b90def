"""When a person answers, so that nobody is put through to an empty office or waits for one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LOOKED_AHEAD = 31
"""Days in which an office that answers at all opens again."""
_STRETCH = re.compile(
    r"(?P<first>[A-Z][a-z]{2})(?:-(?P<last>[A-Z][a-z]{2}))? (?P<from>\d\d:\d\d)-(?P<to>\d\d:\d\d)"
)
_DAY = "|".join(f"{day}[a-z]*" for day in DAYS)
_TO = r"\s*(?:to|-|–)\s*"
_SAID = re.compile(
    rf"(?P<first>{_DAY})(?:{_TO}(?P<last>{_DAY}))?,?\s+"
    rf"(?P<from>\d\d?:\d\d){_TO}(?P<to>\d\d?:\d\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours of some weekdays; `Mon-Fri 09:00-17:00`. The office is closed at `to`."""

    days: frozenset[int]
    """0 is Monday."""
    opens: time
    closes: time

    @classmethod
    def from_text(cls, text: str) -> Stretch:
        """Raises ValueError that says what a stretch looks like."""
        found = _STRETCH.fullmatch(text.strip())
        if not found or not {found["first"], found["last"] or found["first"]} <= set(DAYS):
            raise ValueError(f"{text!r} is not like 'Mon-Fri 09:00-17:00' or 'Sat 10:00-12:00'")
        first = DAYS.index(found["first"])
        last = DAYS.index(found["last"]) if found["last"] else first
        try:
            opens, closes = time.fromisoformat(found["from"]), time.fromisoformat(found["to"])
        except ValueError:
            raise ValueError(f"{text!r} names no hour of the day; the last is 23:59") from None
        if last < first or closes <= opens:
            raise ValueError(f"{text!r} ends before it begins")
        return cls(frozenset(range(first, last + 1)), opens, closes)


@dataclass(frozen=True, slots=True)
class Hours:
    """The office's week in its own time zone, and the days on which it is closed all the same."""

    stretches: tuple[Stretch, ...]
    zone: ZoneInfo
    closed: frozenset[date] = frozenset()

    @classmethod
    def of(cls, stretches: Iterable[str], zone: str, closed: Iterable[date]) -> Hours:
        """From what settings hold, which `StretchTexts` and `ZoneName` have found good."""
        return cls(tuple(map(Stretch.from_text, stretches)), ZoneInfo(zone), frozenset(closed))

    def open_at(self, moment: datetime) -> bool:
        """Whether somebody picks up at a moment, which has a time zone."""
        here = moment.astimezone(self.zone)
        return here.date() not in self.closed and any(
            here.weekday() in each.days and each.opens <= here.time() < each.closes
            for each in self.stretches
        )

    def next_opening(self, moment: datetime) -> datetime | None:
        """When somebody picks up next after a moment at which nobody does; None within a month."""
        here = moment.astimezone(self.zone)
        for ahead in range(LOOKED_AHEAD):
            day = here.date() + timedelta(days=ahead)
            opens = sorted(
                datetime.combine(day, each.opens, self.zone)
                for each in self.stretches
                if day.weekday() in each.days and day not in self.closed
            )
            if following := next((each for each in opens if each > here), None):
                return following
        return None

    def by_day(self) -> list[tuple[int, int, time, time]]:
        """First and last weekday, opening and closing, in the order of the week."""
        found = []
        for each in self.stretches:
            days = sorted(each.days)
            found.append((days[0], days[-1], each.opens, each.closes))
        return sorted(found)


def stretches_said(words: str) -> tuple[str, ...]:
    """The hours that words such as `Monday to Friday, 9:00–17:00; Sat 10:00–12:00` say.

    None at all when any of the words says them in another way.
    """
    found = [_SAID.fullmatch(part.strip()) for part in words.split(";")]
    told = []
    for each in found:
        if each is None:
            return ()
        days = "-".join(day[:3].title() for day in each.group("first", "last") if day)
        told.append(f"{days} {each['from']:0>5}-{each['to']:0>5}")
    try:
        return _apart(tuple(told))
    except ValueError:
        return ()


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no IANA time zone, such as America/New_York") from None
    return name


def _apart(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Stretches of one day that run into each other are a slip of whoever wrote them."""
    stretches = tuple(map(Stretch.from_text, texts))
    for day in range(len(DAYS)):
        ordered = sorted((s.opens, s.closes) for s in stretches if day in s.days)
        if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
            raise ValueError("hours of the same day overlap")
    return texts


ZoneName = Annotated[str, AfterValidator(_known_zone)]
"""A setting that names a time zone as the IANA does."""
StretchTexts = Annotated[tuple[str, ...], AfterValidator(_apart)]
"""A setting that lists hours of weekdays, none of which overlap."""
