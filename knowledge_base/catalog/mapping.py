"""The mapping file: which column or path of a source holds which fact of a program."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge_base.errors import MappingError, SourceError

MOST_COLUMNS = 1_000
"""Columns of a table: a mapping file names some 40 facts of a program."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class CostRule(_Section):
    """An amount of money: where it stands and what it is for."""

    purpose: str
    each: str = ""
    """Path of a list whose objects each hold an amount; the other paths then start there."""
    amount: str
    currency: str = ""
    """Path of the currency code; empty or absent there means `default_currency`."""
    default_currency: str = "USD"
    condition: str = ""
    """When the amount is due, in words that hold for every row."""
    condition_path: str = ""
    """Path of such words in the row; said only where amounts differ, as online and on campus."""


class SpanRule(_Section):
    """A number or a range such as `5-7`, in a fixed unit or with the unit in the text."""

    amount: str
    unit: str = ""
    """The unit when the value is a bare number; a text such as `6 weeks` brings its own."""
    units: dict[str, str] = Field(default_factory=dict)
    """Units as the source shortens them, and what each is written out, as `hrs/wk`."""


class OfferingRule(_Section):
    """Dated runs: either lists in parallel columns, or one object per run under `each`."""

    each: str = ""
    starts: str = ""
    ends: str = ""
    apply_by: str = ""
    delivery: str = ""
    location: str = ""


class SkipRule(_Section):
    """Rows that are not programs, such as test rows, with the reason to report."""

    field: str
    matches: str
    reason: str


class Fields(_Section):
    """Paths of the simple facts; every one but `id` and `title` may be absent."""

    id: str
    title: str
    institution: str = ""
    code: str = ""
    summary: str = ""
    subject: str = ""
    level: str = ""
    url: str = ""
    credit_bearing: str = ""
    credits: str = ""
    delivery: str = ""
    prerequisites: str = ""
    skills: str = ""
    occupations: str = ""
    stacks_into: str = ""
    stacking_terms: str = ""
    aid: str = ""
    recognition: str = ""
    effective_from: str = ""
    effective_to: str = ""
    last_verified: str = ""


class Mapping(_Section):
    """A whole mapping file.

    A path is a column name, or a dotted path into JSON objects; `runs[].price` is the price of
    every object in a list, and `url | raw.link` takes the first that is there.
    """

    institution: str = ""
    """Institution of every row that does not name one."""
    separator: str = ";"
    """What separates the values of a list inside one cell."""
    unknown: tuple[str, ...] = ()
    """Values by which the source says nothing, such as `N/A`; each counts as absent."""
    decimal: Literal["", ".", ","] = ""
    """The mark before a fraction, where the source always writes the same one."""
    day_first: bool | None = None
    """Whether 3/4/2027 is the 3rd of April; without it, such a date is not read."""
    credit_kind: str = ""
    """What its credits are when they are not academic ones, such as `continuing education`."""
    fields: Fields
    costs: tuple[CostRule, ...] = ()
    duration: SpanRule | None = None
    effort: SpanRule | None = None
    offerings: OfferingRule | None = None
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Per field: what a value of the source stands for, such as `non-credit` for false."""
    skip: tuple[SkipRule, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Mapping:
        """Read a TOML mapping file. Raises MappingError with the file, the key and the reason."""
        try:
            mapping = cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise MappingError(f"{path}: no such mapping file") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise MappingError(f"{path}: not valid TOML: {error}") from None
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise MappingError(f"{path}: {key}: {first['msg']}") from None
        for rule in mapping.skip:
            try:
                re.compile(rule.matches)
            except re.error as error:
                raise MappingError(f"{path}: skip.matches {rule.matches!r}: {error}") from None
        return mapping

    def columns(self) -> set[str]:
        """Every path that the mapping reads, with alternatives apart."""
        paths = list(self.fields.model_dump().values())
        for cost in self.costs:
            within = (cost.amount, cost.currency, cost.condition_path)
            paths += [cost.each] if cost.each else within
        paths += [rule.amount for rule in (self.duration, self.effort) if rule]
        if self.offerings:
            each = self.offerings.each
            paths += [each] if each else self.offerings.model_dump().values()
        paths += [rule.field for rule in self.skip]
        return {part.strip() for path in paths for part in path.split("|")} - {""}


def check_header(columns: Iterable[str], where: str) -> None:
    """Raise SourceError for a table with too many columns, or two of one name."""
    named = Counter(filter(None, columns))
    if named.total() > MOST_COLUMNS:
        raise SourceError(
            f"{where} names {named.total():,} columns, over the limit of {MOST_COLUMNS:,}"
        )
    twice = sorted(column for column, times in named.items() if times > 1)
    if twice:
        raise SourceError(f"{where} names columns twice: {', '.join(twice)}")
