"""Reads pages as JSON lines: `doc_id`, `title`, `text`, optional `url` and effective dates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge_base.catalog.days import DAY_ALLOWED, day
from knowledge_base.catalog.json_text import shown
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item, start_of_text
from knowledge_base.model import Document, Skipped, Validity
from knowledge_base.text.plain_text import text_of

_REQUIRED = ("doc_id", "title", "text")
_DATES = ("effective_from", "effective_to", "last_verified")


class PagesReader:
    """One page a line; keys that it does not know are ignored."""

    name = "pages"
    needs_mapping = False

    def recognises(self, path: Path, head: bytes) -> bool:
        """JSON lines whose first object has `doc_id` and `text`."""
        first = start_of_text(head)
        return path.suffix.casefold() == ".jsonl" and first[:1] == b"{" and b'"doc_id"' in first

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:  # noqa: ARG002
        """Every page of the file. Raises SourceError when it is no text."""
        seen: set[str] = set()
        for number, line in enumerate(text_of(path).split("\n"), 1):
            if line.strip():
                yield _page(line, f"{path.name} line {number}", seen)


def _page(line: str, where: str, seen: set[str]) -> Item:
    try:
        page = json.loads(line)
    except (ValueError, RecursionError) as error:  # a number of too many digits too
        return Skipped(where, f"is not JSON: {error}")
    if not isinstance(page, dict):
        return Skipped(where, "is not an object", allowed='{"doc_id": …, "title": …, "text": …}')
    problem = _problem(page, where, seen)
    if problem:
        return problem
    seen.add(page["doc_id"])
    return Document(
        id=page["doc_id"],
        title=page["title"].strip(),
        text=page["text"],
        institution=page.get("institution") or "",
        url=page.get("url") or None,
        validity=Validity(*(day(page[name]) if page.get(name) else None for name in _DATES)),
    )


def _problem(page: dict[str, Any], where: str, seen: set[str]) -> Skipped | None:
    for name in _REQUIRED:
        value = page.get(name)
        if not isinstance(value, str) or not value.strip():
            told = "" if value is None else shown(value)
            return Skipped(where, "is missing or empty", name, told, "a text")
    if page["doc_id"] in seen:
        return Skipped(where, "stands twice in this file", "doc_id", page["doc_id"], "a unique id")
    for name in ("institution", "url"):
        value = page.get(name)
        if value is not None and not isinstance(value, str):
            return Skipped(where, "is not a text", name, shown(value), "a text, or nothing")
    for name in _DATES:
        value = page.get(name)
        if value in (None, ""):
            continue
        if day(value) is None:
            return Skipped(where, "is not a date", name, shown(value), DAY_ALLOWED)
    return None


READER = PagesReader()
