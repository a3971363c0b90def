"""Reads the dated runs of a program from the row of a table or a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from knowledge_base.catalog.days import DAY_ALLOWED, FIGURES_ALLOWED, day, in_words
from knowledge_base.catalog.json_text import shown
from knowledge_base.catalog.mapping import Mapping, OfferingRule
from knowledge_base.catalog.notes import omitted, worded
from knowledge_base.catalog.row import Row, parts, said
from knowledge_base.model import Offering, Skipped


@dataclass(frozen=True, slots=True)
class Runs:
    """Reads runs by the rule of one mapping; what is no date is added to `left_out`."""

    rule: OfferingRule
    separator: str
    day_first: bool | None
    left_out: list[Skipped]

    @classmethod
    def of(cls, mapping: Mapping, left_out: list[Skipped]) -> Runs:
        """For a mapping; without a rule for runs, no row has any."""
        rule = mapping.offerings or OfferingRule()
        return cls(rule, mapping.separator, mapping.day_first, left_out)

    def read(self, row: Row) -> Iterator[Offering]:
        """Every run of the row that says something."""
        rule = self.rule
        rows = row.each(rule.each) if rule.each else list(self._parallel(row))
        for run in rows:
            starts, start_terms = self._when(run, rule.starts)
            ends, _ = self._when(run, rule.ends, words=False)
            apply_by, apply_terms = self._when(run, rule.apply_by)
            found = Offering(
                starts=starts,
                ends=ends,
                apply_by=apply_by,
                delivery=run.text(rule.delivery).casefold() if rule.each else "",
                location=run.text(rule.location),
                apply_terms=apply_terms,
                start_terms=start_terms,
            )
            if found != Offering():
                yield found

    def _parallel(self, row: Row) -> Iterator[Row]:
        """One row for each place in the lists of starts, ends and deadlines.

        The starts, or else the deadlines, tell how many there are; a list of another length cannot
        be told apart and is left out.
        """
        rule = self.rule
        lists = {
            path: parts(row.get(path), self.separator)
            for path in filter(None, (rule.starts, rule.apply_by, rule.ends))
        }
        count = next(filter(None, map(len, lists.values())), 0)
        for path, values in lists.items():
            if values and len(values) != count:
                allowed = f"{count} dates, one for each start"
                told = shown(f"{self.separator} ".join(values))
                self.left_out.append(omitted(row.where, path, told, allowed))
        whole = {path: values for path, values in lists.items() if len(values) == count}
        for place in range(count):
            cells: dict[str, Any] = {path: each[place] for path, each in whole.items()}
            cells |= {rule.location: row.get(rule.location)} if rule.location else {}
            yield Row(cells, row.where, row.unknown)

    def _when(self, run: Row, path: str, *, words: bool = True) -> tuple[date | None, str]:
        """The date at a path, or the words in its place."""
        value = run.get(path)
        text = said(value)
        found = day(value, day_first=self.day_first) if text else None
        if not text or found:
            return found, ""
        terms = in_words(value) if words else ""
        if terms:
            self.left_out.append(worded(run.where, path, shown(text), DAY_ALLOWED))
        else:
            self.left_out.append(omitted(run.where, path, shown(text), FIGURES_ALLOWED))
        return None, terms
