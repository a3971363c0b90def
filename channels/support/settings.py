"""What an operator sets about people who answer instead of the assistant."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from channels.office_hours import Hours, StretchTexts, ZoneName, stretches_said
from channels.settings import InstitutionSettings

MAIL_ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+")


def _are_addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        if not MAIL_ADDRESS.fullmatch(address):
            raise ValueError(f"{address!r} is no mail address")
    return addresses


MailAddresses = Annotated[tuple[str, ...], AfterValidator(_are_addresses)]


class SupportSettings(BaseModel):
    """When people answer, for how long they hold a conversation, and when waiting is too long."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    hours: StretchTexts = ()
    """When people answer, such as `["Mon-Fri 09:00-17:00", "Sat 10:00-12:00"]`. A student who asks
    for one at another time is told when the office opens. Empty: as `institution.office_hours` says
    in words like `Monday to Friday, 9:00–17:00`, where `timezone` is set or both are left as they
    are; else not known, not said, and every hour counts as one in which people answer."""
    closed: tuple[date, ...] = ()
    """Days on which nobody answers all the same, such as `[2026-12-25]`."""
    timezone: ZoneName = Field(default="America/New_York", examples=["America/New_York"])
    """The office's time zone, by its IANA name."""
    hold_minutes: float = Field(default=15, ge=1, le=240)
    """Minutes for which a person holds a conversation without writing; an open page prolongs it.
    After that the assistant answers again."""
    escalate_minutes: float = Field(default=10, ge=1)
    """Minutes that a student waits for a person, within office hours, before the conversation is
    marked as waiting for too long and stands first."""

    mail_to: MailAddresses = Field(default=(), examples=[["desk@example.edu"]])
    """Addresses of staff who are told by mail, once of each, that a student waits for a person
    while nobody has the inbox open, and that one has waited for too long. The mails hold a link and
    none of the student's words; the channel `email` has to be set up, whose server sends them."""
    attachment_megabytes: float = Field(default=5, ge=0, le=25)
    """Most megabytes of a file that a person sends to a student; three go with one message. They
    are kept in the database, and erased with the conversation. 0: none can be sent."""

    @property
    def most_bytes(self) -> int:
        """Of one file."""
        return int(self.attachment_megabytes * 1_000_000)

    def office(self, institution: InstitutionSettings) -> Hours | None:
        """When people answer; None when that is not known."""
        # The default time zone is that of the default words, and of no other institution's.
        own_words = "office_hours" in institution.model_fields_set
        unplaced = own_words and "timezone" not in self.model_fields_set
        hours = self.hours or stretches_said("" if unplaced else institution.office_hours)
        return Hours.of(hours, self.timezone, self.closed) if hours else None
