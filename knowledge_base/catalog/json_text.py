"""Reads JSON text with exact numbers, and words what is wrong with it for a person."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from knowledge_base.errors import SourceError
from knowledge_base.text.plain_text import text_of

SUFFIXES = frozenset({".json", ".jsonld"})
_TAG = re.compile(r"</?[a-z!][^<>]*>", re.I)
_SHOWN = 80
"""Characters of a wrong value that a message shows."""


class BadValue(Exception):
    """A value that cannot be taken: the field's own name, the value, what is allowed."""

    def __init__(self, name: str, value: Any, allowed: str):
        self.field, self.value, self.allowed = name, shown(value), allowed


def shown(value: Any) -> str:
    """A value from a file as a message shows it: in one short line of signs that can be seen."""
    text = str(value)[:_SHOWN]
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def parsed(text: str, place: str, first_line: int = 1) -> Any:
    """The JSON value of a text that begins on `first_line` of what `place` names.

    Numbers with a point become Decimal. Raises SourceError with the line and what is wrong.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        line = first_line + error.lineno - 1
        wrong = error.msg[:1].lower() + error.msg[1:]
        raise SourceError(
            f"{place}: line {line} column {error.colno}: not readable JSON: {wrong}"
        ) from None
    except (ValueError, RecursionError) as error:  # too many digits, too deep
        raise SourceError(f"{place}: not readable JSON: {error}") from None


def endings(path: Path) -> set[str]:
    """All endings of a file's name, so that `sample.jsonld.txt` counts as JSON-LD."""
    return {suffix.casefold() for suffix in path.suffixes}


def loaded(path: Path) -> Any:
    """The JSON value in a text file. Raises SourceError."""
    return parsed(text_of(path), str(path))


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number")


def clean(text: str) -> str:
    """A text in one line, without markup and entities."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())
