"""The editing service: import content into the working copy, publish it, roll back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from knowledge_base.catalog import sitemap
from knowledge_base.catalog.fetch import Validators, fetched, is_address
from knowledge_base.edition import Edition, Manifest
from knowledge_base.encoder import Encoder
from knowledge_base.errors import (
    ConflictingFacts,
    NothingPublished,
    SourceError,
    SourceGone,
    UnknownSource,
)
from knowledge_base.fact import Conflict
from knowledge_base.importing import Contents, read_source
from knowledge_base.live import LiveEdition
from knowledge_base.model import Document, Passage, Skipped
from knowledge_base.publication import Progress
from knowledge_base.published_facts import conflicts_in
from knowledge_base.shelf import Shelf
from knowledge_base.source_rows import Origin, Source
from knowledge_base.store import Changes, Entry, Store
from knowledge_base.website import read_site

_LISTED = 20
"""Contradictions that an error tells; a person mends a few at a time."""

_PAGE_FORMATS = frozenset({"html", "pdf", "docx"})
"""Formats that a student's browser or viewer opens, so that citations lead to their address."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one import did, or with `dry_run` would do."""

    location: str
    format: str
    changes: Changes
    skipped: tuple[Skipped, ...]
    dry_run: bool
    gone: bool = False
    """Whether the source was no longer there, so that all its content is removed."""


@dataclass(frozen=True, slots=True)
class EditionOnShelf:
    """An edition and whether it is the live one."""

    id: str
    published_at: str
    documents: int
    passages: int
    programs: int
    current: bool


