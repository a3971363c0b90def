"""What an operator sets about people who answer instead of the assistant."""

from __future__ import annotations

from datetime import date
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from channels.office_hours import Hours, Stretch, overlapping


class SupportSettings(BaseModel):
    """When people answer, for how long they hold a conversation, and when waiting is too long."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    hours: tuple[str, ...] = ()
    """When people answer, such as `["Mon-Fri 09:00-17:00", "Sat 10:00-12:00"]`. A student who asks
    for one at another time is told when the office opens. Empty: not known, and not said."""
    closed: tuple[date, ...] = ()
    """Days on which nobody answers all the same, such as `[2026-12-25]`."""
    timezone: str = Field(default="America/New_York", examples=["America/New_York"])
    """The office's time zone, by its IANA name."""
    hold_minutes: float = Field(default=15, ge=1, le=240)
    """Minutes for which a person holds a conversation without writing; an open page prolongs it.
    After that the assistant answers again."""
    escalate_minutes: float = Field(default=10, ge=1)
    """Minutes that a student waits for a person, within office hours, before the conversation is
    marked as waiting for too long and stands first."""

    @field_validator("timezone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no IANA time zone, such as America/New_York") from None
        return name

    @model_validator(mode="after")
    def _hours_fit(self) -> Self:
        if overlapping(tuple(map(Stretch.from_text, self.hours))):
            raise ValueError("hours of the same day overlap")
        return self

    @property
    def office(self) -> Hours | None:
        """When people answer; None when that is not known."""
        if not self.hours:
            return None
        stretches = tuple(map(Stretch.from_text, self.hours))
        return Hours(stretches, ZoneInfo(self.timezone), frozenset(self.closed))
