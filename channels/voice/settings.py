"""What an operator sets about calls."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from channels.delivery.twilio import TwilioAccount
from channels.office_hours import Hours, StretchTexts, ZoneName

NUMBER = r"^(\+[1-9]\d{6,14})?$"
"""E.164, or nothing."""


class VoiceSettings(TwilioAccount):
    """`[channels.voice]`"""

    transfer_to: str = Field(default="", pattern=NUMBER)
    """Number of the person whom a caller is put through to, such as `+15550100142`. Empty: nobody;
    the caller hears the institution's own contact and can leave a message."""
    hours: StretchTexts = ()
    """When that person picks up, such as `["Mon-Fri 09:00-17:00", "Sat 10:00-12:00"]`. Needed with
    `transfer_to`."""
    closed: tuple[date, ...] = ()
    """Days on which nobody picks up all the same, such as `[2026-12-25]`."""
    timezone: ZoneName = "America/New_York"
    """The office's time zone, by its IANA name."""
    ring_seconds: int = Field(default=25, ge=5, le=120)
    """Seconds that the person's telephone rings before the caller is told that nobody is there."""
    listen_seconds: int = Field(default=6, ge=2, le=30)
    """Seconds that a caller may stay silent before they are asked again."""
    speech_model: str = Field(default="", max_length=60)
    """Model of Twilio's speech recognition; empty: the one Twilio chooses. With a model,
    `pause_seconds` has to be set."""
    pause_seconds: int = Field(default=0, ge=0, le=10)
    """Seconds of silence after which a caller has finished; 0: Twilio judges by itself."""
    voices: dict[str, str] = Field(default={})
    """Another voice for a language, such as `{ es = "Polly.Mia-Neural" }`."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.transfer_to and not self.hours:
            raise ValueError("transfer_to needs hours, such as ['Mon-Fri 09:00-17:00']")
        if self.speech_model and not self.pause_seconds:
            # twilio.com/docs/api/errors/13335
            raise ValueError("speech_model needs pause_seconds: Twilio refuses `auto` beside it")
        return self

    @property
    def office(self) -> Hours:
        """When a person picks up."""
        return Hours.of(self.hours, self.timezone, self.closed)
