"""A webhook of a call as it is read, and where the call stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from channels.delivery.channel import Delivery, Malformed
from channels.delivery.twilio import form
from languages.calls import has_calls
from languages.speech import ENGLISH

CALL_SID = re.compile(r"[\w-]{1,64}")
_TURN = re.compile(r"(?:t_[0-9a-f]{1,32})?")
_NUMBERS = ("step", "part", "missed", "polls", "rung")
MOST = 10_000
"""Above any number that a call reaches."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """What Twilio says of a call: who calls, and what was said or keyed in since."""

    sid: str
    caller: str
    said: str = ""
    keys: str = ""
    dialled: str = ""
    """How a transfer ended: `completed`, `busy`, `no-answer`, `failed` or `canceled`."""


def read_webhook(delivery: Delivery) -> Webhook:
    """Raises Malformed when it is of no call."""
    fields = dict(form(delivery.body))
    sid = fields.get("CallSid", "")
    if not CALL_SID.fullmatch(sid):
        raise Malformed("a call without its CallSid")
    return Webhook(
        sid,
        fields.get("From", ""),
        fields.get("SpeechResult", "").strip(),
        fields.get("Digits", "").strip(),
        fields.get("DialCallStatus", ""),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call stands. It is kept in the addresses that Twilio comes back to, and signs."""

    language: str = ENGLISH
    step: int = 0
    """Rises with everything that is asked; names what was heard, so that a repeat is known."""
    turn: str = ""
    """The turn whose reply was last spoken; empty after the greeting."""
    part: int = 0
    """Which portion of it."""
    missed: int = 0
    """How often in a row nothing was heard."""
    polls: int = 0
    """How often the reply to this step was asked for."""
    rung: int = 0
    """1 once a person was rung for and did not pick up."""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Of an address; raises Malformed."""
        language, turn = query.get("language", ENGLISH), query.get("turn", "")
        if (
            len(language) > 8
            or not language.isalpha()
            or not has_calls(language)
            or not _TURN.fullmatch(turn)
        ):
            raise Malformed("no place in a call")
        try:
            numbers = {name: int(query.get(name, "0")) for name in _NUMBERS}
        except ValueError:
            raise Malformed("no place in a call") from None
        if not all(0 <= number < MOST for number in numbers.values()):
            raise Malformed("no place in a call")
        return cls(language, turn=turn, **numbers)

    def query(self) -> str:
        """The end of an address; what is not said is as at the beginning."""
        start = Place()
        named = {name: getattr(self, name) for name in ("language", "turn", *_NUMBERS)}
        return urlencode({k: v for k, v in named.items() if v != getattr(start, k)})

    def next(self, *, part: int | None = None, missed: int = 0, rung: int | None = None) -> Place:
        """The step after this one, in which nothing has been asked for yet."""
        return replace(
            self,
            step=self.step + 1,
            part=self.part if part is None else part,
            missed=missed,
            polls=0,
            rung=self.rung if rung is None else rung,
        )
