"""The nouns of a typed catalog query: conditions as a tree, each with words that can be edited."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Op(StrEnum):
    """How a value is compared; BETWEEN includes both ends."""

    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    EQ = "="
    BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class Compare:
    """A condition on a number, a date or a yes-or-no fact.

    Fields: `total` and `tuition` (unit: currency code, empty for the catalog's own), `duration`
    (unit: days, weeks, months or years), `hours` (per week), `workload` (hours in all), `credits`
    (unit: their kind, empty for any), `starts` and `apply_by` (dates), `credit_bearing` and
    `no_prerequisites` (bool).
    """

    field: str
    op: Op
    value: Decimal | date | bool
    to: Decimal | date | None = None
    unit: str = ""

    @property
    def label(self) -> str:
        """The condition in words that the parser reads as the same condition."""
        if isinstance(self.value, bool):
            return _FLAGS[self.field, self.value]
        if isinstance(self.value, date):
            return f"{_DATED[self.field]} {self._range()}"
        if self.field == "credits":
            kind = f"{self.unit} credits".strip()
            return f"{self._range()} {kind}"
        if self.field in _HOURS:
            return f"{self._range()} {_HOURS[self.field]}"
        if self.field == "duration":
            one = self.value == 1 and self.to is None
            return f"takes {self._range()} {self.unit.removesuffix('s') if one else self.unit}"
        return f"{'total cost' if self.field == 'total' else self.field} {self._range()}"

    def _range(self) -> str:
        if self.op is Op.BETWEEN:
            return f"between {self._shown(self.value)} and {self._shown(self.to)}"
        words = _DATE_WORDS if isinstance(self.value, date) else _NUMBER_WORDS
        return f"{words[self.op]} {self._shown(self.value)}"

    def _shown(self, value: Decimal | date | bool | None) -> str:
        if isinstance(value, date):
            return f"{value.day} {value:%B %Y}"
        figure = f"{value:,f}"
        if self.field not in {"total", "tuition"}:
            return figure
        return f"${figure}" if self.unit == "USD" else f"{self.unit} {figure}".strip()


@dataclass(frozen=True, slots=True)
class Has:
    """A condition on words: one of the `terms` stands, whole, in one value of the field.

    Fields: `topic` (title, subject or skill), `occupation`, `summary`, `stack` and `award` (what
    it counts toward, by name and by kind), `aid`, `delivery`, `level`, `location`,
    `institution`, `credential` (its type), `badge`, `accreditation` (by whom), `prerequisite`
    (words of what is asked for at entry), and `residency`, which limits no program but its
    prices. The term `*` is any value. With `loose`, words are compared by their stems.
    """

    field: str
    terms: tuple[str, ...]
    loose: bool = False
    said: str = dataclasses.field(default="", compare=False)
    """The student's own words for the first term."""

    @property
    def label(self) -> str:
        """The condition in words that the parser reads as the same condition."""
        if self.field == "award":
            article = "an" if self.terms[0][0] in "aeiou" else "a"
            noun = "" if self.terms[0] in {"degree", "certificate"} else " degree"
            return f"counts toward {article} {self.terms[0]}{noun}"
        if self.terms == ("*",):
            return _ANY[self.field]
        return _PHRASES[self.field].format(self.said or self.terms[0])


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: Node

    @property
    def label(self) -> str:
        """The part's words with `not` before them."""
        return f"not {self.part.label}"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts holds."""

    parts: tuple[Node, ...]

    @property
    def label(self) -> str:
        """The parts' words with `or` between them."""
        words = " or ".join(part.label for part in self.parts)
        return f"either {words}" if any(isinstance(part, And) for part in self.parts) else words


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; without parts it always does."""

    parts: tuple[Node, ...]

    @property
    def label(self) -> str:
        """The parts' words with `and` between them."""
        return " and ".join(part.label for part in self.parts)


Node = Compare | Has | Not | Or | And


@dataclass(frozen=True, slots=True)
class Order:
    """An order by a number or date of `Compare`, with how many to take.

    ``take`` None keeps all; whatever ties with the last one taken is kept too.
    """

    field: str
    descending: bool = False
    take: int | None = None

    @property
    def label(self) -> str:
        """The order in words that the parser reads as the same order."""
        word = _SUPERLATIVES[self.field, self.descending]
        return f"the {word} programs" if self.take is None else f"the {self.take} {word}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was understood of a wish: the filter, the order, and the words that were not."""

    filter: And
    order: Order | None = None
    not_understood: tuple[str, ...] = ()
    everything: bool = False
    """Whether all programs were asked for in so many words."""

    @property
    def understood(self) -> bool:
        """Whether there is anything to search by."""
        return bool(self.filter.parts) or self.order is not None or self.everything


_NUMBER_WORDS = {
    Op.LT: "under",
    Op.LE: "at most",
    Op.GT: "over",
    Op.GE: "at least",
    Op.EQ: "exactly",
}
_DATE_WORDS = {
    Op.LT: "before",
    Op.LE: "on or before",
    Op.GT: "after",
    Op.GE: "on or after",
    Op.EQ: "on",
}
_HOURS = {"hours": "hours per week", "workload": "hours in total"}
_ANY = {"aid": "with financial aid", "accreditation": "accredited"}
_DATED = {"starts": "starts", "apply_by": "application deadline"}
_FLAGS = {
    ("credit_bearing", True): "for credit",
    ("credit_bearing", False): "non-credit",
    ("no_prerequisites", True): "no prerequisites",
    ("no_prerequisites", False): "with prerequisites",
}
_PHRASES = {
    "topic": "about {}",
    "summary": "about {}",
    "occupation": "to work as {}",
    "stack": "counts toward {}",
    "aid": "with {}",
    "delivery": "{}",
    "level": "{} level",
    "location": "located at {}",
    "institution": "offered by {}",
    "credential": "credential type {}",
    "badge": "with a {}",
    "accreditation": "accredited by {}",
    "prerequisite": "requires {}",
    "residency": "{} price",
}
_SUPERLATIVES = {
    ("total", False): "cheapest",
    ("total", True): "most expensive",
    ("duration", False): "shortest",
    ("duration", True): "longest",
    ("hours", False): "fewest hours",
    ("hours", True): "most hours",
    ("credits", False): "fewest credits",
    ("credits", True): "most credits",
    ("starts", False): "soonest",
    ("starts", True): "latest",
}
