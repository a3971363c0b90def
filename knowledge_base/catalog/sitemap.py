"""Reads a sitemap: the addresses of a site's pages, or of further sitemaps (sitemaps.org)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from knowledge_base.errors import SourceError, SourceTooLarge

SUFFIX = ".xml"
MOST_BYTES = 10_000_000
"""The protocol allows 50 MB and 50,000 pages, of which an import reads far fewer."""
_LOC_DEPTH = 3
"""Of `loc`: within an entry, within the whole."""
_DEEPEST = 100
"""Elements within each other; entries with pictures and languages have six."""
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Addresses in the order of the file, each once."""

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def read_sitemap(path: Path) -> Sitemap:
    """What a sitemap, or an index of sitemaps, lists.

    Raises SourceError when the file is neither, lists nothing, or declares a document type, by
    which XML can grow without end; SourceTooLarge when it has more than `MOST_BYTES`.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SourceTooLarge(f"{path}: a sitemap of {size:,} bytes, over {MOST_BYTES:,}; split it")
    data = path.read_bytes()
    if any(mark in data for mark in _DOCTYPES):
        raise SourceError(f"{path}: declares a document type, which no sitemap has; it is refused")
    listed = _Locations()
    try:
        parser = ElementTree.XMLParser(target=listed)  # noqa: S314  # No document type: no entities.
        parser.feed(data)
        parser.close()
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise SourceError(f"{path}: is not XML: {error}") from None
    if listed.kind not in {"urlset", "sitemapindex"}:
        kind = listed.kind[:40]
        raise SourceError(f"{path}: is XML, but no sitemap: {kind!r}; urlset is expected")
    found = tuple(dict.fromkeys(filter(None, listed.found)))
    if not found:
        raise SourceError(f"{path}: lists no page; nothing was taken, and nothing was removed")
    return Sitemap(pages=found) if listed.kind == "urlset" else Sitemap(sitemaps=found)


class _Locations:
    """Keeps the `loc` of each entry, and of all else nothing: a tree of 10 MB takes 250."""

    def __init__(self) -> None:
        self.kind = ""
        self.found: list[str] = []
        self._depth = 0
        self._text: list[str] | None = None

    def start(self, tag: str, _: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError(f"elements within each other, more than {_DEEPEST} deep")
        name = tag.rpartition("}")[2]
        if self._depth == 1:
            self.kind = name
        self._text = [] if self._depth == _LOC_DEPTH and name == "loc" else None

    def data(self, text: str) -> None:
        """A piece of text."""
        if self._text is not None:
            self._text.append(text)

    def end(self, _: str) -> None:
        """An element ends."""
        if self._text is not None:
            self.found.append("".join(self._text).strip())
            self._text = None
        self._depth -= 1

    def close(self) -> None:
        """The file ends."""
