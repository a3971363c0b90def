"""Reads from a question whether it asks for a whole bill, and for which student."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge_base.lexical import words
from knowledge_base.text.places import STATES
from knowledge_base.typed.charges import Charge

_TOTAL = re.compile(
    r"\b(?:total|altogether|all[ -]in|in all|bill|(?:full|whole|overall|entire|final) "
    r"(?:cost|price|amount|tuition)|(?:every|all|any|extra|other)(?: of)?(?: the| your| its)? fees?"
    r"|everything|just|only|including|incl|plus|with|together with"
    r"|add (?:it|this|that|them|these) (?:all )?(?:up|together))\b",
    re.I,
)
_TOGETHER = re.compile(r"\b(?:together|combined|sum|both|all (?:three|four))\b", re.I)
_MONEY = re.compile(
    r"\b(?:costs?|price[ds]?|pay|paid|fees?|bill|tuition|how much|total|charged?"
    r"|dollars?|all[ -]in|add (?:it|this|that|them|these) (?:all )?(?:up|together))\b",
    re.I,
)
_ELSEWHERE = re.compile(
    r"\b(?:refund\w*|discount\w*|scholarships?|grants?|aid|loans?|borrow|instal+ments?|payment plan"
    r"|deposit|defer\w*|employer\w*|senior|veteran\w*|benefits?|gi bill|per credit|each credit"
    r"|compar\w*|cheap\w*|hours?|weeks?|how long|when|deadline|transfer\w*|books?|parking|waive\w*"
    r"|monthly|(?:a|per|each|every) (?:month|payment)|missed|returned|lost|drop\w*|withdraw\w*"
    r"|cancel\w*|last year|why|minus|remain\w*|left|owe|my (?:half|share|part)|half"
    r"|win|won)\b|\d ?%",
    re.I,
)
"""What asks for more than what is paid in the ordinary way."""
_NEW = re.compile(
    r"\b(?:never applied|first[ -]time|new (?:student|applicant|here)|not applied|application fee"
    r"|app fee|apply(?:ing)?|every fee|all(?: of)?(?: the)? fees|everything)\b",
    re.I,
)
_KNOWN = re.compile(
    r"\b(?:already (?:applied|a student|enrolled|study\w*)|current student|returning student"
    r"|without (?:the )?app\w* fee|(?:took|did|finished) (?:a|one|another))\b",
    re.I,
)
_ONLY = re.compile(r"\b(?:just|only)\b", re.I)
_TUITION = re.compile(r"\btuition\b", re.I)
_BEYOND_TUITION = re.compile(
    r"\b(?:fees?|bills?|everything|all[ -]in|in all|incl\w*|plus|costs?|price[ds]?|materials?"
    r"|kits?)\b",
    re.I,
)
"""What is asked for besides, where a question speaks of tuition."""
_FEES = re.compile(
    r"(?<!materials )(?<!material )(?<!kit )\bfees?\b|\b(?:bills?|everything|all[ -]in)\b", re.I
)
_DIFFERENCE = re.compile(
    r"\b(?:how much|what)\b.*\b(?:more|less|extra|dearer)\b|\bdifference\b", re.I
)
_DELIVERIES = {
    "online": re.compile(r"\b(?:online|remote(?:ly)?|distance)\b", re.I),
    "hybrid": re.compile(r"\b(?:hybrid|blended)\b", re.I),
    "in person": re.compile(r"\b(?:in[ -]person|on[ -]campus|face to face)\b", re.I),
}


class Residency(StrEnum):
    """Where a student counts as living, which sets the rate."""

    INTERNATIONAL = "international"
    OTHER_STATE = "another state"
    RESIDENT = "resident"


_RESIDENCIES = {
    Residency.INTERNATIONAL: re.compile(
        r"\b(?:international\w*|foreign\w*|abroad|overseas|visa|another country"
        r"|outside (?:of )?(?:the )?(?:us|u\.s\.|usa|country|eu|eea|uk)\b|non[ -](?:eu|eea|uk)\b"
        r"|(?:not|isn'?t|non) (?:an? |the )?(?:us|u\.s\.|american)?[ -]?citizens?)\b",
        re.I,
    ),
    Residency.OTHER_STATE: re.compile(
        r"\b(?:other (?:u\.?s\.? )?states?|another state|different state|out[ -]of[ -]state"
        r"|non-?residents?|not a resident)\b",
        re.I,
    ),
    Residency.RESIDENT: re.compile(r"\b(?:residents?|in[ -]state|local)\b", re.I),
}

_LIVES = re.compile(
    r"\b(?:live|living|reside|based|come|i'?m|i am) (?:in|from|outside) (?P<place>[a-z' -]{2,30})",
    re.I,
)
_IN_A_STATE = re.compile(
    rf"\b(?:live|living|reside|based|from|resident of)\b[^,.;?!]{{0,12}}\b(?:{'|'.join(STATES)})\b",
    re.I,
)
"""A state that the rates do not name as their residents'."""


