"""The nouns of a typed catalog query: conditions as a tree, each with words that can be edited.

The words are in the language that is spoken; in English the parser reads them as the same.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from knowledge_base.filters import wording
from knowledge_base.terms import term
from languages.speech import counted, say


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
        """The condition in words."""
        if isinstance(self.value, bool):
            return wording.flag(self.field, holds=self.value)
        if isinstance(self.value, date):
            last = self.to if isinstance(self.to, date) else None
            return wording.dated(self.field, wording.time(self.op, self.value, last))
        amount = wording.amount(self.op, self._shown(self.value), self._shown(self.to))
        one = self.field == "duration" and self.value == 1 and self.to is None
        unit = self.unit.removesuffix("s") if one else self.unit
        return wording.numbered(self.field, amount, term(unit))

    def _shown(self, value: Decimal | date | bool | None) -> str:
        if value is None:
            return ""
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
        """The condition in words."""
        if self.field == "award":
            return wording.award(self.terms[0])
        if self.terms == ("*",):
            return say("accredited") if self.field == "accreditation" else say("with financial aid")
        return wording.phrase(self.field, self.said or self.terms[0])


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: Node

    @property
    def label(self) -> str:
        """The part's words with `not` before them."""
        return say("not {condition}", condition=self.part.label)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts holds."""

    parts: tuple[Node, ...]

    @property
    def label(self) -> str:
        """The parts' words with `or` between them."""
        words = say(" or ").join(part.label for part in self.parts)
        grouped = any(isinstance(part, And) for part in self.parts)
        return say("either {alternatives}", alternatives=words) if grouped else words


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; without parts it always does."""

    parts: tuple[Node, ...]

    @property
    def label(self) -> str:
        """The parts' words with `and` between them."""
        return say(" and ").join(part.label for part in self.parts)


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
        """The order in words."""
        if self.take is None:
            return say("the {order} programs", order=self.word)
        return counted("the {count} {order}", "the {count} {order}", self.take, order=self.word)

    @property
    def word(self) -> str:
        """By what it orders, such as `cheapest`."""
        return wording.superlative(self.field, descending=self.descending)


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
