"""Reads a file, a folder or an address into entries, with everything that could not be taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.catalog import reader_for
from knowledge_base.catalog.acceptance import objection
from knowledge_base.catalog.mapping import Mapping
from knowledge_base.catalog.reader import Item, Reader
from knowledge_base.errors import SourceError, SourceGone, SourceTooLarge, UnknownFormat
from knowledge_base.model import Document, Program, Skipped
from knowledge_base.program_page import program_page
from knowledge_base.reading import ReadingProcess
from knowledge_base.record import Record
from knowledge_base.rules import READERS as RULES
from knowledge_base.rules import read_rules, rules_format
from knowledge_base.store import Entry

_LONGEST_FORMAT = 40
"""Characters: the width of the column."""
_READ_HERE = frozenset({"csv", "json_records", "markdown", "pages"})
"""Plain texts, whose parsers are Python's own; every other format is read in a child process."""


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
    location: Path, format_name: str | None, mapping_file: Path | None, limit_bytes: int
) -> Contents:
    """Everything in a file, or in the files of a folder that some reader recognises.

    Raises SourceError, SourceGone, UnknownFormat, MappingError or SourceTooLarge: then nothing is
    taken. In a folder, a file that no reader recognises is reported as skipped.
    """
    if not location.exists():
        raise SourceGone(f"{location}: there is no such file or folder")
    mapping = Mapping.load(mapping_file) if mapping_file else None
    formats: list[str] = []
    items: list[tuple[str, Document | Program]] = []
    skipped: list[Skipped] = []
    records: list[Record] = []
    with ReadingProcess() as child:
        for path in _files(location):
            if _took_rules(path, format_name, limit_bytes, formats, records, skipped):
                continue
            reader = _reader(path, format_name, strict=location.is_file(), skipped=skipped)
            if reader is None:
                continue
            formats.append(reader.name)
            _check_size(path, limit_bytes)
            for item in _items(reader, path, mapping, child):
                if isinstance(item, Skipped):
                    skipped.append(item)
                else:
                    items.append((f"{path.name} {item.id[:80]!r}", item))
    if not formats:
        raise UnknownFormat(f"{location}: no file in it has a format that is known")
    entries = tuple(_entries(items, skipped))
    return Contents(
        location=str(location.resolve()),
        format=_named(formats),
        entries=entries,
        skipped=tuple(skipped),
        records=tuple(records),
    )


def _took_rules(
    path: Path,
    format_name: str | None,
    limit_bytes: int,
    formats: list[str],
    records: list[Record],
    skipped: list[Skipped],
) -> bool:
    """Read a file of dated rules; False when the file is none. A repeated rule is skipped."""
    rules = rules_format(path, format_name)
    if rules is None:
        return False
    _check_size(path, limit_bytes)
    formats.append(rules)
    known = {(record.kind, record.id) for record in records}
    for item in read_rules(path, rules):
        if isinstance(item, Skipped):
            skipped.append(item)
        elif (item.kind, item.id) in known:
            skipped.append(
                Skipped(path.name, "stands twice in this source", "id", item.id, "a unique id")
            )
        else:
            known.add((item.kind, item.id))
            records.append(item)
    return True


def _named(formats: Sequence[str]) -> str:
    """The formats in the order of their first file, or how many when a column cannot hold them."""
    different = list(dict.fromkeys(formats))
    joined = "+".join(different)
    return joined if len(joined) <= _LONGEST_FORMAT else f"{len(different)} formats"


def _items(
    reader: Reader, path: Path, mapping: Mapping | None, child: ReadingProcess
) -> Iterable[Item]:
    if reader.name in _READ_HERE:
        return reader.read(path, mapping)
    return child.read(reader, path, mapping)


def _entries(
    items: Sequence[tuple[str, Document | Program]], skipped: list[Skipped]
) -> Iterator[Entry]:
    """One entry for each id; a program's page names the programs that it stacks into."""
    titles = {item.id: item.title for _, item in items if isinstance(item, Program)}
    seen: set[str] = set()
    for where, item in items:
        if item.id in seen:
            skipped.append(
                Skipped(where, "stands twice in this source", "id", item.id, "a unique id")
            )
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


def _files(location: Path) -> Iterator[Path]:
    if location.is_file():
        yield location
        return
    for path in sorted(location.rglob("*")):
        if path.is_file() and not any(
            part.startswith(".") for part in path.relative_to(location).parts
        ):
            yield path


def _reader(
    path: Path, format_name: str | None, *, strict: bool, skipped: list[Skipped]
) -> Reader | None:
    try:
        return reader_for(path, format_name)
    except UnknownFormat as error:
        if format_name is not None:
            raise UnknownFormat(f"{error}, {', '.join(RULES)}") from None
        if strict:
            raise
        skipped.append(Skipped(path.name, str(error)))
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
