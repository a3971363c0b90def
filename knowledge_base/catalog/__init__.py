"""Source formats, one a file: a module that offers a `READER` is found by its place."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from knowledge_base.catalog.reader import Reader
from knowledge_base.errors import SourceError, UnknownFormat

HEAD_BYTES = 4096
"""How much of a file is looked at to recognise its format."""


@cache
def readers() -> dict[str, Reader]:
    """Every reader by its format's name; those that need no mapping first, as the pickier ones."""
    found: list[Reader] = []
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        reader = getattr(importlib.import_module(module.name), "READER", None)
        if reader is not None:
            found.append(reader)
    return {
        reader.name: reader for reader in sorted(found, key=lambda r: (r.needs_mapping, r.name))
    }


def reader_for(path: Path, name: str | None = None) -> Reader:
    """The reader that is named, or else the first that recognises the file.

    Raises UnknownFormat with the names there are, SourceError when the file cannot be opened.
    """
    if name is not None:
        try:
            return readers()[name]
        except KeyError:
            raise UnknownFormat(
                f"{name!r} is not a format; there are: {', '.join(readers())}"
            ) from None
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened: {error.strerror}") from None
    for reader in readers().values():
        if reader.recognises(path, head):
            return reader
    raise UnknownFormat(
        f"{path}: no reader recognises it; name one with --as: {', '.join(readers())}"
    )
