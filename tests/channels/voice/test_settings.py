"""What an operator may set about calls, and when a person picks up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from channels.discovery import ChannelMisconfigured, read_section
from channels.settings import InstitutionSettings
from channels.voice import phrases
from channels.voice.settings import VoiceSettings
from languages.speech import speaking

ACCOUNT = {"account": "AC" + "0" * 32, "auth_token": "0123456789abcdef0123456789abcdef"}
STAFF = "+15550100199"
WEEK = ["Mon-Fri 09:00-17:00", "Sat 10:00-12:00"]


def settings(**section: Any) -> VoiceSettings:
    return read_section("voice", VoiceSettings, {**ACCOUNT, **section})


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"speech_model": "phone_call"}, "pause_seconds"),
        ({"transfer_to": STAFF}, "needs hours"),
        ({"transfer_to": "college", "hours": WEEK}, "transfer_to"),
        ({"hours": ["Mon-Fri 9-5"]}, "Mon-Fri 09:00-17:00"),
        ({"hours": ["Fri-Mon 09:00-17:00"]}, "before it begins"),
        ({"hours": ["Mon 17:00-09:00"]}, "before it begins"),
        ({"hours": ["Mon-Fri 09:00-17:00", "Wed 16:00-18:00"]}, "overlap"),
        ({"hours": ["Foo 09:00-17:00"]}, "Mon-Fri 09:00-17:00"),
        ({"hours": ["Mon 09:00-24:00"]}, "23:59"),
        ({"timezone": "Maple/Harbor"}, "America/New_York"),
        ({"timezone": "../etc/passwd"}, "America/New_York"),
        ({"auth_token": "short"}, "auth_token"),
        ({"color": "red"}, "color"),
    ],
)
def test_what_does_not_fit_is_said(section: dict[str, Any], says: str) -> None:
    """With the section's name, and without the secret."""
    with pytest.raises(ChannelMisconfigured, match=says) as caught:
        settings(**section)
    assert "[channels.voice]" in str(caught.value)
    assert ACCOUNT["auth_token"] not in str(caught.value)


def test_the_secret_is_in_no_representation() -> None:
    """Of the settings."""
    assert ACCOUNT["auth_token"] not in repr(settings()) + str(settings())


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T14:00", True),  # Monday, 9:00 in New York
        ("2026-11-23T13:59", False),
        ("2026-11-23T21:59", True),
        ("2026-11-23T22:00", False),
        ("2026-11-22T15:00", False),  # Sunday
        ("2026-11-21T15:30", True),  # Saturday
        ("2026-11-26T15:00", False),  # closed
        ("2026-07-01T13:00", True),  # summer time
        ("2026-07-01T21:00", False),
    ],
)
def test_the_office_is_open_in_its_own_time(moment: str, is_open: bool) -> None:
    """Whatever time it is where the gateway runs."""
    office = settings(hours=WEEK, closed=[date(2026, 11, 26)]).office
    assert office.open_at(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is is_open


def test_hours_are_said_in_words() -> None:
    """In the language that is spoken."""
    office = settings(hours=WEEK).office
    assert phrases.hours(office, "en-US") == (
        "Monday to Friday, 9:00 AM to 5:00 PM and Saturday, 10:00 AM to 12:00 PM"
    )
    with speaking("es"):
        assert phrases.hours(office, "es-US").startswith("lunes a viernes, 9:00")


def test_sources_are_said_once_each_and_shortly() -> None:
    """Two at most, each with the day of its last check, else of its beginning."""
    one = {"title": "Fees", "last_verified": "2026-10-05", "effective_from": "2026-07-01"}
    two = {"title": "Aid", "last_verified": None, "effective_from": "2026-07-01"}
    three = {"title": "Dates", "last_verified": None, "effective_from": None}
    assert phrases.sources([one, one], "en-US") == "According to Fees, as of 5 October 2026."
    assert phrases.sources([two, three, one], "en-US") == (
        "According to Aid, as of 1 July 2026 and Dates."
    )
    assert phrases.sources([], "en-US") == ""


def test_the_contact_lacks_what_the_institution_lacks() -> None:
    """No number, no hours: neither is said."""
    bare = InstitutionSettings(phone="", office_hours="", email="a@b.example")
    assert phrases.contact(bare, "en-US") == "To reach a person, write to a at b dot example."
