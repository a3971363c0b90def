"""What an operator may set about privacy: what is removed, what students are told, what is kept."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator


class PrivacySettings(BaseModel):
    """What is removed from messages, what students are told, and for how long things are kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    redact: bool = True
    """Whether card, account, social security, identity, passport, license and student numbers,
    dates of birth, passwords and access codes are removed from a message as it arrives, before it
    is kept, understood or searched for."""
    redact_email: bool = False
    """Whether email addresses are removed too. Off: a student may leave one to be reached by."""
    redact_phone: bool = False
    """Whether telephone numbers are removed too. Off: a student may leave one to be reached by."""
    phone_region: str = "US"
    """ISO 3166 code of the country whose telephone numbers are written without `+`."""
    student_number: str = Field(default="", examples=[r"[A-Z]\d{8}"])
    """Regular expression of the institution's student numbers. Empty: only what a message calls one
    is removed."""
    notice: bool = True
    """Whether students are told, with the first reply and above the chat, that staff can read what
    they write and for how long it is kept. Laws such as the GDPR (article 13) ask for it: switch it
    off only where the notice is given elsewhere."""
    policy_url: str = ""
    """Address of the institution's privacy policy, which the notice names. Empty: it names the
    institution's email address instead."""
    minimum_age: int = Field(default=13, ge=0, le=21)
    """Age below which the notice asks students to ask a parent or guardian first; 13 is that of the
    United States' COPPA, other countries' are up to 16. 0: no age is named."""
    consent_text: str = ""
    """What a student has to agree to before anything they write is kept, understood or searched
    for, in the chat and on every channel but calls; it is shown above the chat too. Empty: students
    are told what is kept, and not asked."""
    consent_version: str = Field(default="1", min_length=1, max_length=40)
    """Name of the text's version, which is recorded with the time. Another one asks everybody
    anew."""
    keep_transcripts_days: int = Field(default=180, ge=0)
    """Days after its last message for which a conversation is kept; then it is erased everywhere,
    at the bot too. 0: for good. The notice names the days."""
    keep_contacts_days: int = Field(default=180, ge=0)
    """Days after its last message for which a conversation keeps its student's address, number,
    name or id; then it is nobody's, and a new message begins another. 0: as long as it is kept."""
    keep_deliveries_days: int = Field(default=30, ge=1)
    """Days for which parts that were sent to providers, and the ids of deliveries that came from
    them, are kept; a delivery that is repeated later is taken for a new one."""
    keep_sessions_days: int = Field(default=30, ge=1)
    """Days for which ended sessions and used links of members of staff are kept."""
    keep_audit_days: int = Field(default=1095, ge=0)
    """Days for which the receipts of erasures and of this clearing are kept. 0: for good. The audit
    log is never altered, and holds no student's words or addresses."""
    keep_logs_days: int = Field(default=30, ge=1)
    """Days for which log files that were rotated away are kept in the state folder."""

    @field_validator("student_number")
    @classmethod
    def _check_pattern(cls, pattern: str) -> str:
        try:
            found = re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        if pattern and found.fullmatch(""):
            raise ValueError("would match nothing at all; name at least one digit or letter")
        return pattern
