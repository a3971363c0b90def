"""What is removed from messages, and the marks that stand where it stood."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from languages.speech import say


class Kind(StrEnum):
    """A kind of identifier or secret; the value stands in the mark that replaces it."""

    CARD = "card number"
    SOCIAL_SECURITY = "social security number"
    IDENTITY = "identity number"
    PASSPORT = "passport number"
    LICENCE = "driver's license number"
    BANK = "account number"
    STUDENT = "student number"
    BIRTH = "date of birth"
    PASSWORD = "password"  # noqa: S105 - the word for one
    CODE = "access code"
    EMAIL = "email address"
    PHONE = "telephone number"

    @property
    def mark(self) -> str:
        """What stands in a message instead; the same in every language, as staff read it."""
        return f"[{self.value} removed]"

    def said(self) -> str:
        """The kind with its article, in the language that is spoken."""
        return {
            Kind.CARD: say("a card number"),
            Kind.SOCIAL_SECURITY: say("a social security number"),
            Kind.IDENTITY: say("an identity number"),
            Kind.PASSPORT: say("a passport number"),
            Kind.LICENCE: say("a driver's license number"),
            Kind.BANK: say("an account number"),
            Kind.STUDENT: say("a student number"),
            Kind.BIRTH: say("a date of birth"),
            Kind.PASSWORD: say("a password"),
            Kind.CODE: say("an access code"),
            Kind.EMAIL: say("an email address"),
            Kind.PHONE: say("a telephone number"),
        }[self]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a text, from character ``start`` to before ``end``, and what it is."""

    start: int
    end: int
    kind: Kind


_MARKS = re.compile("|".join(re.escape(kind.mark) for kind in Kind))
_BY_MARK = {kind.mark: kind for kind in Kind}


def marks(text: str) -> list[Stretch]:
    """The marks in a text, in their order."""
    return [Stretch(*m.span(), _BY_MARK[m[0]]) for m in _MARKS.finditer(text)]


def removed(text: str) -> tuple[Kind, ...]:
    """Of which kinds something was removed from a text, each once."""
    return tuple(dict.fromkeys(stretch.kind for stretch in marks(text)))
