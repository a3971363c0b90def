"""What a page says about itself beside its text: id, title, address and dates, checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from knowledge_base.catalog.days import DAY_ALLOWED, day
from knowledge_base.model import Document, Skipped, Validity

DATES = ("effective_from", "effective_to", "last_verified")
NAMES = ("id", "title", "institution", "url", *DATES)
"""The keys of a Markdown page's front matter; other formats state them in their own places."""

_NO_NAMES = frozenset({"index", "default", "page"})
"""Names of files that say nothing: then the folder's name does."""


def key(name: str) -> str:
    """`Effective From` and `effective-from` are `effective_from`."""
    return name.strip().casefold().replace("-", "_").replace(" ", "_")


def stated_page(
    path: Path, text: str, stated: Mapping[str, str], *, title: str = ""
) -> Document | Skipped:
    """The page of a file, from its Markdown text and what it states under `NAMES`.

    `title` counts when none is stated, and the file's name when there is neither. A date that
    cannot be read skips the page: it must not be answered from outside its time.
    """
    dates: dict[str, str] = {}
    for name in DATES:
        value = stated.get(name, "").strip()
        if not value:
            continue
        found = day(value)
        if found is None:
            return Skipped(path.name, "is not a date", name, value, DAY_ALLOWED)
        dates[name] = found.isoformat()
    if not text.strip():
        return Skipped(path.name, "has no text")
    return Document(
        id=stated.get("id", "").strip() or _named(path),
        title=_line(stated.get("title", "")) or _line(title) or path.stem,
        text=text,
        institution=_line(stated.get("institution", "")),
        url=stated.get("url", "").strip() or None,
        validity=Validity.from_wire(dates),
    )


def _named(path: Path) -> str:
    if path.stem.casefold() in _NO_NAMES and path.parent.name:
        return path.parent.name
    return path.stem


def _line(text: str) -> str:
    return " ".join(text.split())