def residency_of(text: str) -> Residency | None:
    """What a page or a student says of it; None when neither is said."""
    return next((of for of, sign in _RESIDENCIES.items() if sign.search(text)), None)


def residencies_in(text: str) -> list[Residency]:
    """All that a text says of it; what is said of one is not read again for the next."""
    found = []
    for of, sign in _RESIDENCIES.items():
        rest = sign.sub(" ", text)
        found += [of] if rest != text else []
        text = rest
    return found


@dataclass(frozen=True, slots=True)
class Billed:
    """What a question says about whom a bill is for."""

    residency: Residency | None
    delivery: str | None
    new: bool | None
    """Whether the student applies for the first time; None: not said."""
    only: frozenset[str] | None
    """Stems of the only things that are asked for; None: all of them."""
    place: frozenset[str] = frozenset()
    """Stems of where the student says to live; empty: not said."""


def ways_in(text: str) -> list[str]:
    """The ways of study that a page or a student names, as a catalog writes them."""
    return [name for name, sign in _DELIVERIES.items() if sign.search(text)]


def asks_for_bill(question: str) -> bool:
    """Whether it asks for all that is paid, or for the price somewhere else than at home."""
    if _ELSEWHERE.search(question) or not _MONEY.search(question):
        return False
    lives = residency_of(question) is not None or _IN_A_STATE.search(question) is not None
    where = lives and not re.search(r"\bfees?\b", question, re.I)
    several = _TOGETHER.search(question) and asks_for_rates(question)
    return bool(_TOTAL.search(question) or where or several) or asks_for_difference(question)


def asks_for_rates(question: str) -> bool:
    """Whether it asks for what pages charge beside the catalog's price: fees, tuition alone, or
    the rate of somebody who lives somewhere."""
    alone = _TUITION.search(question) and not _BEYOND_TUITION.search(question)
    lives = residency_of(question) is not None or _IN_A_STATE.search(question)
    return bool(alone or lives or _FEES.search(question))


def asks_for_difference(question: str) -> bool:
    """Whether it asks by how much two students, or two ways of study, differ in what is paid."""
    sides = len(residencies_in(question)) == 2 or len(ways_in(question)) == 2
    return sides and _DIFFERENCE.search(question) is not None


def without_billing(question: str, found: Sequence[Charge]) -> str:
    """The question with blanks for what it says of the bill, where programs are looked for."""
    for sign in (_TOTAL, _MONEY, *(_named(charge.name) for charge in found)):
        question = sign.sub(lambda match: " " * len(match[0]), question)
    return question


def _named(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(name)}\b", re.I)


def billed(question: str, found: Sequence[Charge]) -> Billed:
    """What the question says about whom the bill is for; the rates name the place of residents."""
    residency = residency_of(question)
    home = {
        word
        for charge in found
        if residency_of(charge.payer) is Residency.RESIDENT
        for word in words(_RESIDENCIES[Residency.RESIDENT].sub(" ", charge.payer))
    }
    if residency is None and home & set(words(question)):
        residency = Residency.RESIDENT
    if residency is None and _IN_A_STATE.search(question):
        residency = Residency.OTHER_STATE
    new = False if _KNOWN.search(question) else True if _NEW.search(question) else None
    alone = _TUITION.search(question) and not _BEYOND_TUITION.search(question)
    only = frozenset(words(question)) if alone or _ONLY.search(question) else None
    lives = _LIVES.search(question)
    place = frozenset(words(lives["place"])) if lives else frozenset()
    return Billed(residency, next(iter(ways_in(question)), None), new, only, place)
