"""Reads a Markdown page whose front matter holds its title, dates and address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from knowledge_base.catalog.days import DAY_ALLOWED, day
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item
from knowledge_base.errors import SourceError
from knowledge_base.model import Document, Skipped, Validity
from knowledge_base.text.plain_text import text_of

_HEADING = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.M)
_DATES = ("effective_from", "effective_to", "last_verified")


class MarkdownReader:
    """One page a file. Keys: `id`, `title`, `institution`, `url` and three dates."""

    name = "markdown"
    needs_mapping = False

    def recognises(self, path: Path, head: bytes) -> bool:  # noqa: ARG002
        """By its extension."""
        return path.suffix.casefold() in {".md", ".markdown"}

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:  # noqa: ARG002
        """The page. Raises SourceError when the file is no text or its front matter not YAML."""
        try:
            page = frontmatter.loads(text_of(path), handler=_FrontMatter())
        except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 31 February
            reason = " ".join(str(error).split())
            raise SourceError(f"{path}: the front matter is not valid YAML: {reason}") from None
        for name in ("id", "title", "institution", "url"):
            if not isinstance(page.metadata.get(name), str | int | float | date | None):
                yield Skipped(path.name, "is not a text", name, allowed="one line of text")
                return
        dates: dict[str, str] = {}
        for name in _DATES:
            value = page.metadata.get(name)
            if value in (None, ""):
                continue
            found = day(value)
            if found is None:
                yield Skipped(path.name, "is not a date", name, str(value), DAY_ALLOWED)
                return
            dates[name] = found.isoformat()
        if not page.content.strip():
            yield Skipped(path.name, "has no text")
            return
        yield Document(
            id=str(page.metadata.get("id") or path.stem),
            title=str(page.metadata.get("title") or _first_heading(page.content) or path.stem),
            text=page.content,
            institution=str(page.metadata.get("institution") or ""),
            url=str(page.metadata.get("url") or "") or None,
            validity=Validity.from_wire(dates),
        )


class _FrontMatter(YAMLHandler):
    """YAML read in Python: libyaml recurses without limit, and a deep text ends the process."""

    def load(self, fm: str, **kwargs: Any) -> Any:  # noqa: ARG002
        return yaml.load(fm, Loader=yaml.SafeLoader)


def _first_heading(text: str) -> str:
    match = _HEADING.search(text)
    return match.group(1) if match else ""


READER = MarkdownReader()
