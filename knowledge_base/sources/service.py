"""Brings sources into the working copy: by hand, again on a schedule, and out again."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from knowledge_base.catalog.fetch import Validators, is_address
from knowledge_base.errors import SourceError, SourceGone, SourceUnreachable, UnknownSource
from knowledge_base.importing import Contents, Progress, read_source
from knowledge_base.model import Skipped
from knowledge_base.rows.sources import Origin, Source
from knowledge_base.schedule import LONGEST, Schedule
from knowledge_base.sources.website import Website
from knowledge_base.store import Changes, Store


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


class SourceService:
    """What staff do with sources. The engine's owner closes it."""

    def __init__(self, store: Store, source_limit_bytes: int):
        self._store = store
        self._limit = source_limit_bytes

    async def import_source(
        self,
        location: Path | str,
        *,
        format_name: str | None = None,
        mapping_file: Path | None = None,
        dry_run: bool = False,
        private_addresses: bool = False,
        only_if_changed: bool = False,
        progress: Progress = lambda *_: None,
    ) -> ImportReport:
        """Make the working copy hold just what the source holds, in one transaction.

        `location` is a file, a folder, or a web address, which may be a
        private one only with `private_addresses`. With `only_if_changed` an address whose server
        says that it is unchanged is not read again, unless a mapping file, which may have changed,
        decides what it says. A source that was imported and is gone loses its content.
        Raises SourceError and its kinds; then nothing has changed.
        """
        place = _place(location)
        before = await self._source(place)
        origin = Origin(format_name, _absolute(mapping_file) if mapping_file else None)
        known = Validators()
        if only_if_changed and before and before.documents and mapping_file is None:
            known = Validators(before.origin.etag, before.origin.last_modified)
        try:
            if is_address(location):
                site = Website(format_name, mapping_file, self._limit, private_addresses, progress)
                contents, marks = await site.read(place, known)
                origin = replace(origin, **asdict(marks))
            else:
                contents = await asyncio.to_thread(
                    read_source, Path(location), format_name, mapping_file, self._limit, progress
                )
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
        self,
        source: Source,
        *,
        private_addresses: bool = False,
        progress: Progress = lambda *_: None,
    ) -> ImportReport:
        """Read a source again in the way it was imported; one that stands nowhere is as it was.

        Raises SourceError and its kinds; the source then keeps its content, and the error.
        """
        origin = source.origin
        if not source.can_be_read:
            kept = await self._store.found_unchanged(source)
            return ImportReport(source.location, source.format, kept, (), dry_run=False)
        try:
            async with asyncio.timeout(LONGEST.total_seconds()):
                return await self.import_source(
                    source.location,
                    format_name=origin.format_name,
                    mapping_file=Path(origin.mapping_file) if origin.mapping_file else None,
                    private_addresses=private_addresses,
                    only_if_changed=True,
                    progress=progress,
                )
        except SourceError as error:
            await self._failed(source, str(error))
            raise
        except TimeoutError:
            minutes = int(LONGEST.total_seconds()) // 60
            words = f"{source.location}: could not be read within {minutes} minutes"
            await self._failed(source, words)
            raise SourceUnreachable(words) from None

    async def claim_due(self) -> Source | None:
        """The source that is due longest, which no other process will read now; None if none is.

        Until it is read, the lease in its schedule keeps the others away.
        """
        for source in await self.due():
            now = datetime.now(UTC)
            lease = source.schedule.while_read(now)
            if await self._store.reschedule(source, lease, only_if_due=True):
                return source
        return None

    async def due(self) -> list[Source]:
        """Sources whose schedule says that they be read now, the longest due first."""
        now = datetime.now(UTC)
        waiting = [
            (source.schedule.due_at, source)
            for source in await self.sources()
            if source.schedule.due_at is not None and source.schedule.due_at <= now
        ]
        return [source for _, source in sorted(waiting, key=lambda each: each[0])]

    async def schedule_source(self, location: str, every: timedelta | None) -> Source:
        """Have a source read again at an interval, first after one; with None only by hand.

        What it is now. Raises UnknownSource.
        """
        found = await self._known(location)
        error = found.schedule.last_error
        schedule = replace(Schedule(every).after_success(datetime.now(UTC)), last_error=error)
        await self._store.reschedule(found, schedule)
        return replace(found, schedule=schedule)

    async def move_source(self, old: str, new: str) -> Source:
        """Let a source that now stands elsewhere keep its content; what it is now.

        Raises UnknownSource, and SourceError when nothing stands at the new place, or another
        source does.
        """
        found, place = await self._known(old), _place(new)
        if await self._source(place) is not None:
            raise SourceError(f"{place}: is a source itself; `advisor sources remove` one of both")
        if not is_address(place) and not await asyncio.to_thread(Path(place).exists):
            raise SourceGone(f"{place}: there is no such file or folder")
        await self._store.move(found, place)
        return replace(found, location=place)

    async def remove_source(self, location: str) -> Source:
        """Take a source with all its content out of the working copy; what it was.

        Raises UnknownSource.
        """
        found = await self._known(location)
        await self._store.remove(found)
        return found

    async def sources(self) -> list[Source]:
        """Everything that was imported."""
        return await self._store.sources()

    async def _failed(self, source: Source, error: str) -> None:
        schedule = source.schedule.after_failure(datetime.now(UTC), error)
        await self._store.reschedule(source, schedule)

    async def _known(self, location: str) -> Source:
        found = await self._source(location) or await self._source(_place(location))
        if found is None:
            raise UnknownSource(
                f"{location}: nothing was imported from there; `advisor sources` lists the sources"
            )
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


def _place(location: Path | str) -> str:
    """What a source is known by: its address, or its absolute path."""
    return str(location) if is_address(location) else _absolute(location)


def _absolute(path: Path | str) -> str:
    return str(Path(path).resolve())
