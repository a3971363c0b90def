"""A value with its place in a text, so that whoever reads a number can also quote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Value_co = TypeVar("Value_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Found(Generic[Value_co]):
    """`value`, as it stands in `text[start:end]` of the text that was searched."""

    value: Value_co
    start: int
    end: int
