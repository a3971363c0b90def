"""Reads a file or a folder into entries and rules, with everything that could not be taken."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.catalog import reader_for
from knowledge_base.catalog.acceptance import objection
from knowledge_base.catalog.json_text import shown
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Reader
from knowledge_base.errors import SourceError, SourceGone, SourceTooLarge, UnknownFormat
from knowledge_base.model import Document, Program, Skipped
from knowledge_base.program_page import program_page
from knowledge_base.reading import ReadingProcess
from knowledge_base.record import Record
from knowledge_base.rules import READERS as RULES
from knowledge_base.rules import rules_format
from knowledge_base.rules.reader import RulesReader
from knowledge_base.store import Entry

_LONGEST_FORMAT = 40
"""Characters: the width of the column."""
MOST_FILES = 20_000
"""Files of one folder: more is a mistake, such as `/`."""

Progress = Callable[[str, int, int], None]
"""Called with what is being read, how many are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a source holds: its format, the entries, and what was skipped with the reason."""

    location: str
    format: str
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...]
    records: tuple[Record, ...] = ()
    """Dated rules, such as what an exam is worth in credit."""


def read_source(
    location: Path,
    format_name: str | None,
    mapping_file: Path | None,
    limit_bytes: int,
    progress: Progress = lambda *_: None,
    *,
    child: ReadingProcess | None = None,
) -> Contents:
    """Everything in a file, or in the files of a folder that some reader recognises.

    Without `mapping_file`, `FILE.toml` beside a table is its mapping. All of it is parsed in one
    process: `child`, or one that is started for it. Raises SourceError, SourceGone, UnknownFormat,
    MappingError or SourceTooLarge: then nothing is taken. In a folder, a file that no reader
    recognises is reported as skipped.
    """
    if not location.exists():
        raise SourceGone(f"{location}: there is no such file or folder")
    given = Mapping.load(mapping_file) if mapping_file else None
    formats: list[str] = []
    items: list[tuple[str, Document | Program | Record]] = []
    skipped: list[Skipped] = []
    files = _files(location, skipped)
    beside = {} if given else _mappings_beside(location, files, format_name)
    mappings = set(beside.values())
    files = [path for path in files if path not in mappings]
    with nullcontext(child) if child else ReadingProcess() as process:
        for done, path in enumerate(files):
            progress(path.name, done, len(files))
            reader = _reader(path, format_name, strict=location.is_file(), skipped=skipped)
            if reader is None:
                continue
            formats.append(reader.name)
            _check_size(path, limit_bytes)
            mapping = Mapping.load(beside[path]) if path in beside else given
            for item in process.read(reader, path, mapping):
                if isinstance(item, Skipped):
                    skipped.append(item)
                else:
                    items.append((path.name, item))
    if not formats:
        raise UnknownFormat(f"{location}: no file in it has a format that is known")
    records = tuple(_records(items, skipped))
    return Contents(
        location=str(location.resolve()),
        format=_named(formats),
        entries=tuple(_entries(items, skipped)),
        skipped=tuple(skipped),
        records=records,
    )


def _named(formats: Sequence[str]) -> str:
    """The formats in the order of their first file, or how many when a column cannot hold them."""
    different = list(dict.fromkeys(formats))
    joined = "+".join(different)
    return joined if len(joined) <= _LONGEST_FORMAT else f"{len(different)} formats"


def _records(
    items: Sequence[tuple[str, Document | Program | Record]], skipped: list[Skipped]
) -> Iterator[Record]:
    """One rule for each kind and id."""
    seen: set[tuple[str, str]] = set()
    for where, item in items:
        if not isinstance(item, Record):
            continue
        if (item.kind, item.id) in seen:
            skipped.append(_twice(where, item.id))
        else:
            seen.add((item.kind, item.id))
            yield item


def _entries(
    items: Sequence[tuple[str, Document | Program | Record]], skipped: list[Skipped]
) -> Iterator[Entry]:
    """One entry for each id; a program's page names the programs that it stacks into."""
    titles = {item.id: item.title for _, item in items if isinstance(item, Program)}
    seen: set[str] = set()
    for file, item in items:
        if isinstance(item, Record):
            continue
        where = f"{file} {item.id[:80]!r}"
        if item.id in seen:
            skipped.append(_twice(where, item.id))
            continue
        seen.add(item.id)
        entry = (
            Entry(program_page(item, titles), item) if isinstance(item, Program) else Entry(item)
        )
        refused = objection(entry.document, where)
        if refused:
            skipped.append(refused)
        else:
            yield entry


def _twice(where: str, identity: str) -> Skipped:
    return Skipped(where, "stands twice in this source", "id", identity[:80], "a unique id")


def _files(location: Path, skipped: list[Skipped]) -> list[Path]:
    """The file, or a folder's files in order without hidden ones and those that lead out of it."""
    if location.is_file():
        return [location]
    inside, found = location.resolve(), []
    for path in sorted(_listed(location)):
        if not path.resolve().is_relative_to(inside):
            skipped.append(Skipped(shown(path.name), "is a link that leads out of the folder"))
        elif not path.name.isprintable():
            skipped.append(Skipped(shown(path.name), "has a name that cannot be shown; rename it"))
        else:
            found.append(path)
    return found


def _listed(folder: Path) -> list[Path]:
    """Every file below a folder; of a hidden folder or a linked one, nothing is looked at."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = (name for name in folders if not name.startswith("."))
        paths = (Path(place, name) for name in names if not name.startswith("."))
        found += (path for path in paths if path.is_file())
        if len(found) > MOST_FILES:
            raise SourceTooLarge(
                f"{folder}: more than {MOST_FILES:,} files; import the folders in it one by one"
            )
    return found


def _mappings_beside(
    location: Path, files: Sequence[Path], format_name: str | None
) -> dict[Path, Path]:
    """`FILE.toml` for each table that has one; in a folder, one that does not lead out of it."""
    taken = set(files)
    found: dict[Path, Path] = {}
    for path in files:
        mapping = path.with_suffix(".toml")
        there = mapping in taken if location.is_dir() else mapping.is_file()
        if mapping == path or not there or rules_format(path, format_name):
            continue
        with suppress(UnknownFormat):
            if reader_for(path, format_name).needs_mapping:
                found[path] = mapping
    return found


def _reader(
    path: Path, format_name: str | None, *, strict: bool, skipped: list[Skipped]
) -> Reader | RulesReader | None:
    rules = rules_format(path, format_name)
    if rules is not None:
        return RULES[rules]
    try:
        return reader_for(path, format_name)
    except UnknownFormat as error:
        if format_name is not None or strict:
            raise UnknownFormat(f"{error}, {', '.join(RULES)}") from None
        skipped.append(Skipped(path.name, str(error).removeprefix(f"{path}: ")))
        return None


def _check_size(path: Path, limit_bytes: int) -> None:
    size = path.stat().st_size
    if size == 0:
        raise SourceError(f"{path}: is empty; nothing was taken, and nothing was removed")
    if size > limit_bytes:
        raise SourceTooLarge(
            f"{path}: {size:,} bytes, over the limit of {limit_bytes:,}; "
            "raise knowledge_base.source_limit_megabytes if it is meant to be this large"
        )
