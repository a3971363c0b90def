"""Files of dated rules, one kind a module: what earlier learning is worth, and who gets aid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from knowledge_base.model import Skipped
from knowledge_base.record import Record
from knowledge_base.rules import aid_rules, equivalencies
from knowledge_base.rules.reader import RulesReader

READERS: dict[str, RulesReader] = {
    module.READER.name: module.READER for module in (aid_rules, equivalencies)
}
"""Per format name, as in `import --as NAME`."""


def rules_format(path: Path, name: str | None = None) -> str | None:
    """The format of a file of rules: the one that is named, or else the one in its name.

    None for other files.
    """
    if name is not None:
        return name if name in READERS else None
    return next((known for known, reader in READERS.items() if reader.recognises(path, b"")), None)


def read_rules(path: Path, name: str) -> Iterator[Record | Skipped]:
    """Every rule of a file. Raises SourceError when the file as a whole cannot be read."""
    return READERS[name].read(path, None)
