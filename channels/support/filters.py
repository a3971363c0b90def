"""What an inbox is narrowed to, as it stands in the page's address and in a saved view."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, select

from channels.rows import held, left_alone
from channels.schema import conversations, tags

LONGEST = 200
"""Characters of a value that is looked at; ids, tags and topics are shorter."""
ME = "me"
NOBODY = "nobody"


class State(StrEnum):
    """Who is expected to speak next."""

    WAITING = "waiting"
    HELD = "held"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Filters:
    """Each field narrows the list; an empty one does not."""

    q: str = ""
    """Words that one message has to hold."""
    state: str = ""
    """One of `State`."""
    channel: str = ""
    topic: str = ""
    """The intent of the newest question."""
    language: str = ""
    assigned: str = ""
    """`ME`, `NOBODY`, or an account's id."""
    below: str = ""
    """The newest answer was less sure than so many hundredths."""
    helpful: str = ""
    """``yes`` or ``no``: what the student said of the newest answer."""
    tag: str = ""
    since: str = ""
    """ISO 8601 date of the first day of activity, in UTC."""
    until: str = ""
    """ISO 8601 date of the last day."""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """From a page's address; what is not a filter is passed over, what has no meaning too."""
        known = {name: query.get(name, "").strip()[:LONGEST] for name in cls.__slots__}
        found = cls(**known)
        return replace(
            found,
            state=found.state if found.state in set(State) else "",
            below=found.below if _hundredths(found.below) is not None else "",
            helpful=found.helpful if found.helpful in ("yes", "no") else "",
            since=found.since if _day(found.since) else "",
            until=found.until if _day(found.until) else "",
        )

    @property
    def query(self) -> str:
        """As it stands in an address, without what is empty."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    @property
    def count(self) -> int:
        """How many narrow the list."""
        return sum(1 for value in asdict(self).values() if value)

    def conditions(
        self, me: str, now: datetime, found: Collection[str] = ()
    ) -> list[ColumnElement[bool]]:
        """What a row of ``conversations`` has to meet; ``found`` are those that hold the words."""
        place = conversations.c
        same = (
            (place.channel, self.channel),
            (place.topic, self.topic),
            (place.language, self.language),
        )
        wanted: list[ColumnElement[bool]] = [place.last_seq > 0]
        wanted += [column == value for column, value in same if value]
        wanted += [*self._of_people(me, now), *self._of_answers(), *self._of_days()]
        if self.tag:
            tagged = select(tags.c.conversation_id).where(tags.c.tag == self.tag)
            wanted.append(place.id.in_(tagged))
        if self.q:
            wanted.append(place.id.in_(set(found)))
        return wanted

    def _of_people(self, me: str, now: datetime) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.state == State.WAITING:
            found.append(conversations.c.waiting_since.is_not(None))
        elif self.state == State.HELD:
            found.append(held(now))
        elif self.state == State.OPEN:
            found += [conversations.c.waiting_since.is_(None), left_alone(now)]
        if self.assigned == NOBODY:
            found.append(conversations.c.assigned_to.is_(None))
        elif self.assigned:
            found.append(
                conversations.c.assigned_to == (me if self.assigned == ME else self.assigned)
            )
        return found

    def _of_answers(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        hundredths = _hundredths(self.below)
        if hundredths is not None:
            found.append(conversations.c.confidence < hundredths / 100)
        if self.helpful:
            found.append(conversations.c.helpful.is_(self.helpful == "yes"))
        return found

    def _of_days(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if first := _day(self.since):
            found.append(conversations.c.updated_at >= _midnight(first))
        if last := _day(self.until):
            found.append(conversations.c.updated_at < _midnight(last) + timedelta(days=1))
        return found


def _hundredths(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date.min < found < date.max else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