class EditingService:
    """What staff do with content. The engine's owner closes it; the encoder loads when needed."""

    def __init__(self, store: Store, shelf: Shelf, encoder: Encoder, source_limit_bytes: int):
        self._store = store
        self._shelf = shelf
        self._encoder = encoder
        self._limit = source_limit_bytes
        self._live = LiveEdition(shelf)

    async def import_source(
        self,
        location: Path | str,
        *,
        format_name: str | None = None,
        mapping_file: Path | None = None,
        dry_run: bool = False,
        private_addresses: bool = False,
        only_if_changed: bool = False,
    ) -> ImportReport:
        """Make the working copy hold just what the source holds, in one transaction.

        `location` is a file, a folder, or a web address, which may be a
        private one only with `private_addresses`. With `only_if_changed` an address whose server
        says that it is unchanged is not read again, unless a mapping file, which may have changed,
        decides what it says. A source that was imported and is gone loses its content.
        Raises SourceError and its kinds; then nothing has changed.
        """
        place = str(location) if is_address(location) else _absolute(location)
        before = await self._source(place)
        origin = Origin(format_name, _absolute(mapping_file) if mapping_file else None)
        validators = Validators()
        if only_if_changed and before and before.documents and mapping_file is None:
            validators = Validators(before.origin.etag, before.origin.last_modified)
        try:
            if is_address(location):
                contents, validators = await self._read_address(
                    place, format_name, mapping_file, private_addresses, validators
                )
                origin = replace(origin, **asdict(validators))
            else:
                contents = await _read(Path(location), format_name, mapping_file, self._limit)
        except SourceGone:
            if before is None:
                raise
            contents = Contents(place, before.format, (), ())
            changes = await self._replaced(contents, before.origin, dry_run)
            return ImportReport(place, before.format, changes, (), dry_run, gone=True)
        if contents is None:
            assert before is not None  # Only a source that is known has validators.
            unchanged = await self._store.found_unchanged(before)
            return ImportReport(place, before.format, unchanged, (), dry_run)
        changes = await self._replaced(contents, origin, dry_run)
        skipped = (*contents.skipped, *changes.refused)
        return ImportReport(str(location), contents.format, changes, skipped, dry_run)

    async def refresh_source(
        self, source: Source, *, private_addresses: bool = False
    ) -> ImportReport:
        """Read a source again in the way it was imported. Raises SourceError and its kinds."""
        origin = source.origin
        return await self.import_source(
            source.location,
            format_name=origin.format_name,
            mapping_file=Path(origin.mapping_file) if origin.mapping_file else None,
            private_addresses=private_addresses,
            only_if_changed=True,
        )

    async def remove_source(self, location: str) -> Source:
        """Take a source with all its content out of the working copy; what it was.

        Raises UnknownSource.
        """
        found = await self._source(location) or await self._source(_absolute(location))
        if found is None:
            raise UnknownSource(
                f"{location}: nothing was imported from there; `advisor sources` lists the sources"
            )
        await self._store.remove(found)
        return found

    async def _source(self, place: str) -> Source | None:
        return next((s for s in await self._store.sources() if s.location == place), None)

    async def _replaced(self, contents: Contents, origin: Origin, dry_run: bool) -> Changes:
        return await self._store.replace(
            contents.location,
            contents.format,
            contents.entries,
            records=contents.records,
            origin=origin,
            keep=not dry_run,
        )

    async def _read_address(
        self,
        url: str,
        format_name: str | None,
        mapping_file: Path | None,
        private: bool,
        validators: Validators,
        *,
        follow: bool = True,
    ) -> tuple[Contents | None, Validators]:
        """What stands at an address, None when it is unchanged, and how to recognise it again."""
        async with fetched(url, self._limit, private=private, known=validators) as found:
            if found.path is None:
                return None, validators
            try:
                if found.path.suffix == sitemap.SUFFIX:
                    if not follow:
                        raise SourceError(f"{url}: is XML, and no page")
                    contents = await self._read_site(url, found.path, format_name, private)
                    return contents, Validators()  # Its pages change though it does not.
                contents = await _read(found.path, format_name, mapping_file, self._limit)
            except SourceError as error:  # The temporary file's name says nothing to a person.
                raise type(error)(str(error).replace(str(found.path), url)) from None
        if contents.format in _PAGE_FORMATS:
            entries = tuple(_at(entry, found.address) for entry in contents.entries)
            contents = replace(contents, entries=entries)
        return replace(contents, location=url), found.validators

    async def _read_site(
        self, url: str, first: Path, format_name: str | None, private: bool
    ) -> Contents:
        async def read_page(page: str) -> Contents:
            contents, _ = await self._read_address(
                page, format_name, None, private, Validators(), follow=False
            )
            assert contents is not None  # Nothing was asked to be unchanged.
            return contents

        return await read_site(url, first, read_page, self._limit, private=private)

    async def sources(self) -> list[Source]:
        """Everything that was imported."""
        return await self._store.sources()

    async def conflicts(self) -> list[Conflict]:
        """Statements of the working copy that contradict each other, if published today."""
        entries = await self._store.entries()
        return await asyncio.to_thread(conflicts_in, entries, datetime.now(UTC).date())

    async def publish(
        self, progress: Progress = lambda *_: None, *, strict: bool = False
    ) -> Manifest:
        """Build an edition from the working copy and make it live.

        With `strict`, content that contradicts itself is not published. Raises NothingToPublish
        or ConflictingFacts; then the edition before stays live.
        """
        if strict and (found := await self.conflicts()):
            raise ConflictingFacts(_in_words(found))
        entries, records = await self._store.entries(), await self._store.records()
        return await asyncio.to_thread(
            self._shelf.publish, entries, self._encoder, progress, records
        )

    async def editions(self) -> Sequence[EditionOnShelf]:
        """Every edition, newest first."""
        current = await asyncio.to_thread(self._shelf.current_id)
        return [
            EditionOnShelf(
                m.id,
                m.published_at,
                m.documents,
                m.passages,
                m.programs,
                m.id == current,
            )
            for m in await asyncio.to_thread(self._shelf.manifests)
        ]

    async def roll_back(self, edition_id: str) -> None:
        """Make an earlier edition live again.

        Raises UnknownEdition, DamagedEdition or ShelfUnreachable.
        """
        checked = await asyncio.to_thread(self._shelf.open, edition_id)
        checked.close()
        await asyncio.to_thread(self._shelf.point_to, edition_id)

    async def published(self, document_id: str) -> tuple[Document, tuple[Passage, ...]] | None:
        """A document of the live edition with its passages; None when it holds no such one."""
        live = await asyncio.to_thread(self._open_live)
        return await asyncio.to_thread(live.document, document_id) if live else None

    async def documents(self) -> Sequence[Document]:
        """Every document of the live edition; empty when nothing is published."""
        live = await asyncio.to_thread(self._open_live)
        return await asyncio.to_thread(live.documents) if live else ()

    def _open_live(self) -> Edition | None:
        try:
            return self._live.edition()
        except NothingPublished:
            return None


def _in_words(found: Sequence[Conflict]) -> str:
    """What contradicts what, a line each, for a person who must mend it."""
    count = len(found)
    head = "1 contradiction" if count == 1 else f"{count} contradictions"
    lines = [f"- {conflict}" for conflict in found[:_LISTED]]
    if count > _LISTED:
        lines.append(f"and {count - _LISTED} more; `advisor conflicts` lists them all")
    lines.append("mend or withdraw one of each two, or publish without --strict")
    return "\n".join([f"{head} in the content, so that nothing was published:", *lines])


def _at(entry: Entry, address: str) -> Entry:
    """A page that states no address stands where it was fetched."""
    if entry.program is not None or entry.document.url is not None:
        return entry
    return Entry(replace(entry.document, url=address))


def _absolute(path: Path | str) -> str:
    return str(Path(path).resolve())


async def _read(
    location: Path, format_name: str | None, mapping_file: Path | None, limit_bytes: int
) -> Contents:
    return await asyncio.to_thread(read_source, location, format_name, mapping_file, limit_bytes)
