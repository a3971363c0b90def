"""Decodes the bytes of a text file, and says which byte keeps it from being text."""

from __future__ import annotations

import codecs
from pathlib import Path

from knowledge_base.errors import SourceError

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_of(path: Path) -> str:
    """A file's text without its byte order mark, its lines ended by `\n` alone.

    It is UTF-8, or UTF-16 where the mark says so. Raises SourceError that names the line and its
    byte when it is neither: a guess between the encodings of offices and countries would turn a
    fee's sign or a name into another. An empty file is an error too, since a download that failed
    must not look like a page that was emptied.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened: {error.strerror}") from None
    try:
        text = data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{path}: line {line}: not UTF-8 text: byte 0x{data[error.start]:02x}; "
            "save it as UTF-8 (in Excel: CSV UTF-8)"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SourceError(
            f"{path}: line {line}: not UTF-8 text: byte 0x00; it is no text file, or one in UTF-16 "
            "without its mark; save it as UTF-8"
        )
    if not text.strip():
        raise SourceError(f"{path}: holds no text; nothing was taken, and nothing was removed")
    return text.replace("\r\n", "\n").replace("\r", "\n")
