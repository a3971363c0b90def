"""Reads what staff typed into a form, and remembers what cannot be so, by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any, Protocol

from knowledge_base.catalog.figures import number
from knowledge_base.catalog.json_text import BadValue
from knowledge_base.model import Span, Validity


class Typed(Protocol):
    """A form's fields; a name may stand in it more than once."""

    def get(self, name: str, default: str = "") -> Any:
        """The first value of a name."""

    def getall(self, name: str, default: Sequence[str] = ()) -> Sequence[Any]:
        """Every value of a name, in order."""


class Fields:
    """A form while it is read; `problems` holds words by the name of the field."""

    def __init__(self, typed: Typed) -> None:
        self._typed = typed
        self.problems: dict[str, str] = {}

    def text(self, name: str) -> str:
        """One value without space around it; line ends as Unix has them."""
        value = self._typed.get(name, "")
        return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""

    def lines(self, name: str) -> tuple[str, ...]:
        """A value's lines that hold something."""
        return tuple(filter(None, map(str.strip, self.text(name).splitlines())))

    def number(self, name: str, said: str | None = None) -> Decimal | None:
        """A number that is not negative; None when nothing was typed."""
        value = (self.text(name) if said is None else said.strip()).lstrip("$")
        try:
            return number(name, value, decimal=".")
        except BadValue:
            self.problems[name] = "Type a number, such as 1140 or 1140.50."
            return None

    def day(self, name: str, said: str | None = None) -> date | None:
        """A date as browsers send it; None when nothing was typed."""
        value = self.text(name) if said is None else said.strip()
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.problems[name] = "Type a date as year-month-day, such as 2027-01-31."
            return None

    def span(self, name: str) -> Span | None:
        """A range of numbers with its unit, from three fields."""
        low, high = self.number(f"{name}_low"), self.number(f"{name}_high")
        unit = self.text(f"{name}_unit")
        if low is None and high is None:
            return None
        first = low if low is not None else high
        last = high if high is not None else low
        assert first is not None and last is not None
        if last < first:
            self.problems[f"{name}_high"] = "The second number is smaller than the first."
        if not unit:
            self.problems[f"{name}_unit"] = "Say of what, such as weeks."
        return Span(first, last, unit)

    def validity(self) -> Validity:
        """The three dates of an entry."""
        first, last = self.day("effective_from"), self.day("effective_to")
        if first and last and last < first:
            self.problems["effective_to"] = "It would expire before it takes effect."
        return Validity(first, last, self.day("last_verified"))

    def rows(self, prefix: str, names: Sequence[str]) -> list[Mapping[str, str]]:
        """The rows of a table of fields `prefix_name`, without the empty ones."""
        columns = [self._typed.getall(f"{prefix}_{name}", []) for name in names]
        found: list[Mapping[str, str]] = []
        for cells in zip_longest(*columns, fillvalue=""):
            row = {
                n: c.strip() if isinstance(c, str) else ""
                for n, c in zip(names, cells, strict=True)
            }
            if any(row.values()):
                found.append(row)
        return found
