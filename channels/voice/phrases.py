"""The sentences of a call that no answer brings: each function says one, in the language spoken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from babel.dates import get_day_names

from channels.model import Choice
from channels.office_hours import Hours
from channels.settings import InstitutionSettings
from channels.voice.spoken import said_time, spoken
from languages.lists import joined
from languages.speech import name_of, say, say_day, speaking

MORE_KEY, TEXT_KEY, PERSON_KEY, REPEAT_KEY = "8", "9", "0", "*"
MOST_CHOICES = 5
"""More are not kept in mind at once; their numbers stay below the keys that steer the call."""
MOST_SOURCES = 2
"""Names of sources that are said; the text message has all of them."""


def greeting(institution: InstitutionSettings, tag: str) -> str:
    """Who speaks, that it is a machine, what is kept, and the way to a person."""
    return say(
        "Hello, this is the automated assistant of {institution}. {notice} What you say is turned "
        "into text, which staff can read. Ask me a question, or press {key} for a person.",
        institution=spoken(institution.name, tag),
        notice=spoken(institution.notice, tag),
        key=PERSON_KEY,
    )


def other_language(language: str, key: int) -> str:
    """The offer to go on in another language, in that language."""
    with speaking(language):
        return say("For {language}, press {key}.", language=name_of(language), key=key)


def choices(offered: Sequence[Choice], tag: str) -> list[str]:
    """What may be picked, with its key."""
    return [
        say("For {label}, press {key}.", label=spoken(choice.label, tag).rstrip(".?!¿¡"), key=key)
        for key, choice in enumerate(offered[:MOST_CHOICES], 1)
    ]


def more() -> str:
    """That there is more."""
    return say("To hear more, say more or press {key}.", key=MORE_KEY)


def can_text() -> str:
    """That the details can be texted."""
    return say(
        "I can text you the details: say text me, or press {key}.",
        key=TEXT_KEY,
    )


def sources(citations: Sequence[dict[str, Any]], tag: str) -> str:
    """`According to Tuition and fees, as of 5 October 2026.`; nothing of nothing."""
    named = list(dict.fromkeys(_named(cited, tag) for cited in citations))
    if not named:
        return ""
    return say("According to {sources}.", sources=joined(named[:MOST_SOURCES]))


def _named(cited: dict[str, Any], tag: str) -> str:
    document = str(cited["title"]).partition(" › ")[0]
    title = spoken(document, tag)
    day = cited.get("last_verified") or cited.get("effective_from")
    if not day:
        return title
    return say("{title}, as of {day}", title=title, day=say_day(date.fromisoformat(day[:10])))


def hours(office: Hours, tag: str) -> str:
    """`Monday to Friday, 9:00 AM to 5:00 PM, and Saturday, …`."""
    names = get_day_names("wide", locale=tag.replace("-", "_"))
    told = []
    for first, last, opens, closes in office.by_day():
        days = names[first]
        if last != first:
            days = say("{first} to {last}", first=names[first], last=names[last])
        times = say("{first} to {last}", first=said_time(opens, tag), last=said_time(closes, tag))
        told.append(f"{days}, {times}")
    return joined(told)


def closed(office: Hours, tag: str) -> str:
    """When somebody is there."""
    when = hours(office, tag)
    return say("Nobody can take calls now. People are there {hours}.", hours=when)


def contact(institution: InstitutionSettings, tag: str) -> str:
    """How to reach a person where nobody is put through to."""
    ways = [
        say("call {number}", number=spoken(institution.phone, tag)) if institution.phone else "",
        say("write to {address}", address=spoken(institution.email, tag)),
    ]
    when = spoken(institution.office_hours, tag)
    told = say("To reach a person, {ways}.", ways=joined(list(filter(None, ways)), "or"))
    return f"{told} {when}." if when else told


def message_taken() -> str:
    """That what is said now is a message."""
    return say(
        "You can leave a message now: say it with a telephone number or an email address, and "
        "staff find it with what we have said."
    )
