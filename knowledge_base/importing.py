"""Reads a file, a folder or an address into entries, with everything that could not be taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.catalog import reader_for
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item, Reader
from knowledge_base.errors import SourceError, SourceTooLarge, UnknownFormat
from knowledge_base.model import Program, Skipped
from knowledge_base.program_page import program_page
from knowledge_base.store import Entry


@dataclass(frozen=True, slots=True)
class Contents:
    """What a source holds: its format, the entries, and what was skipped with the reason."""

    location: str
    format: str
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...]


def read_source(
    location: Path, format_name: str | None, mapping_file: Path | None, limit_bytes: int
) -> Contents:
    """Everything in a file, or in the files of a folder that some reader recognises.

    Raises SourceError, UnknownFormat, MappingError or SourceTooLarge: then nothing is taken. In a
    folder, a file that no reader recognises is reported as skipped.
    """
    if not location.exists():
        raise SourceError(f"{location}: there is no such file or folder")
    mapping = Mapping.load(mapping_file) if mapping_file else None
    formats: list[str] = []
    entries: dict[str, Entry] = {}
    skipped: list[Skipped] = []
    for path in _files(location):
        reader = _reader(path, format_name, strict=location.is_file(), skipped=skipped)
        if reader is None:
            continue
        formats.append(reader.name)
        _check_size(path, limit_bytes)
        for item in reader.read(path, mapping):
            _take(item, path, entries, skipped)
    if not formats:
        raise UnknownFormat(f"{location}: no file in it has a format that is known")
    return Contents(
        location=str(location.resolve()),
        format="+".join(dict.fromkeys(formats)),
        entries=tuple(entries.values()),
        skipped=tuple(skipped),
    )


def _files(location: Path) -> Iterator[Path]:
    if location.is_file():
        yield location
        return
    for path in sorted(location.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.parts):
            yield path


def _reader(
    path: Path, format_name: str | None, *, strict: bool, skipped: list[Skipped]
) -> Reader | None:
    try:
        return reader_for(path, format_name)
    except UnknownFormat as error:
        if strict or format_name is not None:
            raise
        skipped.append(Skipped(path.name, str(error)))
        return None


def _check_size(path: Path, limit_bytes: int) -> None:
    size = path.stat().st_size
    if size > limit_bytes:
        raise SourceTooLarge(
            f"{path}: {size:,} bytes, over the limit of {limit_bytes:,}; "
            "raise knowledge_base.source_limit_megabytes if it is meant to be this large"
        )


def _take(item: Item, path: Path, entries: dict[str, Entry], skipped: list[Skipped]) -> None:
    if isinstance(item, Skipped):
        skipped.append(item)
        return
    entry = Entry(program_page(item), item) if isinstance(item, Program) else Entry(item)
    if entry.document.id in entries:
        skipped.append(
            Skipped(
                path.name, "stands twice in this source", "id", entry.document.id, "a unique id"
            )
        )
        return
    entries[entry.document.id] = entry
