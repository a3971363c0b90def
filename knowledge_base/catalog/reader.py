"""What every source format is read through, so that a new format is one new file."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from knowledge_base.catalog.mapping import Mapping
from knowledge_base.model import Document, Program, Skipped
from knowledge_base.record import Record

Item = Document | Program | Record | Skipped


def start_of_text(head: bytes) -> bytes:
    """A file's first bytes without byte order mark and white space, to recognise it by."""
    return head.removeprefix(codecs.BOM_UTF8).lstrip()


class Reader(Protocol):
    """Reads one source format. A module of this package offers one as `READER`."""

    name: str
    """The format's name, as in `import --as NAME`; equal to the module's name."""

    needs_mapping: bool
    """Whether fields must be told by a mapping file."""

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether the file at `path`, which begins with `head`, looks like this format."""
        ...

    def read(self, path: Path, mapping: Mapping | None) -> Iterator[Item]:
        """Every item of the file in its order; what cannot be taken comes as `Skipped`.

        Raises SourceError when the file as a whole cannot be read.
        """
        ...
