"""Reads a sitemap: the addresses of a site's pages, or of further sitemaps (sitemaps.org)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from knowledge_base.errors import SourceError, SourceTooLarge

SUFFIX = ".xml"
MOST_BYTES = 10_000_000
"""The protocol allows 50 MB and 50,000 pages, of which an import reads far fewer."""
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Addresses in the order of the file, each once."""

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def read_sitemap(path: Path) -> Sitemap:
    """What a sitemap, or an index of sitemaps, lists.

    Raises SourceError when the file is neither, or declares a document type, by which XML can grow
    without end; SourceTooLarge when it has more than `MOST_BYTES`.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SourceTooLarge(f"{path}: a sitemap of {size:,} bytes, over {MOST_BYTES:,}; split it")
    data = path.read_bytes()
    if any(mark in data for mark in _DOCTYPES):
        raise SourceError(f"{path}: declares a document type, which no sitemap has; it is refused")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314  # Without a document type: no entities.
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise SourceError(f"{path}: is not XML: {error}") from None
    kind = root.tag.rpartition("}")[2]
    found = tuple(dict.fromkeys(filter(None, (_location(one) for one in root))))
    if kind == "urlset":
        return Sitemap(pages=found)
    if kind == "sitemapindex":
        return Sitemap(sitemaps=found)
    raise SourceError(f"{path}: is XML, but no sitemap: {kind[:40]!r}; urlset is expected")


def _location(entry: ElementTree.Element) -> str:
    for part in entry:
        if part.tag.rpartition("}")[2] == "loc":
            return (part.text or "").strip()
    return ""
