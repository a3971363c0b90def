"""When a source is read again: at its interval, and sooner but ever later after a failure."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LEAST = timedelta(minutes=5)
"""Shortest interval: more often is no courtesy to a server, and no page changes that often."""
MOST = timedelta(days=366)
LEASE = timedelta(minutes=30)
"""How long a source that is being read is left alone by every other process. Its reading is ended
after `LONGEST`, so that only a process that was killed leaves a lease to run out."""
LONGEST = timedelta(minutes=20)
"""Time for reading one source again: 1,000 pages of a site take some five minutes."""
FIRST_RETRY = timedelta(minutes=5)
"""Wait after the first failure; it doubles with each one, up to the interval."""
_MOST_DOUBLINGS = 20
"""By then the wait is ten years, and no interval is as long."""
_SPREAD = 0.1
"""Share by which a wait is longer or shorter at random, so that sources imported together are not
asked for together for ever."""

_WORDS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
}
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_INTERVAL = re.compile(r"(\d{1,5})\s*([mhdw])", re.I)
OFF = "off"


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often a source is read again, when next, and how its last reading failed."""

    every: timedelta | None = None
    """None: only by hand."""
    due_at: datetime | None = None
    failures: int = 0
    """In a row; 0 once it could be read."""
    last_error: str | None = None

    def after_success(self, now: datetime) -> Schedule:
        """The schedule of a source that was just read."""
        return Schedule(self.every, _after(now, self.every))

    def after_failure(self, now: datetime, error: str) -> Schedule:
        """The schedule of a source that could not be read."""
        failures = self.failures + 1
        doubled = FIRST_RETRY * 2 ** min(self.failures, _MOST_DOUBLINGS)
        wait = None if self.every is None else min(doubled, self.every)
        return Schedule(self.every, _after(now, wait), failures, error)

    def while_read(self, now: datetime) -> Schedule:
        """The schedule that holds should the process that reads the source now be killed."""
        failed = self.after_failure(now, "its reading was cut short")
        return replace(failed, due_at=now + LEASE)


def interval(text: str) -> timedelta | None:
    """What a person writes for an interval: `30m`, `6h`, `1d`, `2w`, `hourly`, `daily`, `weekly`.

    None for `off`. Raises ValueError that says what is allowed.
    """
    said = text.strip().casefold()
    if said == OFF:
        return None
    match = _INTERVAL.fullmatch(said)
    found = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else _WORDS.get(said)
    if found is None or not LEAST <= found <= MOST:
        raise ValueError(
            f"{text!r}: write 30m, 6h, 1d, 2w, hourly, daily, weekly or off; 5m to 366d"
        )
    return found


def in_words(every: timedelta) -> str:
    """An interval in its largest whole unit, as `interval` takes it."""
    minutes = int(every.total_seconds()) // 60
    for size, unit in ((1440 * 7, "w"), (1440, "d"), (60, "h")):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def _after(now: datetime, wait: timedelta | None) -> datetime | None:
    if wait is None:
        return None
    return now + wait * random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311  # No secret.
