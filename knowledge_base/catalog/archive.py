"""Looks into an office file, which is a ZIP archive, before anything unpacks it."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from knowledge_base.errors import SourceError, SourceTooLarge

MOST_BYTES = 200_000_000
"""Everything in the archive, unpacked: office files of 50 MB are mostly pictures."""
MOST_RATIO = 100
"""Unpacked bytes for each packed one. DEFLATE reaches 1,032 on zeros; a sheet of 50,000 equal rows
came to 13, one of zeros to 15, the style sheet of an empty Word document to 32."""
SMALL_PART = 1_000_000
"""A part that unpacks to less is no bomb, whatever its ratio."""
MOST_PARTS = 10_000
"""Files in the archive; a document with 500 pictures has some 550."""

_CHUNK = 1_000_000
_DOCTYPE = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_LONGEST_DOCTYPE = max(map(len, _DOCTYPE))


def check_archive(path: Path, needed: str) -> None:
    """Raise SourceError unless `path` is a sound archive with the part `needed`, SourceTooLarge for
    a bomb.

    Nothing is written: the names in the archive are never paths. XML that declares a document type
    is refused, since office files must not have one (ECMA-376 part 2, 10.1) and entities, by which
    a small file grows without end, are declared there.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_sizes(path, parts)
            if needed not in archive.namelist():
                raise SourceError(f"{path}: is not what its ending says: it has no {needed}")
            for part in parts:
                if part.filename.casefold().endswith((".xml", ".rels", ".vml")):
                    _check_xml(path, archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
        raise SourceError(f"{path}: is damaged, or not an office file: {error}") from None
    except (RuntimeError, NotImplementedError) as error:  # How zipfile says encrypted, or unknown.
        raise SourceError(f"{path}: cannot be unpacked: {error}") from None


def _check_sizes(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MOST_PARTS:
        raise SourceTooLarge(
            f"{path}: has {len(parts):,} parts, over the limit of {MOST_PARTS:,}; it is no document"
        )
    whole = sum(part.file_size for part in parts)
    if whole > MOST_BYTES:
        raise SourceTooLarge(
            f"{path}: unpacks to {whole:,} bytes, over the limit of {MOST_BYTES:,}; "
            "take out pictures, or split it"
        )
    for part in parts:
        if part.file_size > max(SMALL_PART, MOST_RATIO * part.compress_size):
            raise SourceTooLarge(
                f"{path}: part {part.filename[:80]!r} unpacks to more than {MOST_RATIO} times its "
                "size; save the file anew from the program that made it"
            )


def _check_xml(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    tail = b""
    with archive.open(part) as file:
        while chunk := file.read(_CHUNK):
            if any(mark in tail + chunk for mark in _DOCTYPE):
                raise SourceError(
                    f"{path}: part {part.filename[:80]!r} declares a document type, which no "
                    "office program writes; it is refused"
                )
            tail = chunk[-_LONGEST_DOCTYPE:]
