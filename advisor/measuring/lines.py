"""Reads JSON lines, such as questions to measure with, and names the line that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from advisor.errors import SettingsError

Item = TypeVar("Item")


def read_lines(path: Path, read: Callable[[int, Any], Item], shape: str) -> Iterator[Item]:
    """What `read` makes of each line's number, from 1, and JSON value; blank lines are left out.

    Raises SettingsError with the file, the line, what is wrong, and the `shape` that a line has;
    `read` says what is wrong by any error of a value, key, type or attribute.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield read(number, json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise SettingsError(f"{path} line {number}: {error!r}; write {shape}") from None
