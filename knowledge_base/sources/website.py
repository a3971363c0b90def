"""Reads what stands at a web address: one file or page, or every page that a sitemap lists."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from knowledge_base.catalog.fetch import Validators, fetched
from knowledge_base.catalog.sitemap import SUFFIX, Sitemap, read_sitemap
from knowledge_base.errors import SourceError, SourceTooLarge, SourceUnreachable
from knowledge_base.importing import Contents, Progress, read_source
from knowledge_base.model import Skipped
from knowledge_base.reading import ReadingProcess
from knowledge_base.store import Entry

FORMAT = "sitemap"
MOST_PAGES = 1_000
"""Pages of one source; at a second each, four at a time, they take some five minutes."""
MOST_SITEMAPS = 20
"""Sitemaps that an index may list; each may hold a whole section of a site."""
MOST_CHARACTERS = 50_000_000
"""Text of all pages together: 1,000 pages of 50,000 characters."""
_AT_ONCE = 4
"""Pages that are asked for at the same time: what a browser does to one server is 6."""
_PAGE_FORMATS = frozenset({"html", "pdf", "docx"})
"""Formats that a student's browser or viewer opens, so that citations lead to their address."""


@dataclass(frozen=True, slots=True)
class Website:
    """How addresses of one source are read."""

    format_name: str | None
    mapping_file: Path | None
    limit_bytes: int
    private: bool
    """Whether addresses that are not public may be asked."""
    progress: Progress = lambda *_: None
    _parsing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One child process parses all pages of a source, one at a time."""

    async def read(self, url: str, known: Validators) -> tuple[Contents | None, Validators]:
        """What stands at an address, None when it still has the marks `known`, and its marks.

        Of a sitemap, everything in its pages, without marks, since they change though it does not.
        Only pages of the sitemap's own host are read, as the protocol demands. A page that is gone
        or cannot be read is skipped with the reason. Raises SourceUnreachable when a page cannot be
        had now, and SourceError when the sitemap cannot be read; then nothing is taken, so that no
        page loses its content because a server was ill.
        """
        async with fetched(url, self.limit_bytes, private=self.private, known=known) as found:
            if found.path is None:
                return None, known
            with ReadingProcess() as child:
                if found.path.suffix == SUFFIX:
                    contents = await self._site(url, found.path, child)
                    return replace(contents, location=url), Validators()
                contents = await self._parsed(url, found.path, found.address, child)
            return contents, found.validators

    async def _page(self, url: str, child: ReadingProcess) -> Contents:
        async with fetched(url, self.limit_bytes, private=self.private) as found:
            assert found.path is not None  # Nothing was asked to be unchanged.
            if found.path.suffix == SUFFIX:
                raise SourceError(f"{url}: is XML, and no page")
            return await self._parsed(url, found.path, found.address, child)

    async def _parsed(self, url: str, path: Path, address: str, child: ReadingProcess) -> Contents:
        try:
            async with self._parsing:
                contents = await asyncio.to_thread(
                    read_source, path, self.format_name, self.mapping_file, self.limit_bytes,
                    child=child,
                )  # fmt: skip
        except SourceError as error:
            raise _named(error, path, url) from None
        if contents.format in _PAGE_FORMATS:
            entries = tuple(_at(entry, address) for entry in contents.entries)
            contents = replace(contents, entries=entries)
        return replace(contents, location=url)

    async def _site(self, url: str, first: Path, child: ReadingProcess) -> Contents:
        skipped: list[Skipped] = []
        listed = await self._listed(url, first, skipped)
        own = [page for page in listed if _host(page) == _host(url)]
        skipped += [_elsewhere(page) for page in listed if _host(page) != _host(url)]
        if own[MOST_PAGES:]:
            reason = f"and {len(own) - MOST_PAGES:,} more pages: over the limit of {MOST_PAGES:,}"
            skipped.append(Skipped(own[MOST_PAGES], f"{reason}; split the sitemap"))
        entries: dict[str, Entry] = {}
        pages = await self._pages(own[:MOST_PAGES], child)
        for page, one in zip(own, pages, strict=False):
            if isinstance(one, SourceError):
                skipped.append(Skipped(page, str(one).removeprefix(f"{page}: ")))
                continue
            skipped += one.skipped
            for entry in one.entries:
                if entries.setdefault(entry.document.id, entry) is not entry:
                    told = entry.document.id
                    skipped.append(Skipped(page, "stands twice in this source", "id", told, "once"))
        return Contents(url, FORMAT, tuple(entries.values()), tuple(skipped))

    async def _pages(self, urls: list[str], child: ReadingProcess) -> list[Contents | SourceError]:
        """What stands at each address, or why it cannot be read; the first that cannot be had now,
        or a text without end, ends all.
        """
        door = asyncio.Semaphore(_AT_ONCE)
        done = size = 0

        async def read(url: str) -> Contents | SourceError:
            nonlocal done, size
            async with door:
                try:
                    found: Contents | SourceError = await self._page(url, child)
                except SourceUnreachable:
                    raise
                except SourceError as error:
                    found = error
            done += 1
            self.progress(url, done, len(urls))
            if isinstance(found, Contents):
                size += sum(len(entry.document.text) for entry in found.entries)
            if size > MOST_CHARACTERS:
                raise SourceTooLarge(
                    f"{url}: the site has more than {MOST_CHARACTERS:,} characters"
                )
            return found

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(read(url)) for url in urls]
        except* SourceError as several:
            raise several.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _listed(self, url: str, first: Path, skipped: list[Skipped]) -> list[str]:
        """Every page that a sitemap, or each sitemap of an index, lists; once."""
        top = await _sitemap(url, first)
        listed = list(top.pages)
        for place in top.sitemaps[:MOST_SITEMAPS]:
            if _host(place) != _host(url):
                skipped.append(_elsewhere(place))
                continue
            async with fetched(place, self.limit_bytes, private=self.private) as found:
                if found.path is None or found.path.suffix != SUFFIX:
                    raise SourceError(f"{place}: is no sitemap, though {url} lists it as one")
                listed += (await _sitemap(place, found.path)).pages
        if top.sitemaps[MOST_SITEMAPS:]:
            reason = f"and {len(top.sitemaps) - MOST_SITEMAPS:,} more: over the limit of sitemaps"
            skipped.append(Skipped(top.sitemaps[MOST_SITEMAPS], reason, allowed=f"{MOST_SITEMAPS}"))
        return list(dict.fromkeys(listed))


async def _sitemap(url: str, path: Path) -> Sitemap:
    try:
        return await asyncio.to_thread(read_sitemap, path)
    except SourceError as error:
        raise _named(error, path, url) from None


def _named(error: SourceError, path: Path, url: str) -> SourceError:
    """The same error of the address: the temporary file's name says nothing to a person."""
    return type(error)(str(error).replace(str(path), url))


def _host(address: str) -> str:
    """The host, with its port; empty for what is no address, which no page's is."""
    try:
        return urlsplit(address).netloc.casefold().removeprefix("www.")
    except ValueError:
        return ""


def _elsewhere(address: str) -> Skipped:
    return Skipped(address[:200], "stands on another host than the sitemap, and is not read")


def _at(entry: Entry, address: str) -> Entry:
    """A page that states no address stands where it was fetched."""
    if entry.program is not None or entry.document.url is not None:
        return entry
    return Entry(replace(entry.document, url=address))
