"""Follows a sitemap: every page that it lists is read as part of one source."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from knowledge_base.catalog.fetch import fetched
from knowledge_base.catalog.sitemap import SUFFIX, read_sitemap
from knowledge_base.errors import SourceError, SourceUnreachable
from knowledge_base.importing import Contents
from knowledge_base.model import Skipped
from knowledge_base.store import Entry

FORMAT = "sitemap"
MOST_PAGES = 1_000
"""Pages of one source; at a second each, four at a time, they take some five minutes."""
MOST_SITEMAPS = 20
"""Sitemaps that an index may list; each may hold a whole section of a site."""
_AT_ONCE = 4
"""Pages that are asked for at the same time: what a browser does to one server is 6."""

ReadPage = Callable[[str], Awaitable[Contents]]
"""Reads the page at an address. Raises SourceError and its kinds."""


async def read_site(
    url: str, first: Path, read_page: ReadPage, limit_bytes: int, *, private: bool
) -> Contents:
    """Everything in the pages of the sitemap at `url`, of which `first` is a copy.

    Only pages of the sitemap's own host are read, as the protocol demands. A page that is gone or
    cannot be read is skipped with the reason. Raises SourceUnreachable when a page cannot be had
    now, and SourceError when the sitemap cannot be read; then nothing is taken, so that no page
    loses its content because a server was ill.
    """
    skipped: list[Skipped] = []
    listed = await _pages(url, first, limit_bytes, private, skipped)
    own = [page for page in listed if _host(page) == _host(url)]
    skipped += [_elsewhere(page) for page in listed if _host(page) != _host(url)]
    if own[MOST_PAGES:]:
        reason = f"and {len(own) - MOST_PAGES:,} more pages: over the limit of {MOST_PAGES:,}"
        skipped.append(Skipped(own[MOST_PAGES], f"{reason}; split the sitemap"))
    door = asyncio.Semaphore(_AT_ONCE)

    async def read(page: str) -> Contents:
        async with door:
            return await read_page(page)

    pages = own[:MOST_PAGES]
    found = await asyncio.gather(*map(read, pages), return_exceptions=True)
    entries: dict[str, Entry] = {}
    for page, one in zip(pages, found, strict=True):
        if isinstance(one, SourceUnreachable) or not isinstance(one, SourceError | Contents):
            raise one
        if isinstance(one, SourceError):
            skipped.append(Skipped(page, str(one).removeprefix(f"{page}: ")))
            continue
        skipped += one.skipped
        for entry in one.entries:
            if entries.setdefault(entry.document.id, entry) is not entry:
                told = entry.document.id
                skipped.append(Skipped(page, "stands twice in this source", "id", told, "once"))
    return Contents(url, FORMAT, tuple(entries.values()), tuple(skipped))


async def _pages(
    url: str, first: Path, limit_bytes: int, private: bool, skipped: list[Skipped]
) -> list[str]:
    """Every page that a sitemap, or each sitemap of an index, lists; once."""
    top = await asyncio.to_thread(read_sitemap, first)
    listed = list(top.pages)
    for place in top.sitemaps[:MOST_SITEMAPS]:
        if _host(place) != _host(url):
            skipped.append(_elsewhere(place))
            continue
        async with fetched(place, limit_bytes, private=private) as found:
            if found.path is None or found.path.suffix != SUFFIX:
                raise SourceError(f"{place}: is no sitemap, though {url} lists it as one")
            listed += (await asyncio.to_thread(read_sitemap, found.path)).pages
    if top.sitemaps[MOST_SITEMAPS:]:
        reason = f"and {len(top.sitemaps) - MOST_SITEMAPS:,} more: over the limit of sitemaps"
        skipped.append(Skipped(top.sitemaps[MOST_SITEMAPS], reason, allowed=f"{MOST_SITEMAPS}"))
    return list(dict.fromkeys(listed))


def _host(address: str) -> str:
    """The host, with its port; empty for what is no address, which no page's is."""
    try:
        return urlsplit(address).netloc.casefold().removeprefix("www.")
    except ValueError:
        return ""


def _elsewhere(address: str) -> Skipped:
    return Skipped(address[:200], "stands on another host than the sitemap, and is not read")
